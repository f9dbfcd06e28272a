"""Queries on what citizens have typed into pages and not sent yet."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.portal.store.tables import draft


async def save(session: AsyncSession, row: Mapping[str, Any]) -> bool:
    """Writes the draft, or over the same person's of that id; False for an id that is somebody else's."""
    statement = insert(draft).values(**row)
    kept = await session.scalars(
        statement.on_conflict_do_update(
            index_elements=[draft.c.submission_id],
            set_={name: statement.excluded[name] for name in row if name not in {"submission_id", "resident_id"}},
            where=draft.c.resident_id == row["resident_id"],
        ).returning(draft.c.submission_id)
    )
    return kept.one_or_none() is not None


async def read(session: AsyncSession, resident_id: UUID, submission_id: UUID) -> RowMapping | None:
    found = await session.execute(
        select(draft).where(draft.c.submission_id == submission_id, draft.c.resident_id == resident_id)
    )
    return found.mappings().one_or_none()


async def latest(session: AsyncSession, resident_id: UUID, agency: str, form: str) -> RowMapping | None:
    """The draft of a form that the person saved last and has not sent."""
    found = await session.execute(
        select(draft)
        .where(draft.c.resident_id == resident_id, draft.c.agency == agency, draft.c.form == form, ~draft.c.sent)
        .order_by(draft.c.saved_at.desc(), draft.c.submission_id)
        .limit(1)
    )
    return found.mappings().one_or_none()


async def unsent(session: AsyncSession, resident_id: UUID) -> Sequence[RowMapping]:
    """Which forms a person has begun: {agency, form, saved_at}, the last first."""
    found = await session.execute(
        select(draft.c.agency, draft.c.form, draft.c.saved_at)
        .where(draft.c.resident_id == resident_id, ~draft.c.sent)
        .order_by(draft.c.saved_at.desc())
    )
    return found.mappings().all()


async def mark(session: AsyncSession, submission_id: UUID, **values: Any) -> None:
    """Sets members of a draft; nothing where it is gone."""
    await session.execute(update(draft).where(draft.c.submission_id == submission_id).values(**values))


async def discard(session: AsyncSession, resident_id: UUID, agency: str, form: str) -> None:
    """Every unsent draft of a form."""
    await session.execute(
        delete(draft).where(
            draft.c.resident_id == resident_id, draft.c.agency == agency, draft.c.form == form, ~draft.c.sent
        )
    )


async def end(session: AsyncSession, submission_id: UUID) -> None:
    await session.execute(delete(draft).where(draft.c.submission_id == submission_id))


async def forget(session: AsyncSession, residents: Sequence[UUID]) -> int:
    """Everything that these people have typed."""
    gone = await session.execute(
        delete(draft).where(draft.c.resident_id.in_(residents)).returning(draft.c.submission_id)
    )
    return len(gone.all())


async def bury(session: AsyncSession, saved_before: datetime) -> int:
    gone = await session.execute(
        delete(draft).where(draft.c.saved_at < saved_before, ~draft.c.sent).returning(draft.c.submission_id)
    )
    return len(gone.all())
