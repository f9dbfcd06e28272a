"""What an officer decides. Free text stays in the case file; the bus carries codes only."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sekali.database import now
from sekali.erasure import absent
from sekali.inbox import hold
from services.licensing.model import Application, Licence, LicenceStatus, Reason
from services.licensing.service import cases, saying
from services.licensing.store import applications, casefile, copies, licences, tables


class ReturnReason(StrEnum):
    """Why an officer sends an application back or rejects it."""

    DATA_INCOMPLETE = "DATA_INCOMPLETE"
    REQUIREMENT_NOT_MET = "REQUIREMENT_NOT_MET"
    KKPR_MISSING = "KKPR_MISSING"
    """The place has no conformity of space use (KKPR), a basic requirement of PP 28/2025."""


async def verify(session: AsyncSession, application_id: UUID, officer: str, reason: str | None = None) -> Application:
    """The officer has verified: the certificate or permit permits operation."""
    case = await cases.take(session, application_id)
    cases.refuse_unfit(case.fitness)
    at = now(session)
    with cases.as_problem():
        approved = case.application.approve(at)
        licence = case.licence.become(LicenceStatus.TERVERIFIKASI, at)
    await saying.change(session, application=approved, licence=licence)
    await casefile.note_act(session, application_id, actor=officer, deed="verify", at=at, reason=reason)
    return approved


async def send_back(
    session: AsyncSession, application_id: UUID, officer: str, code: ReturnReason, reason: str
) -> Application:
    """Ask the applicant to mend something; the clock stops until the answer."""
    case = await cases.take(session, application_id)
    at = now(session)
    with cases.as_problem():
        returned = case.application.send_back(at, Reason(code))
    await saying.change(session, application=returned)
    await casefile.note_act(
        session, application_id, actor=officer, deed="return", at=at, reason_code=code, reason=reason
    )
    return returned


async def reject(
    session: AsyncSession, application_id: UUID, officer: str, code: ReturnReason, reason: str
) -> Application:
    """Refuse the application; what was issued for preparation is revoked."""
    case = await cases.take(session, application_id)
    at = now(session)
    with cases.as_problem():
        rejected = case.application.reject(at, Reason(code))
        licence = case.licence.become(LicenceStatus.DICABUT, at)
    await saying.change(session, application=rejected, licence=licence)
    await casefile.note_act(
        session, application_id, actor=officer, deed="reject", at=at, reason_code=code, reason=reason
    )
    return rejected


async def proceed_without_kswp(session: AsyncSession, application_id: UUID, officer: str, reason: str) -> Application:
    """Go on although tax is silent; the reason is kept, and the answer is recorded when it comes."""
    case = await cases.take(session, application_id)
    at = now(session)
    with cases.as_problem():
        going_on = case.application.proceed(at)
    await saying.change(session, application=going_on)
    await casefile.note_act(session, application_id, actor=officer, deed="proceed", at=at, reason=reason)
    return going_on


async def change_licence(
    session: AsyncSession,
    licence_id: UUID,
    officer: str,
    status: LicenceStatus | None,
    reason: str,
    *,
    seen: int | None = None,
) -> Licence:
    """Suspend or revoke a decided licence (DIBEKUKAN, DICABUT), or reinstate it (None).

    A licence of someone who cannot hold one is not reinstated: the next news of them would review it again.
    `seen`: the version that the officer had before them; sent twice, nothing is done twice.
    """
    before = await licences.get(session, licence_id)
    if before is None:
        raise await absent(session, licence_id, "licence")
    await hold(session, tables.resident, [before.holder_id])
    licence = await licences.lock(session, licence_id)
    if licence is None:  # its holder was erased while this waited for the lock
        raise await absent(session, licence_id, "licence")
    application_id = await applications.of_licence(session, licence_id)
    deed = "reinstate" if status is None else status.value
    if await cases.is_repeated(session, application_id, seen, licence.version, (officer, deed)):
        return licence
    at = now(session)
    if status is None:
        cases.refuse_unfit(await copies.fitness_of(session, licence.holder_id))
    with cases.as_problem():
        changed = licence.reinstate(at) if status is None else licence.withdraw(status, at)
    await saying.change(session, licence=changed)
    await casefile.note_act(session, application_id, actor=officer, deed=deed, at=at, reason=reason)
    return changed
