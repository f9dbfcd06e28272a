"""The days on which offices work, and clocks that run in them."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sekali import workdays


def test_a_clock_of_working_days_knows_holidays_and_collective_leave() -> None:
    before_christmas = date(2026, 12, 22)
    # 24 collective leave, 25 Christmas, 26 and 27 a weekend
    assert workdays.add_working_days(before_christmas, 2) == date(2026, 12, 28)
    assert workdays.add_working_days(before_christmas, 0) == before_christmas
    assert not workdays.is_working_day(date(2026, 8, 17))


def test_after_the_last_decree_only_weekends_are_free() -> None:
    assert not workdays.is_decreed(2031)
    assert workdays.is_working_day(date(2031, 12, 25))
    assert not workdays.is_working_day(date(2031, 12, 27))
    assert workdays.add_working_days(date(2027, 12, 31), 1) == date(2028, 1, 3)


@settings(deadline=None)
@given(st.dates(date(2026, 1, 1), date(2030, 12, 31)), st.integers(0, 60))
def test_working_days_add_up(start: date, days: int) -> None:
    due = workdays.add_working_days(start, days)
    assert due >= start
    assert days == 0 or workdays.is_working_day(due)
    assert workdays.add_working_days(due, 1) == workdays.add_working_days(start, days + 1)


def test_days_are_jakartas() -> None:
    assert workdays.day_of(datetime(2026, 11, 21, 17, 0, tzinfo=UTC)) == date(2026, 11, 22)
    with pytest.raises(ValueError, match="forward"):
        workdays.add_working_days(date(2026, 1, 1), -1)
