"""Queries on submissions under way, on what became of them, and on the forms' declarations."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.portal.store.tables import declaration, outcome, submission


async def claim(session: AsyncSession, submission_id: UUID) -> None:
    """Whoever else sends this id waits until this transaction ends."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"submission {submission_id}", 0))))


async def keep(session: AsyncSession, row: Mapping[str, Any]) -> RowMapping:
    """The new row. No submission of that id is under way: see `claim`."""
    kept: RowMapping = (await session.execute(insert(submission).values(**row).returning(submission))).mappings().one()
    return kept


async def under_way(session: AsyncSession, submission_id: UUID) -> RowMapping | None:
    found = await session.execute(select(submission).where(submission.c.submission_id == submission_id))
    return found.mappings().one_or_none()


async def settled(session: AsyncSession, submission_id: UUID) -> RowMapping | None:
    found = await session.execute(select(outcome).where(outcome.c.submission_id == submission_id))
    return found.mappings().one_or_none()


async def take_out(session: AsyncSession, submission_id: UUID) -> RowMapping | None:
    """Deletes the submission, values and all; gives the row that was. None when somebody else settled it."""
    found = await session.execute(
        delete(submission).where(submission.c.submission_id == submission_id).returning(submission)
    )
    return found.mappings().one_or_none()


async def settle(session: AsyncSession, row: Mapping[str, Any]) -> None:
    """What became of a submission: ids and counts, never its values. A later outcome replaces a refusal."""
    statement = insert(outcome).values(**row)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=[outcome.c.submission_id],
            set_={name: statement.excluded[name] for name in row if name != "submission_id"},
        )
    )


async def forget_refusal(session: AsyncSession, submission_id: UUID) -> None:
    """A refused form may be sent again under its id."""
    await session.execute(delete(outcome).where(outcome.c.submission_id == submission_id, outcome.c.state == "REFUSED"))


async def due(session: AsyncSession, at: datetime, lease: timedelta, limit: int = 20) -> Sequence[RowMapping]:
    """Submissions to be handed on now; leased, so that another worker leaves them alone meanwhile."""
    ids = (
        select(submission.c.submission_id)
        .where(submission.c.next_attempt_at <= at)
        .order_by(submission.c.next_attempt_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    found = await session.execute(
        update(submission)
        .where(submission.c.submission_id.in_((await session.scalars(ids)).all()))
        .values(next_attempt_at=at + lease)
        .returning(submission)
    )
    rows: Sequence[RowMapping] = found.mappings().all()
    return rows


async def put_off(
    session: AsyncSession, submission_id: UUID, until: datetime, detail: str, not_heard_since: datetime | None
) -> None:
    values = {"next_attempt_at": until, "detail": detail, "not_heard_since": not_heard_since}
    await session.execute(
        update(submission)
        .where(submission.c.submission_id == submission_id)
        .values(attempts=submission.c.attempts + 1, **values)
    )


async def of_residents(session: AsyncSession, residents: Sequence[UUID]) -> Sequence[UUID]:
    """Ids of the submissions of these residents that are still under way."""
    found = await session.scalars(select(submission.c.submission_id).where(submission.c.resident_id.in_(residents)))
    return found.all()


async def forget(session: AsyncSession, resident_id: UUID) -> tuple[int, int]:
    """Everything of an erased resident goes, also what became of it: (under way, settled)."""
    under_way_ = await session.execute(
        delete(submission).where(submission.c.resident_id == resident_id).returning(submission.c.submission_id)
    )
    settled_ = await session.execute(
        delete(outcome).where(outcome.c.resident_id == resident_id).returning(outcome.c.submission_id)
    )
    return len(under_way_.all()), len(settled_.all())


async def remember_declaration(
    session: AsyncSession, agency: str, form: str, boxes: Sequence[Mapping[str, Any]], at: datetime
) -> None:
    """The declared boxes of a form, without values; written only when they changed."""
    statement = insert(declaration).values(agency=agency, form=form, boxes=list(boxes), fetched_at=at)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=[declaration.c.agency, declaration.c.form],
            set_={"boxes": statement.excluded.boxes, "fetched_at": statement.excluded.fetched_at},
            where=declaration.c.boxes != statement.excluded.boxes,
        )
    )


async def declared_boxes(session: AsyncSession, agency: str, form: str) -> Sequence[Mapping[str, Any]] | None:
    found = await session.scalars(
        select(declaration.c.boxes).where(declaration.c.agency == agency, declaration.c.form == form)
    )
    boxes: Sequence[Mapping[str, Any]] | None = found.one_or_none()
    return boxes
