"""The service-level clock: working days, and the time for which it stands still."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from sekali.workdays import add_working_days, is_working_day, working_days_between
from services.licensing.model import ClockState, SlaClock

FRIDAY = date(2026, 11, 20)
DAYS = st.dates(min_value=date(2026, 1, 1), max_value=date(2027, 11, 30))


def test_seven_working_days_from_a_friday_end_on_the_tuesday_of_the_week_after_next() -> None:
    clock = SlaClock.start(FRIDAY, 7)
    assert clock.due_on == date(2026, 12, 1)
    assert not clock.ran_out(date(2026, 12, 1))
    assert clock.ran_out(date(2026, 12, 2))


def test_christmas_and_its_joint_leave_do_not_count() -> None:
    assert SlaClock.start(date(2026, 12, 22), 3).due_on == date(2026, 12, 29)


def test_a_stopped_clock_never_runs_out() -> None:
    stopped = SlaClock.start(FRIDAY, 7).stop(date(2026, 11, 24))
    assert stopped.state is ClockState.STOPPED
    assert stopped.due_on is None
    assert not stopped.ran_out(date(2030, 1, 1))


def test_the_days_that_were_left_count_on_from_the_answer() -> None:
    stopped = SlaClock.start(FRIDAY, 7).stop(date(2026, 11, 24))
    assert stopped.days_left == 5
    assert stopped.resume(date(2026, 12, 7)).due_on == date(2026, 12, 14)


def test_an_answer_late_on_the_last_day_leaves_the_office_one_day() -> None:
    last_day = date(2026, 12, 1)
    resumed = SlaClock.start(FRIDAY, 7).stop(last_day).resume(last_day)
    assert resumed.due_on == date(2026, 12, 2)


@settings(deadline=None)
@given(start=DAYS, days=st.integers(1, 20), after=st.integers(0, 40), pause=st.integers(0, 60))
def test_a_pause_costs_the_applicant_no_day_and_gives_the_office_none_but_the_last(
    start: date, days: int, after: int, pause: int
) -> None:
    running = SlaClock.start(start, days)
    assert running.due_on is not None
    stop_on = min(start + timedelta(days=after), running.due_on)
    stopped = running.stop(stop_on)
    resumed = stopped.resume(stop_on + timedelta(days=pause))
    assert resumed.due_on is not None
    assert resumed.due_on >= running.due_on
    used = working_days_between(start, stop_on)
    assert stopped.days_left == max(1, days - used)


@settings(deadline=None)
@given(start=DAYS, days=st.integers(1, 30))
def test_a_clock_ends_on_a_working_day_with_as_many_between(start: date, days: int) -> None:
    due_on = SlaClock.start(start, days).due_on
    assert due_on is not None
    assert is_working_day(due_on)
    assert working_days_between(start, due_on) == days
    assert add_working_days(start, days) == due_on
