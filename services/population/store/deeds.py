"""On what ground a record was changed, and by whom."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import uuid_utils.compat as uuids
from sqlalchemy import exists, false, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.population.store.tables import deed


async def record(session: AsyncSession, deed_id: UUID | None = None, **fields: Any) -> None:
    """`fields`: kind, effective_on, officer, document, reason, residents, recorded_at."""
    await session.execute(insert(deed).values(deed_id=deed_id or uuids.uuid7(), **fields))


async def record_many(session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> None:
    """Each with its deed_id."""
    await session.execute(insert(deed), [dict(row) for row in rows])


async def by_id(session: AsyncSession, deed_id: UUID) -> Any | None:
    return (await session.execute(select(deed).where(deed.c.deed_id == deed_id))).one_or_none()


async def of_resident(session: AsyncSession, resident_id: UUID) -> Sequence[Any]:
    wanted = select(deed).where(deed.c.residents.contains([resident_id])).order_by(deed.c.recorded_at)
    return (await session.execute(wanted)).all()


async def is_registrar(session: AsyncSession, resident_id: UUID, officer: str) -> bool:
    """Whether the officer registered this resident or a change of them; a decision on a proposal is none."""
    by_decision = func.coalesce(deed.c.document.has_key("correction_id"), false())
    own = exists().where(deed.c.residents.contains([resident_id]), deed.c.officer == officer, ~by_decision)
    return bool((await session.execute(select(own))).scalar_one())
