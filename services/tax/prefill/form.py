"""Which heard fact fills which box, and who may have the form at all."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sekali import uses
from sekali.errors import Problem, not_heard_yet
from sekali.forms import Choice, Fact, Form, Listed, OpenedForm, Text
from services.tax.model import KluTable, in_force
from services.tax.store import copies

HERE = Path(__file__).parent.parent
RESIDENT = "population.resident.v1"
LICENCE = "licensing.licence.v1"
CONTACT = "portal.contact.v2"
_PHONE = re.compile(r"\+?[0-9][0-9 -]{5,18}[0-9]")


@cache
def klu_table() -> KluTable:
    return KluTable.load(HERE / "klu.yaml")


@cache
def activation_form() -> Form:
    klu = klu_table()
    offered = tuple(Choice(code=code, label=Text(**title)) for code, title in klu.titles.items())
    return Form.load(
        HERE / "activation.form.yaml",
        rules={"klu": klu.refuse, "phone": refuse_phone},
        lists={"klu": Listed(offered, others=True)},
    )


def refuse_phone(text: str) -> tuple[str, str] | None:
    """What is wrong with a telephone or fax number, in English and Indonesian; None if nothing."""
    if _PHONE.fullmatch(text):
        return None
    return (
        "A telephone number has 7 to 20 digits, as 0361 000000.",
        "Nomor telepon 7 sampai 20 angka, misalnya 0361 000000.",
    )


async def open_activation(session: AsyncSession, resident_id: UUID) -> OpenedForm:
    """The form as it stands for this citizen. Problem where there is no record to fill it from."""
    applicant = await applicant_row(session, resident_id)
    return activation_form().open(await facts(session, applicant), uses.opening(session, resident_id))


async def applicant_row(session: AsyncSession, resident_id: UUID) -> Mapping[str, Any]:
    """The copy of a living person whose record counts; else a problem that says what is the matter."""
    row = await copies.resident_row(session, resident_id)
    if row is None:
        raise not_heard_yet(RESIDENT)
    person = copies.person(row)
    if person.ended or not person.counts:
        raise Problem(
            409, "record-annulled", "The record does not count",
            "The civil registry says that this record does not count, so it can have no taxpayer number. "
            "Please ask the civil registry (Dukcapil).",
        )  # fmt: skip
    if person.life_status != "ALIVE":
        raise Problem(
            409, "person-died", "The person has died",
            "The civil registry does not know this person as living. Heirs turn to the tax office.",
        )  # fmt: skip
    return row


async def facts(session: AsyncSession, applicant: Mapping[str, Any]) -> dict[str, Fact]:
    """Topic -> what this agency's copy holds of it."""
    found = {RESIDENT: _fact(applicant, copies.RESIDENT)}
    licence = await _licence(session, applicant["resident_id"])
    if licence is not None:
        found[LICENCE] = licence
    contact = await copies.contact_row(session, applicant["resident_id"])
    if contact is not None:
        found[CONTACT] = _fact(contact, copies.CONTACT)
    return found


async def _licence(session: AsyncSession, holder_id: UUID) -> Fact | None:
    """The holder's earliest licence in force. Its KBLI is told as KLU, and left out where no KLU matches."""
    permits = in_force((await copies.permits(session, [holder_id])).get(holder_id, []))
    if not permits:
        return None
    row = await copies.licence_row(session, permits[0].licence_id)
    values: dict[str, Any] = {
        "permit.kbli_code": klu_table().of(row["kbli_version"], row["kbli_code"]),
        "business.trade_name": row["trade_name"],
        "business.employee_count": row["employee_count"],
    }
    known = {field: value for field, value in values.items() if value is not None}
    return Fact(values=known, as_of=row["as_of"], version=row["version"])


def _fact(row: Mapping[str, Any], columns: Mapping[str, str]) -> Fact:
    """UNKNOWN is a code that a later revision brought: it fills nothing."""
    values = {field: row[name] for name, field in columns.items() if row[name] not in (None, "UNKNOWN")}
    return Fact(values=values, as_of=row["as_of"], version=row["version"])
