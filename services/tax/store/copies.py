"""Reading what other agencies said: the copies that the projections keep."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncSession

from sekali.lookup import Lookup
from services.tax.model import Permit, Person
from services.tax.store.tables import among, contact, licence, resident

# Column -> place in the contract, for each projection; the form reads the same map backwards.
RESIDENT: Mapping[str, str] = {
    "standing": "standing",
    "life_status": "life.status",
    "nik": "identity.nik",
    "full_name": "identity.full_name",
    "sex": "identity.sex",
    "birth_place": "birth.place",
    "birth_date": "birth.date",
    "street": "address.street",
    "rt": "address.rt",
    "rw": "address.rw",
    "village_code": "address.village_code",
    "district_code": "address.district_code",
    "regency_code": "address.regency_code",
    "province_code": "address.province_code",
    "postal_code": "address.postal_code",
    "religion": "civil.religion",
    "marital_status": "civil.marital_status",
    "occupation": "civil.occupation",
    "nationality": "civil.nationality",
    "kk_number": "family.kk_number",
    "relationship": "family.relationship",
    "mother_name": "family.mother_name",
}
LICENCE: Mapping[str, str] = {
    "holder_id": "holder_id",
    "status": "permit.status",
    "kbli_version": "permit.kbli_version",
    "kbli_code": "permit.kbli_code",
    "issued_on": "permit.issued_on",
    "trade_name": "business.trade_name",
    "employee_count": "business.employee_count",
    "street": "place.street",
    "village_code": "place.village_code",
    "district_code": "place.district_code",
    "regency_code": "place.regency_code",
    "province_code": "place.province_code",
    "postal_code": "place.postal_code",
}
CONTACT: Mapping[str, str] = {"email": "email.address", "mobile": "mobile.number"}

PLACE = ("street", "village_code", "district_code", "regency_code", "province_code", "postal_code")
HOME = (*PLACE, "rt", "rw")
_PERSON = (
    "resident_id", "version", "gone", "standing", "life_status", "nik", "full_name", "marital_status", "relationship",
)  # fmt: skip


_held = cache(Lookup)


def person(row: RowMapping | Mapping[str, Any]) -> Person:
    return Person(**{name: row[name] for name in _PERSON})


async def people(session: AsyncSession, resident_ids: Iterable[UUID]) -> dict[UUID, Person]:
    """Those that have been heard; a placeholder is nobody yet."""
    columns = [resident.c[name] for name in _PERSON]
    wanted = select(*columns).where(among(resident.c.resident_id, resident_ids), resident.c.version > 0)
    return {row["resident_id"]: person(row) for row in (await session.execute(wanted)).mappings()}


async def resident_row(session: AsyncSession, resident_id: UUID) -> Mapping[str, Any] | None:
    """The whole copy of one person, or None while it has not been heard."""
    return await _held(resident).row(session, resident_id)


async def contact_row(session: AsyncSession, resident_id: UUID) -> Mapping[str, Any] | None:
    return await _held(contact).row(session, resident_id)


async def licence_row(session: AsyncSession, licence_id: UUID) -> RowMapping:
    return (await session.execute(select(licence).where(licence.c.licence_id == licence_id))).mappings().one()


async def licence_rows(session: AsyncSession, licence_ids: Sequence[UUID]) -> dict[UUID, RowMapping]:
    found = await session.execute(select(licence).where(among(licence.c.licence_id, licence_ids)))
    return {row["licence_id"]: row for row in found.mappings()}


async def holders(session: AsyncSession, licence_ids: Iterable[UUID]) -> list[UUID]:
    wanted = select(licence.c.holder_id).where(
        among(licence.c.licence_id, licence_ids), licence.c.holder_id.is_not(None)
    )
    return sorted(set((await session.execute(wanted)).scalars()))


async def permits(session: AsyncSession, holder_ids: Iterable[UUID]) -> dict[UUID, list[Permit]]:
    """Licences by holder."""
    wanted = select(licence.c.holder_id, licence.c.licence_id, licence.c.status, licence.c.issued_on).where(
        among(licence.c.holder_id, holder_ids), ~licence.c.gone
    )
    found: dict[UUID, list[Permit]] = defaultdict(list)
    for holder_id, licence_id, status, issued_on in await session.execute(wanted):
        found[holder_id].append(Permit(licence_id, status, issued_on))
    return found
