"""An application and its way through the office."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sekali.workdays import day_of
from services.licensing.model.clock import SlaClock
from services.licensing.model.refusal import NotPossible


class ApplicationStatus(StrEnum):
    """The stations of an application; demo values, the full list of OSS is not public."""

    DIAJUKAN = "DIAJUKAN"
    MENUNGGU_KSWP = "MENUNGGU_KSWP"
    MENUNGGU_VERIFIKASI = "MENUNGGU_VERIFIKASI"
    PERLU_PERBAIKAN = "PERLU_PERBAIKAN"
    DISETUJUI = "DISETUJUI"
    DITOLAK = "DITOLAK"
    TERBIT = "TERBIT"
    TERBIT_OTOMATIS = "TERBIT_OTOMATIS"
    DIHENTIKAN = "DIHENTIKAN"


class NextActor(StrEnum):
    APPLICANT = "APPLICANT"
    OFFICER = "OFFICER"
    OTHER_AGENCY = "OTHER_AGENCY"
    NOBODY = "NOBODY"


class Reason(StrEnum):
    """Why an application stands so; free text stays in this agency's case file."""

    KSWP_NOT_VALID = "KSWP_NOT_VALID"
    KSWP_UNANSWERED = "KSWP_UNANSWERED"
    DATA_INCOMPLETE = "DATA_INCOMPLETE"
    REQUIREMENT_NOT_MET = "REQUIREMENT_NOT_MET"
    DEADLINE_PASSED = "DEADLINE_PASSED"
    APPLICANT_DIED = "APPLICANT_DIED"
    APPLICANT_ANNULLED = "APPLICANT_ANNULLED"
    WITHDRAWN = "WITHDRAWN"
    KKPR_MISSING = "KKPR_MISSING"


class Kswp(StrEnum):
    """How the question on the applicant's tax status stands; WAIVED: an officer went on without the answer."""

    NOT_NEEDED = "NOT_NEEDED"
    ASKED = "ASKED"
    VALID = "VALID"
    NOT_VALID = "NOT_VALID"
    WAIVED = "WAIVED"


class Decision(StrEnum):
    """What an officer may decide on an application."""

    VERIFY = "verify"
    RETURN = "return"
    REJECT = "reject"
    PROCEED = "proceed"


_S = ApplicationStatus
WAYS: dict[ApplicationStatus, frozenset[ApplicationStatus]] = {
    _S.DIAJUKAN: frozenset({_S.TERBIT, _S.MENUNGGU_KSWP}),
    _S.MENUNGGU_KSWP: frozenset({_S.MENUNGGU_VERIFIKASI, _S.PERLU_PERBAIKAN, _S.TERBIT_OTOMATIS, _S.DIHENTIKAN}),
    _S.MENUNGGU_VERIFIKASI: frozenset(
        {_S.DISETUJUI, _S.DITOLAK, _S.PERLU_PERBAIKAN, _S.TERBIT_OTOMATIS, _S.DIHENTIKAN}
    ),
    _S.PERLU_PERBAIKAN: frozenset({_S.MENUNGGU_KSWP, _S.MENUNGGU_VERIFIKASI, _S.DITOLAK, _S.DIHENTIKAN}),
    _S.DISETUJUI: frozenset({_S.TERBIT}),
    _S.DITOLAK: frozenset(),
    _S.TERBIT: frozenset(),
    _S.TERBIT_OTOMATIS: frozenset(),
    _S.DIHENTIKAN: frozenset(),
}
OPEN = frozenset({_S.MENUNGGU_KSWP, _S.MENUNGGU_VERIFIKASI, _S.PERLU_PERBAIKAN})
ENDED = frozenset(status for status, ways in WAYS.items() if not ways)
NEXT_ACTOR = {
    _S.MENUNGGU_KSWP: NextActor.OTHER_AGENCY,
    _S.MENUNGGU_VERIFIKASI: NextActor.OFFICER,
    _S.PERLU_PERBAIKAN: NextActor.APPLICANT,
}

# Station -> what an officer may decide there, what is usual first.
DECISIONS: dict[ApplicationStatus, tuple[Decision, ...]] = {
    _S.MENUNGGU_KSWP: (Decision.PROCEED,),
    _S.MENUNGGU_VERIFIKASI: (Decision.VERIFY, Decision.RETURN, Decision.REJECT),
    _S.PERLU_PERBAIKAN: (Decision.REJECT,),
}


