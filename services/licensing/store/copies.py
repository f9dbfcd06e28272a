"""Reads of what this agency has heard of residents, contacts and taxpayers."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Table, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from sekali.lookup import Lookup
from services.licensing.model.applicant import Fitness, fitness
from services.licensing.store.tables import among, contact, resident, taxpayer

UNFIT = (Fitness.DEAD, Fitness.ANNULLED)


async def of_resident(session: AsyncSession, resident_id: UUID) -> dict[str, Mapping[str, Any]]:
    """Topic -> this agency's row of the person; only what has been heard and is not erased."""
    copies = {
        "population.resident.v1": resident,
        "portal.contact.v1": contact,
        "tax.taxpayer.v1": taxpayer,
    }
    found = {topic: await _held(table).row(session, resident_id) for topic, table in copies.items()}
    return {topic: row for topic, row in found.items() if row is not None}


@cache
def _held(table: Table) -> Lookup:
    return Lookup(table, ~table.c.gone)


async def by_nik(session: AsyncSession, digits: str) -> UUID | None:
    """Whose record, as it was heard, has this NIK."""
    wanted = select(resident.c.resident_id).where(resident.c.nik == digits, ~resident.c.gone)
    return await session.scalar(wanted)


async def fitness_of(session: AsyncSession, resident_id: UUID) -> Fitness:
    found = await _fitness(session, resident.c.resident_id == resident_id)
    return found.get(resident_id, Fitness.NOT_HEARD)


async def unfit(session: AsyncSession, residents: Sequence[UUID]) -> dict[UUID, Fitness]:
    """Those of them who can hold no licence any more, with why."""
    # Narrowed here because a bootstrap asks of thousands, of whom few are; the rule decides.
    maybe = or_(resident.c.gone, resident.c.standing == "ANNULLED", resident.c.life_status == "DIED")
    judged = await _fitness(session, among(resident.c.resident_id, residents), maybe)
    return {key: found for key, found in judged.items() if found in UNFIT}


async def _fitness(session: AsyncSession, *which: ColumnElement[bool]) -> dict[UUID, Fitness]:
    r = resident.c
    rows = await session.execute(select(r.resident_id, r.version, r.gone, r.standing, r.life_status).where(*which))
    return {
        row.resident_id: fitness(version=row.version, gone=row.gone, standing=row.standing, life_status=row.life_status)
        for row in rows
    }
