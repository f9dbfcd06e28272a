"""The trail of a registration: who did what with it, when and why."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.tax.store.tables import act


async def note(session: AsyncSession, **fields: Any) -> None:
    """`fields`: resident_id, officer, deed, about, reason, once, done_at."""
    await session.execute(insert(act).values(**fields))


async def is_done(session: AsyncSession, once: UUID) -> bool:
    found = await session.scalar(select(act.c.act_id).where(act.c.once == once))
    return found is not None


async def of_resident(session: AsyncSession, resident_id: UUID) -> Sequence[RowMapping]:
    """The oldest first."""
    wanted = select(act).where(act.c.resident_id == resident_id).order_by(act.c.act_id)
    return (await session.execute(wanted)).mappings().all()
