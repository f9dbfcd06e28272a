"""Questions to tax, and the case file of what was done and why."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.licensing.store.tables import act, kswp_request


async def note_question(session: AsyncSession, request_id: UUID, application_id: UUID, at: datetime) -> None:
    await session.execute(
        insert(kswp_request).values(request_id=request_id, application_id=application_id, requested_at=at)
    )


async def application_asking(session: AsyncSession, request_id: UUID) -> UUID | None:
    """The application that this question was asked for; None if it is not one of ours."""
    asking = select(kswp_request.c.application_id).where(kswp_request.c.request_id == request_id)
    return await session.scalar(asking)


async def note_answer(
    session: AsyncSession, request_id: UUID, *, result: str, reason_code: str | None, answered_at: datetime,
    heard_at: datetime,
) -> None:  # fmt: skip
    await session.execute(
        update(kswp_request)
        .where(kswp_request.c.request_id == request_id)
        .values(result=result, reason_code=reason_code, answered_at=answered_at, heard_at=heard_at)
    )


async def questions(session: AsyncSession, application_id: UUID) -> Sequence[RowMapping]:
    asked = select(kswp_request).where(kswp_request.c.application_id == application_id)
    return (await session.execute(asked.order_by(kswp_request.c.requested_at))).mappings().all()


async def note_act(
    session: AsyncSession, application_id: UUID, *, actor: str, deed: str, at: datetime,
    reason_code: str | None = None, reason: str | None = None,
) -> None:  # fmt: skip
    """`actor`: an officer's name, APPLICANT, or CLOCK; `deed`: the use case."""
    await session.execute(
        insert(act).values(
            application_id=application_id, actor=actor, deed=deed, reason_code=reason_code, reason=reason, done_at=at
        )
    )


async def last_act(session: AsyncSession, application_id: UUID) -> tuple[str, str] | None:
    """Who did what last: (actor, deed)."""
    done = select(act.c.actor, act.c.deed).where(act.c.application_id == application_id)
    row = (await session.execute(done.order_by(act.c.act_id.desc()).limit(1))).one_or_none()
    return (row.actor, row.deed) if row else None


async def acts(session: AsyncSession, application_id: UUID) -> Sequence[RowMapping]:
    done = select(act).where(act.c.application_id == application_id)
    return (await session.execute(done.order_by(act.c.act_id))).mappings().all()
