"""The ways of an application, and of a licence; nothing leads back out of an end."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.licensing.model import Application, ApplicationStatus, ClockState, Kswp, NextActor, NotPossible, Reason
from services.licensing.model.application import ENDED, OPEN, WAYS

START = datetime(2026, 11, 20, 3, tzinfo=UTC)


def submitted() -> Application:
    return Application.submit(application_id=uuid4(), resident_id=uuid4(), licence_id=uuid4(), at=START)


def waiting() -> Application:
    return submitted().start_waiting(uuid4(), START, 7)


def test_a_low_risk_application_is_issued_in_its_first_version() -> None:
    issued = submitted().issue_at_once(START)
    assert (issued.status, issued.version) == (ApplicationStatus.TERBIT, 1)
    assert [step.status for step in issued.steps] == [ApplicationStatus.DIAJUKAN, ApplicationStatus.TERBIT]
    assert issued.ended_at == START
    assert issued.next_actor is NextActor.NOBODY


def test_the_way_by_kswp_and_an_officer() -> None:
    approved = waiting().answered_valid(START).approve(START)
    assert [step.status for step in approved.steps] == ["DIAJUKAN", "MENUNGGU_KSWP", "MENUNGGU_VERIFIKASI",
                                                        "DISETUJUI", "TERBIT"]  # fmt: skip
    assert approved.version == 3
    assert approved.clock.state is ClockState.STOPPED


def test_not_valid_stops_the_clock_and_the_answer_asks_again() -> None:
    halted = waiting().answered_not_valid(START)
    assert (halted.status, halted.clock.state) == (ApplicationStatus.PERLU_PERBAIKAN, ClockState.STOPPED)
    assert halted.next_actor is NextActor.APPLICANT
    assert halted.must_ask_again
    request_id = uuid4()
    again = halted.resubmit(START + timedelta(days=30), request_id)
    assert (again.status, again.kswp_request_id, again.kswp) == ("MENUNGGU_KSWP", request_id, Kswp.ASKED)
    assert again.clock.state is ClockState.RUNNING


def test_an_officers_return_leads_back_to_the_officer() -> None:
    returned = waiting().proceed(START).send_back(START, Reason.DATA_INCOMPLETE)
    assert not returned.must_ask_again
    assert returned.resubmit(START, None).status is ApplicationStatus.MENUNGGU_VERIFIKASI


def test_deemed_approval_notes_an_unanswered_kswp_for_later() -> None:
    late = START + timedelta(days=30)
    assert waiting().approve_by_deadline(late).kswp_check_due
    assert not waiting().answered_valid(START).approve_by_deadline(late).kswp_check_due
    with pytest.raises(NotPossible):
        waiting().approve_by_deadline(START)
    with pytest.raises(NotPossible):
        waiting().answered_not_valid(START).approve_by_deadline(late)


@pytest.mark.parametrize(
    "case",
    [waiting(), waiting().answered_valid(START), waiting().answered_not_valid(START)],
    ids=lambda case: str(case.status),
)
def test_the_applicant_takes_it_back_at_every_open_station(case: Application) -> None:
    withdrawn = case.withdraw(START)
    assert (withdrawn.status, withdrawn.reason_code) == (ApplicationStatus.DIHENTIKAN, Reason.WITHDRAWN)
    assert (withdrawn.clock.state, withdrawn.clock.due_on) == (ClockState.STOPPED, None)
    assert (withdrawn.next_actor, withdrawn.ended_at) == (NextActor.NOBODY, START)
    assert withdrawn.is_withdrawn and not withdrawn.is_open


@pytest.mark.parametrize(
    "case",
    [submitted().issue_at_once(START), waiting().answered_valid(START).approve(START),
     waiting().answered_valid(START).reject(START, Reason.DATA_INCOMPLETE), waiting().withdraw(START)],
    ids=lambda case: f"{case.status}-{case.reason_code}",
)  # fmt: skip
def test_what_has_ended_is_not_taken_back(case: Application) -> None:
    with pytest.raises(NotPossible):
        case.withdraw(START)


def test_every_status_is_open_or_ended_or_passed_through() -> None:
    passed_through = {ApplicationStatus.DIAJUKAN, ApplicationStatus.DISETUJUI}
    assert OPEN | ENDED | passed_through == set(ApplicationStatus)
    assert all(ApplicationStatus.DIHENTIKAN in WAYS[status] for status in OPEN)


class Ways(RuleBasedStateMachine):
    """Whatever people, tax and time do in whatever order: a refusal changes nothing, an end is an end."""

    @initialize()
    def hand_in(self) -> None:
        self.at = START
        self.case = waiting()
        self.before = self.case

    def _try(self, step: str, *arguments: object) -> None:
        self.before = self.case
        try:
            self.case = getattr(self.case, step)(self.at, *arguments)
        except NotPossible:
            assert self.case is self.before

    @rule(hours=st.integers(1, 400))
    def wait(self, hours: int) -> None:
        self.at += timedelta(hours=hours)

    @rule(
        step=st.sampled_from(
            ["answered_valid", "answered_not_valid", "proceed", "approve", "approve_by_deadline", "withdraw"]
        )
    )
    def go(self, step: str) -> None:
        self._try(step)

    @rule(step=st.sampled_from(["send_back", "reject", "halt"]))
    def go_with_reason(self, step: str) -> None:
        self._try(step, Reason.REQUIREMENT_NOT_MET)

    @rule(request_id=st.one_of(st.none(), st.uuids()))
    def answer(self, request_id: UUID | None) -> None:
        self._try("resubmit", request_id)

    @invariant()
    def holds(self) -> None:
        case, before = self.case, self.before
        assert (case.clock.due_on is not None) == (case.clock.state is ClockState.RUNNING)
        assert (case.clock.state is ClockState.RUNNING) == (
            case.is_open and case.status is not ApplicationStatus.PERLU_PERBAIKAN
        )
        assert (case.ended_at is not None) == (case.status in ENDED)
        assert case.version == before.version + (case is not before)
        assert case.steps[: len(before.steps)] == before.steps
        assert case.steps[-1].status is case.status
        if before.status in ENDED:
            assert case is before


Ways.TestCase.settings = settings(max_examples=60, stateful_step_count=20, deadline=None)
TestWays = Ways.TestCase
