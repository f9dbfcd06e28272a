"""A change of this agency's aggregates is stored and said in one breath."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sekali import outbox as bus
from services.licensing import outbox
from services.licensing.model import Application, Licence
from services.licensing.store import applications, casefile, licences


async def change(
    session: AsyncSession, *, application: Application | None = None, licence: Licence | None = None
) -> None:
    """Store and say what the caller has moved on under its lock."""
    await change_many(session, [application] if application else [], [licence] if licence else [])


async def change_many(session: AsyncSession, moved: Sequence[Application], altered: Sequence[Licence]) -> None:
    for application in moved:
        await applications.save(session, application)
    for licence in altered:
        await licences.save(session, licence)
    await bus.put(session, *map(outbox.licence, altered), *map(outbox.application, moved))


async def ask_tax(session: AsyncSession, application: Application, at: datetime) -> None:
    """Say the question that the application names as its latest one."""
    request_id: UUID | None = application.kswp_request_id
    assert request_id is not None
    await casefile.note_question(session, request_id, application.application_id, at)
    await bus.put(session, outbox.kswp_requested(application.resident_id, request_id, at))
