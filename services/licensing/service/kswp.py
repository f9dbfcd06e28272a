"""The tax status of an applicant (KSWP): asked by an event, answered by an event."""

from datetime import timedelta
from uuid import UUID

import uuid_utils.compat as uuids
from sqlalchemy.ext.asyncio import AsyncSession

from sekali.database import now
from services.licensing.events import TaxKswpAnswered, TaxKswpAnsweredAnswerResult
from services.licensing.model import Application, ApplicationStatus, Kswp
from services.licensing.service import cases, saying
from services.licensing.store import applications, casefile

VALID, NOT_VALID = TaxKswpAnsweredAnswerResult.VALID, TaxKswpAnsweredAnswerResult.NOT_VALID


async def take_kswp_answer(session: AsyncSession, answer: TaxKswpAnswered) -> None:
    """Record tax's answer; the answer to an application's latest question also moves it on.

    A question that is not ours, or an answer about someone else, is nobody's here: nothing is stored.
    """
    application_id = await casefile.application_asking(session, answer.request_id)
    if application_id is None or answer.answer is None:
        return
    case = await cases.take(session, application_id)
    if case.application.resident_id != answer.resident_id:
        return
    at, result, reason = now(session), answer.answer.result, answer.answer.reason_code
    await casefile.note_answer(
        session, answer.request_id, result=result, reason_code=reason, answered_at=answer.answered_at, heard_at=at
    )
    if case.application.kswp_request_id == answer.request_id and result in (VALID, NOT_VALID):
        await _act_on(session, case.application, valid=result is VALID)


async def _act_on(session: AsyncSession, application: Application, *, valid: bool) -> None:
    """The latest question is answered. An officer who went on without tax has decided already."""
    at = now(session)
    if application.status is ApplicationStatus.MENUNGGU_KSWP:
        moved = application.answered_valid(at) if valid else application.answered_not_valid(at)
        await saying.change(session, application=moved)
    elif application.kswp_check_due:
        await applications.note(session, application.checked_later(Kswp.VALID if valid else Kswp.NOT_VALID))


async def repeat_question(session: AsyncSession, application_id: UUID, repeat_after: timedelta) -> bool:
    """Ask tax again under a new id when it has been silent for `repeat_after`; False if it is not due (any more)."""
    application = (await cases.take(session, application_id)).application
    at = now(session)
    asked_at = application.kswp_asked_at
    if application.status is not ApplicationStatus.MENUNGGU_KSWP or asked_at is None or at - asked_at < repeat_after:
        return False
    asked = application.asked(uuids.uuid7(), at)
    await applications.note(session, asked)
    await saying.ask_tax(session, asked, at)
    await casefile.note_act(session, application_id, actor="CLOCK", deed="repeat_question", at=at)
    return True
