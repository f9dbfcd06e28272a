"""Looking up single records, unlocked: for showing, never for deciding."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.population.model.records import FamilyCard, Resident
from services.population.store.rows import read_card, read_resident
from services.population.store.tables import family_card, resident


async def by_id(session: AsyncSession, resident_id: UUID) -> tuple[Resident, FamilyCard] | None:
    return await _with_card(session, resident.c.resident_id == resident_id)


async def by_nik(session: AsyncSession, digits: str) -> tuple[Resident, FamilyCard] | None:
    return await _with_card(session, resident.c.nik == digits)


async def _with_card(session: AsyncSession, where: ColumnElement[bool]) -> tuple[Resident, FamilyCard] | None:
    row = (await session.execute(select(resident).where(where))).one_or_none()
    if row is None:
        return None
    card = (await session.execute(select(family_card).where(family_card.c.card_id == row.card_id))).one()
    return read_resident(row), read_card(card)


async def card_by_number(session: AsyncSession, digits: str) -> tuple[FamilyCard, Sequence[Resident]] | None:
    """A card and all who stand on it, the dead and the annulled too."""
    return await _with_members(session, family_card.c.kk_number == digits)


async def card_by_id(session: AsyncSession, card_id: UUID) -> tuple[FamilyCard, Sequence[Resident]] | None:
    return await _with_members(session, family_card.c.card_id == card_id)


async def _with_members(
    session: AsyncSession, where: ColumnElement[bool]
) -> tuple[FamilyCard, Sequence[Resident]] | None:
    row = (await session.execute(select(family_card).where(where))).one_or_none()
    if row is None:
        return None
    wanted = select(resident).where(resident.c.card_id == row.card_id).order_by(resident.c.resident_id)
    return read_card(row), [read_resident(one) for one in await session.execute(wanted)]
