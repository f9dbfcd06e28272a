"""Working days, for clocks that run in them: Monday to Friday without public holidays and collective leave.

Holidays come from the yearly joint decree of three ministers (SKB 3 Menteri) as lokal-id carries it.
For a year whose decree it does not carry, only weekends are free: such a due date is early, never late,
and ``is_decreed`` says so.
Days are Jakarta's; the caller gives them, nothing here asks a clock.
"""

from datetime import date, datetime, timedelta, timezone

from lokal import holidays

JAKARTA = timezone(timedelta(hours=7), "WIB")


def day_of(moment: datetime) -> date:
    """The day in Jakarta; ``moment`` is aware."""
    return moment.astimezone(JAKARTA).date()


def is_decreed(year: int) -> bool:
    """Whether the year's holidays are known."""
    return year in holidays.HOLIDAY_YEARS


def is_working_day(day: date) -> bool:
    if is_decreed(day.year):
        return holidays.is_working_day(day)
    return day.weekday() < 5


def working_days_between(after: date, until: date) -> int:
    """Working days later than `after`, up to and with `until`; 0 when there are none."""
    return sum(is_working_day(after + timedelta(days=step)) for step in range(1, (until - after).days + 1))


def add_working_days(start: date, days: int) -> date:
    """The day that is ``days`` working days after ``start``; 0 gives ``start`` itself. ValueError below 0."""
    if days < 0:
        raise ValueError("Working days are counted forward: give 0 or more.")
    day, left = start, days
    while left:
        day += timedelta(days=1)
        left -= is_working_day(day)
    return day
