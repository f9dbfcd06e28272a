"""What time brings about by itself. Each call is one case in one transaction; the injected clock is asked once."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sekali.database import now
from sekali.outbox import kept_after_end
from services.licensing import events
from services.licensing.model import Fitness, LicenceStatus
from services.licensing.service import cases, review, saying
from services.licensing.store import casefile


async def approve_by_deadline(session: AsyncSession, application_id: UUID) -> bool:
    """Deemed approval (*fiktif positif*) of an application whose clock has run out; False if there is none (any more).

    Someone dead or annulled gets none, even if the news of it has not been acted on yet.
    """
    case = await cases.take(session, application_id)
    at = now(session)
    if not case.application.is_overdue(at):
        return False
    if case.fitness in review.WHY:
        await review.residents_changed(session, [case.application.resident_id])
        return False
    if case.fitness is not Fitness.FIT:
        return False
    issued = case.application.approve_by_deadline(at)
    licence = case.licence.become(LicenceStatus.TERBIT_OTOMATIS, at)
    await saying.change(session, application=issued, licence=licence)
    deed = "approve_by_deadline_kswp_unanswered" if issued.kswp_check_due else "approve_by_deadline"
    await casefile.note_act(session, application_id, actor="CLOCK", deed=deed, at=at)
    return True


def kept_on_the_bus(session: AsyncSession) -> timedelta:
    """How long an application that has ended is still told of; its topic's card says it."""
    return kept_after_end(session, events.Application.TOPIC)


async def take_off_the_bus(session: AsyncSession, application_id: UUID) -> bool:
    """The tombstone of an application whose time on the bus is over; the row stays here by this agency's own law."""
    application = (await cases.take(session, application_id)).application
    at = now(session)
    if (
        application.buried_at is not None
        or application.ended_at is None
        or at - application.ended_at < kept_on_the_bus(session)
    ):
        return False
    await saying.change(session, application=application.bury(at))
    return True
