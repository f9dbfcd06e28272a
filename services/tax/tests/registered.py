"""Melati as the register and the copy know her, for the pure tests."""

from dataclasses import replace
from datetime import date

from services.tax.model import (
    Category,
    Person,
    Status,
    Taxpayer,
)
from services.tax.tests.people import MELATI, MELATIS_NIK

NAME = "MELATI PUSPA CONTOH"
TAXPAYER = Taxpayer(
    resident_id=MELATI, version=1, status=Status.AKTIF, npwp=MELATIS_NIK, registered_name=NAME,
    activated_on=date(2024, 5, 1), category=Category.OP, marital_status="BELUM_KAWIN", relationship="ANAK",
    heard_version=3,
)  # fmt: skip
PERSON = Person(
    resident_id=MELATI, version=4, standing="VALID", life_status="ALIVE", nik=MELATIS_NIK, full_name=NAME,
    marital_status="BELUM_KAWIN", relationship="ANAK",
)  # fmt: skip
MARRIED = replace(PERSON, marital_status="KAWIN", relationship="ISTRI")
