"""Tasks: what somebody has to do. Each exists once for its cause, and one of a kind is open at a time."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.tax.model import TaskKind
from services.tax.store.tables import task

DONE, MOOT = "DONE", "MOOT"


async def open_task(session: AsyncSession, resident_id: UUID, kind: TaskKind, cause: str, moment: datetime) -> None:
    """Does nothing where one of the kind is open or this cause was dealt with; a moot one opens again.

    The caller holds the person's row, so that two cannot open side by side.
    """
    already = select(task.c.task_id).where(
        task.c.resident_id == resident_id, task.c.kind == kind.value, task.c.closed_at.is_(None)
    )
    if (await session.execute(already)).first():
        return
    row = insert(task).values(resident_id=resident_id, kind=kind.value, cause=cause, opened_at=moment)
    again = {"opened_at": moment, "closed_at": None, "outcome": None}
    await session.execute(
        row.on_conflict_do_update(constraint="task_once_for_each_cause", set_=again, where=task.c.outcome == MOOT)
    )


async def close_tasks(
    session: AsyncSession, resident_id: UUID, kinds: Iterable[TaskKind], outcome: str, moment: datetime
) -> list[UUID]:
    """Those that were open."""
    closed = (
        update(task)
        .where(
            task.c.resident_id == resident_id,
            task.c.kind.in_([kind.value for kind in kinds]),
            task.c.closed_at.is_(None),
        )
        .values(closed_at=moment, outcome=outcome)
        .returning(task.c.task_id)
    )
    return list((await session.execute(closed)).scalars())


async def tasks(
    session: AsyncSession, *, resident_id: UUID | None = None, open_only: bool = False, limit: int = 200
) -> Sequence[RowMapping]:
    """Newest first, at most `limit`."""
    wanted = select(task)
    if resident_id is not None:
        wanted = wanted.where(task.c.resident_id == resident_id)
    if open_only:
        wanted = wanted.where(task.c.closed_at.is_(None))
    ordered = wanted.order_by(task.c.opened_at.desc(), task.c.task_id).limit(limit)
    return (await session.execute(ordered)).mappings().all()
