"""Queries on the copies of all agencies' applications."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import RowMapping, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.portal.store.tables import application


async def name_agency(session: AsyncSession, agency: str, keys: Sequence[UUID]) -> None:
    """The copy's rows say by themselves which agency's they are."""
    await session.execute(
        update(application)
        .where(application.c.application_id.in_(keys), application.c.agency.is_distinct_from(agency))
        .values(agency=agency)
    )


async def of_resident(session: AsyncSession, resident_id: UUID) -> Sequence[RowMapping]:
    """A citizen's applications at every agency, the one that changed last first."""
    found = await session.execute(
        select(application)
        .where(application.c.resident_id == resident_id, ~application.c.gone)
        .order_by(application.c.as_of.desc(), application.c.application_id)
    )
    return found.mappings().all()
