"""Erasing a person here: off the bus at once; what the law has kept is locked away, and nothing else stays."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sekali import erasure
from sekali.database import now
from sekali.erasure import Hold
from sekali.workdays import day_of
from services.tax import outbox
from services.tax.model.holding import ARTICLE, YEARS
from services.tax.store import erasing


async def erase(session: AsyncSession, person: UUID) -> None:
    """The person's copy row is locked by the projection that calls."""
    taken, gone = await erasing.take_out(session, person)
    until = erasure.years_after(day_of(now(session)), YEARS)
    await erasure.end_own(
        session,
        person,
        ended=[outbox.tombstone(one.record, one.key, one.version + 1) for one in taken if not one.buried],
        holds=[Hold(one.record, one.key, ARTICLE, until, one.content) for one in taken],
        cleared=gone,
    )
