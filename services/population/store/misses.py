"""How often an agency's answers about a person did not match."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.population.store.tables import verify_miss

_ALONE = text("select pg_advisory_xact_lock(hashtextextended('verify ' || :agency || ' ' || :resident, 0))")


async def since(session: AsyncSession, agency: str, resident_id: UUID, start: datetime) -> Sequence[datetime]:
    """Times of the misses after `start`, oldest first.

    Until the end of the transaction nobody else asks for this agency about this person:
    else many guesses side by side would each see that there is still one left.
    """
    await session.execute(_ALONE, {"agency": agency, "resident": str(resident_id)})
    m = verify_miss.c
    wanted = select(m.missed_at).where(m.agency == agency, m.resident_id == resident_id, m.missed_at > start)
    return (await session.scalars(wanted.order_by(m.missed_at))).all()


async def note(session: AsyncSession, agency: str, resident_id: UUID, at: datetime, count: int) -> None:
    row = {"agency": agency, "resident_id": resident_id, "missed_at": at}
    await session.execute(insert(verify_miss), [row] * count)


async def forget(session: AsyncSession, before: datetime) -> None:
    await session.execute(delete(verify_miss).where(verify_miss.c.missed_at <= before))
