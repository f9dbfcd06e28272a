"""Applications: what was submitted, how it went, what was answered; and the KSWP answers given."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.tax.store.tables import among, application, kswp_answer


async def submitted(session: AsyncSession, submission_id: UUID) -> RowMapping | None:
    wanted = select(application).where(application.c.submission_id == submission_id)
    return (await session.execute(wanted)).mappings().one_or_none()


async def add(session: AsyncSession, values: Mapping[str, Any]) -> RowMapping:
    added = await session.execute(insert(application).values(dict(values)).returning(application))
    row: RowMapping = added.mappings().one()
    return row


async def locked(session: AsyncSession, application_ids: Iterable[UUID]) -> Sequence[RowMapping]:
    wanted = select(application).where(among(application.c.application_id, application_ids))
    ordered = wanted.order_by(application.c.application_id).with_for_update()
    return (await session.execute(ordered)).mappings().all()


async def of_resident(session: AsyncSession, resident_id: UUID) -> Sequence[RowMapping]:
    wanted = select(application).where(application.c.resident_id == resident_id).order_by(application.c.said_at)
    return (await session.execute(wanted)).mappings().all()


async def bury_ended(session: AsyncSession, before: datetime, moment: datetime, limit: int) -> list[tuple[UUID, int]]:
    """Marks those that ended before a time; (id, version of the tombstone), at most `limit`."""
    ended = (
        select(application.c.application_id)
        .where(application.c.ended_at <= before, ~application.c.buried)
        .order_by(application.c.application_id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    buried = (
        update(application)
        .where(application.c.application_id.in_(ended.scalar_subquery()))
        .values(buried=True, version=application.c.version + 1, said_at=moment, receipt={})
        .returning(application.c.application_id, application.c.version)
    )
    return [(key, version) for key, version in await session.execute(buried)]


async def record_answer(session: AsyncSession, values: Mapping[str, Any]) -> None:
    """The first answer to a question stays on record."""
    await session.execute(insert(kswp_answer).values(dict(values)).on_conflict_do_nothing())


async def answers_of(session: AsyncSession, resident_id: UUID) -> Sequence[RowMapping]:
    wanted = select(kswp_answer).where(kswp_answer.c.resident_id == resident_id).order_by(kswp_answer.c.answered_at)
    return (await session.execute(wanted)).mappings().all()
