"""The facts that fill this agency's form, from its own copies."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sekali.forms import Fact
from services.licensing.store import copies

RESIDENT, TAXPAYER = "population.resident.v1", "tax.taxpayer.v1"
# Topic -> column of the copy -> where the fact stands in the owner's record.
FIELDS: Mapping[str, Mapping[str, str]] = {
    RESIDENT: {
        "nik": "identity.nik",
        "full_name": "identity.full_name",
        "sex": "identity.sex",
        "birth_date": "birth.date",
        "street": "address.street",
        "village_code": "address.village_code",
        "district_code": "address.district_code",
        "regency_code": "address.regency_code",
        "province_code": "address.province_code",
        "postal_code": "address.postal_code",
    },
    "portal.contact.v1": {"email": "contact.email", "mobile": "contact.mobile"},
    TAXPAYER: {"npwp": "registration.npwp"},
}
# The whole copy: what fills the form, and what the agency decides from.
COLUMNS: Mapping[str, Mapping[str, str]] = {
    **FIELDS,
    RESIDENT: {**FIELDS[RESIDENT], "standing": "standing", "life_status": "life.status"},
    TAXPAYER: {**FIELDS[TAXPAYER], "status": "registration.status"},
}


async def facts(session: AsyncSession, resident_id: UUID) -> dict[str, Fact]:
    """Topic -> what this agency knows of the person, with version and date; empty before anything was heard."""
    known = await copies.of_resident(session, resident_id)
    return {topic: _fact(row, FIELDS[topic]) for topic, row in known.items() if _fills(topic, row)}


def _fills(topic: str, row: Mapping[str, Any]) -> bool:
    """A registration that tax has ended fills no box: its number is not to be used any more."""
    return topic != TAXPAYER or row["status"] != "ENDED"


def _fact(row: Mapping[str, Any], fields: Mapping[str, str]) -> Fact:
    values = {field: row[column] for column, field in fields.items()}
    return Fact(values=values, as_of=row["as_of"], version=row["version"])
