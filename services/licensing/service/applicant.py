"""What the applicant does after handing in."""

from uuid import UUID

import uuid_utils.compat as uuids
from sqlalchemy.ext.asyncio import AsyncSession

from sekali.database import now
from services.licensing.model import Application, LicenceStatus
from services.licensing.service import cases, saying
from services.licensing.store import casefile


async def answer_return(
    session: AsyncSession, application_id: UUID, resident_id: UUID, text: str | None
) -> Application:
    """The applicant has mended what was asked: the clock runs again; where KSWP was the cause, tax is asked again."""
    case = await cases.take(session, application_id, only_of=resident_id)
    cases.refuse_unfit(case.fitness)
    at = now(session)
    request_id = uuids.uuid7() if case.application.must_ask_again else None
    with cases.as_problem():
        moved = case.application.resubmit(at, request_id)
    await saying.change(session, application=moved)
    if request_id is not None:
        await saying.ask_tax(session, moved, at)
    await casefile.note_act(session, application_id, actor="APPLICANT", deed="answer", at=at, reason=text)
    return moved


async def withdraw(session: AsyncSession, application_id: UUID, resident_id: UUID, reason: str | None) -> Application:
    """The applicant takes the application back: its clock stops, what was issued for preparation is revoked.

    Sent twice, nothing is done twice. Problem 409 where it has been decided meanwhile.
    """
    case = await cases.take(session, application_id, only_of=resident_id)
    if case.application.is_withdrawn:
        return case.application
    at = now(session)
    with cases.as_problem():
        withdrawn = case.application.withdraw(at)
        licence = case.licence.become(LicenceStatus.DICABUT, at)
    await saying.change(session, application=withdrawn, licence=licence)
    await casefile.note_act(session, application_id, actor="APPLICANT", deed="withdraw", at=at, reason=reason)
    return withdrawn
