"""Days of life events: none in the future, none impossibly long ago."""

from datetime import date, datetime, timedelta, timezone

from sekali.errors import FieldError
from services.population.model.records import age

OLDEST = 125
EASTERNMOST = timezone(timedelta(hours=9))


def wrong_day(day: date, today: date, field: str) -> FieldError | None:
    """`today` is the day in the easternmost zone of the country, so that no officer's today is refused."""
    if day > today:
        return FieldError(field, "This day is in the future.", "Give a day up to today.", "Tanggal ini belum tiba.")
    if age(day, today) > OLDEST:
        return FieldError(field, f"This day is more than {OLDEST} years ago.", "Check the year.", "Periksa tahunnya.")
    return None


def wrong_order(later: date, earlier: date, field: str, what: str) -> FieldError | None:
    """An event cannot be before another one, named in words."""
    if later < earlier:
        return FieldError(field, f"This day is before {what}.", "Check both days.", "Periksa kedua tanggal.")
    return None


def present(*errors: FieldError | None) -> list[FieldError]:
    return [error for error in errors if error is not None]


def day_of(at: datetime) -> date:
    """The calendar day of a moment in the easternmost zone (WIT, UTC+9)."""
    return at.astimezone(EASTERNMOST).date()
