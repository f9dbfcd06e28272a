"""An officer's decision as a page's form brings it: one of several, with a reason, on a version that was seen."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sekali.errors import FieldError, invalid
from sekali.lines import printable_lines
from services.licensing.model import Application, Change, Decision, Licence, LicenceStatus
from services.licensing.service import cases, officer
from services.licensing.service.officer import ReturnReason

SHORTEST, LONGEST = 3, 2000
CODED = frozenset({Decision.RETURN, Decision.REJECT})
BECOMES = {Change.SUSPEND: LicenceStatus.DIBEKUKAN, Change.REVOKE: LicenceStatus.DICABUT, Change.REINSTATE: None}


@dataclass(frozen=True, slots=True)
class Ordered:
    """What was written: `what` a Decision or a Change, `reason_code` a ReturnReason, `seen` the version shown."""

    what: str
    reason: str
    seen: int
    reason_code: str = ""


async def decide(session: AsyncSession, application_id: UUID, by: str, ordered: Ordered) -> Application:
    """Problem 422 names the boxes; sent twice, nothing is done twice; 409 where the case has moved on."""
    wrong: list[FieldError] = []
    decision = Decision(ordered.what) if ordered.what in set(Decision) else None
    if decision is None:
        wrong.append(FieldError("decision", "No decision is chosen.", "Choose one.", "Belum ada keputusan."))
    code = ReturnReason(ordered.reason_code) if ordered.reason_code in set(ReturnReason) else None
    if decision in CODED and code is None:
        wrong.append(FieldError("reason_code", "No reason is chosen.", "Choose one.", "Belum ada alasan yang dipilih."))
    reason = _words(ordered.reason, wrong, required=decision is not Decision.VERIFY)
    if wrong or decision is None:
        raise invalid(*wrong)
    case = await cases.take(session, application_id)
    act = by, decision.value
    if await cases.is_repeated(session, application_id, ordered.seen, case.application.version, act):
        return case.application
    if decision is Decision.VERIFY:
        return await officer.verify(session, application_id, by, reason or None)
    if decision is Decision.PROCEED:
        return await officer.proceed_without_kswp(session, application_id, by, reason)
    assert code is not None
    act_on = officer.send_back if decision is Decision.RETURN else officer.reject
    return await act_on(session, application_id, by, code, reason)


async def decide_on_licence(session: AsyncSession, licence_id: UUID, by: str, ordered: Ordered) -> Licence:
    wrong: list[FieldError] = []
    change = Change(ordered.what) if ordered.what in set(Change) else None
    if change is None:
        wrong.append(FieldError("decision", "No decision is chosen.", "Choose one.", "Belum ada keputusan."))
    reason = _words(ordered.reason, wrong, required=True)
    if wrong or change is None:
        raise invalid(*wrong)
    return await officer.change_licence(session, licence_id, by, BECOMES[change], reason, seen=ordered.seen)


def _words(reason: str, wrong: list[FieldError], *, required: bool) -> str:
    """An officer's words, which may have several lines."""
    try:
        kept = printable_lines(reason)
    except ValueError:
        wrong.append(FieldError("reason", "It holds a sign that cannot be printed.", "Type it again.",
                                "Ada karakter yang tidak dapat dicetak."))  # fmt: skip
        return ""
    if len(kept) > LONGEST:
        wrong.append(FieldError("reason", f"It is longer than {LONGEST} signs.", "Shorten it.",
                                f"Lebih dari {LONGEST} karakter."))  # fmt: skip
    if required and len(kept) < SHORTEST:
        wrong.append(FieldError("reason", "The reason is missing.", "Write it in words; it stays in the case file.",
                                "Alasan belum diisi."))  # fmt: skip
    return kept