@dataclass(frozen=True, slots=True)
class Step:
    status: ApplicationStatus
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Application:
    """`kswp_request_id` is the latest question to tax; `kswp_check_due` notes one that is to be looked at later."""

    application_id: UUID
    resident_id: UUID
    licence_id: UUID
    status: ApplicationStatus
    steps: tuple[Step, ...]
    clock: SlaClock
    next_actor: NextActor
    reason_code: Reason | None
    kswp: Kswp
    kswp_request_id: UUID | None
    kswp_asked_at: datetime | None
    kswp_check_due: bool
    version: int
    said_at: datetime
    ended_at: datetime | None
    buried_at: datetime | None

    @classmethod
    def submit(cls, *, application_id: UUID, resident_id: UUID, licence_id: UUID, at: datetime) -> Application:
        return cls(
            application_id=application_id, resident_id=resident_id, licence_id=licence_id,
            status=_S.DIAJUKAN, steps=(Step(_S.DIAJUKAN, at),), clock=SlaClock.never(),
            next_actor=NextActor.OFFICER, reason_code=None,
            kswp=Kswp.NOT_NEEDED, kswp_request_id=None, kswp_asked_at=None, kswp_check_due=False,
            version=1, said_at=at, ended_at=None, buried_at=None,
        )  # fmt: skip

    def issue_at_once(self, at: datetime) -> Application:
        """Submitted and issued in one transaction: one version, two steps."""
        return replace(self._go(_S.TERBIT, at), version=self.version)

    def start_waiting(self, request_id: UUID, at: datetime, sla_days: int) -> Application:
        """Submitted, clock started and KSWP asked in one transaction: one version, two steps."""
        running = replace(self, clock=SlaClock.start(day_of(at), sla_days))
        return replace(running._go(_S.MENUNGGU_KSWP, at).asked(request_id, at), version=self.version)

    def asked(self, request_id: UUID, at: datetime) -> Application:
        """A question to tax under a new id; an answer to an older one decides nothing any more."""
        return replace(self, kswp=Kswp.ASKED, kswp_request_id=request_id, kswp_asked_at=at)

    def answered_valid(self, at: datetime) -> Application:
        return replace(self._go(_S.MENUNGGU_VERIFIKASI, at), kswp=Kswp.VALID)

    def answered_not_valid(self, at: datetime) -> Application:
        return replace(self._go(_S.PERLU_PERBAIKAN, at, Reason.KSWP_NOT_VALID), kswp=Kswp.NOT_VALID)

    def checked_later(self, result: Kswp) -> Application:
        """Tax answers after the clock has issued the licence: in order closes the check, anything else leaves it."""
        return replace(self, kswp=result, kswp_check_due=result is not Kswp.VALID)

    def proceed(self, at: datetime) -> Application:
        """An officer goes on without tax's answer."""
        if self.status is not _S.MENUNGGU_KSWP:
            raise NotPossible(f"Only an application that waits for KSWP goes on without it; this one is {self.status}.")
        return replace(self._go(_S.MENUNGGU_VERIFIKASI, at, Reason.KSWP_UNANSWERED), kswp=Kswp.WAIVED)

    def send_back(self, at: datetime, reason: Reason) -> Application:
        if self.status is not _S.MENUNGGU_VERIFIKASI:
            raise NotPossible(f"Only an application that waits for an officer is returned; this one is {self.status}.")
        return self._go(_S.PERLU_PERBAIKAN, at, reason)

    @property
    def must_ask_again(self) -> bool:
        """Whether the applicant's answer leads to tax again, not straight to the officer."""
        return self.kswp is Kswp.NOT_VALID

    def resubmit(self, at: datetime, request_id: UUID | None) -> Application:
        """The applicant has answered: the clock runs again. With a `request_id` tax is asked again."""
        if self.status is not _S.PERLU_PERBAIKAN:
            raise NotPossible(f"Nothing is asked of the applicant; the application is {self.status}.")
        if request_id is None:
            return self._go(_S.MENUNGGU_VERIFIKASI, at)
        return self._go(_S.MENUNGGU_KSWP, at).asked(request_id, at)

    def approve(self, at: datetime) -> Application:
        """Approved and issued in one transaction: one version, two steps."""
        return replace(self._go(_S.DISETUJUI, at)._go(_S.TERBIT, at), version=self.version + 1)

    def reject(self, at: datetime, reason: Reason) -> Application:
        return self._go(_S.DITOLAK, at, reason)

    def approve_by_deadline(self, at: datetime) -> Application:
        """*Fiktif positif*: the office was late. An unanswered KSWP is noted for a later check."""
        if not self.is_overdue(at):
            raise NotPossible("The clock of this application has not run out.")
        unanswered = self.kswp in {Kswp.ASKED, Kswp.WAIVED}
        return replace(self._go(_S.TERBIT_OTOMATIS, at, Reason.DEADLINE_PASSED), kswp_check_due=unanswered)

    def halt(self, at: datetime, reason: Reason) -> Application:
        return self._go(_S.DIHENTIKAN, at, reason)

    def withdraw(self, at: datetime) -> Application:
        """The applicant takes it back; that cannot be undone, a new application is a new one."""
        if not self.is_open:
            raise NotPossible(f"Only what nobody has decided on can be withdrawn; this one is {self.status}.")
        return self.halt(at, Reason.WITHDRAWN)

    @property
    def is_withdrawn(self) -> bool:
        return self.reason_code is Reason.WITHDRAWN

    def bury(self, at: datetime) -> Application:
        """Its place on the bus ends; the row stays by this agency's own law."""
        if self.ended_at is None or self.buried_at is not None:
            raise NotPossible("Only an application that has ended is taken off the bus, and once.")
        return replace(self, version=self.version + 1, buried_at=at)

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def decisions(self) -> tuple[Decision, ...]:
        return DECISIONS.get(self.status, ())

    def is_overdue(self, at: datetime) -> bool:
        return self.is_open and self.clock.ran_out(day_of(at))

    def _go(self, status: ApplicationStatus, at: datetime, reason: Reason | None = None) -> Application:
        if status not in WAYS[self.status]:
            raise NotPossible(f"An application that is {self.status} cannot become {status}.")
        return replace(
            self,
            status=status,
            steps=(*self.steps, Step(status, at)),
            clock=self._clock_at(status, at),
            next_actor=NEXT_ACTOR.get(status, NextActor.NOBODY),
            reason_code=reason,
            version=self.version + 1,
            said_at=at,
            ended_at=at if status in ENDED else None,
        )

    def _clock_at(self, status: ApplicationStatus, at: datetime) -> SlaClock:
        if status is _S.PERLU_PERBAIKAN:
            return self.clock.stop(day_of(at))
        if status in OPEN:
            return self.clock.resume(day_of(at))
        return self.clock.end()
