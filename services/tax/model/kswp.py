"""Which returns are due, and the answer for KSWP."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from services.tax.model.taxpayer import Person, Status, Taxpayer


class ReturnState(StrEnum):
    FILED = "FILED"
    DUE = "DUE"


class Reason(StrEnum):
    """Why KSWP says NOT_VALID; coarse on purpose (tax secrecy)."""

    NOT_REGISTERED = "NOT_REGISTERED"
    NAME_DIFFERS = "NAME_DIFFERS"
    RETURNS_OPEN = "RETURNS_OPEN"


def return_due_on(tax_year: int) -> date:
    """A person's yearly return is due on 31 March of the next year (UU KUP art. 3)."""
    return date(tax_year + 1, 3, 31)


def years_due(activated_on: date, day: date) -> list[int]:
    """The last two tax years whose deadline has passed; none before the activation."""
    return [year for year in _last_two(day) if year >= activated_on.year]


def open_years(activated_on: date, returns: Mapping[int, ReturnState], day: date) -> list[int]:
    """Years that keep KSWP from being valid: due and not filed, or marked due by an officer and not older."""
    first = max(activated_on.year, _last_two(day)[0])
    marked = {year for year, state in returns.items() if state is ReturnState.DUE and year >= first}
    due = marked | set(years_due(activated_on, day))
    return sorted(year for year in due if returns.get(year) is not ReturnState.FILED)


def _last_two(day: date) -> tuple[int, int]:
    last = day.year - 1 if day > return_due_on(day.year - 1) else day.year - 2
    return last - 1, last


def kswp(taxpayer: Taxpayer | None, person: Person, returns: Mapping[int, ReturnState], day: date) -> Reason | None:
    """None = VALID. Name and number agree, and the last two years' returns were filed (PER-43/PJ/2015)."""
    if taxpayer is None or taxpayer.status is not Status.AKTIF or not person.counts:
        return Reason.NOT_REGISTERED
    if not same_name(taxpayer.registered_name, person.full_name):
        return Reason.NAME_DIFFERS
    return Reason.RETURNS_OPEN if open_years(taxpayer.activated_on, returns, day) else None


def same_name(one: str | None, other: str | None) -> bool:
    """Case and spacing do not make another person."""
    return one is not None and other is not None and one.casefold().split() == other.casefold().split()
