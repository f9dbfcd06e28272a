"""Single fields of orders: how each is written, and how the register keeps it."""

import re
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticKnownError

SPELLING = re.compile(r"[A-Z][A-Z .,'’-]*")
WRITTEN_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def printable(text: str) -> str:
    """PostgreSQL refuses NUL, and one such row would fail a whole set; a line break is no part of a street's name."""
    if not text.isprintable():
        raise ValueError("It holds a sign that cannot be printed.")
    return text


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120), AfterValidator(printable)]


def spelled(name: str) -> str:
    """In capitals, as on cards, one blank between words. Names older than Permendagri 73/2022 keep their signs."""
    written = " ".join(name.split()).upper()
    if not SPELLING.fullmatch(written):
        raise ValueError("A name has Latin letters, blanks and at most the signs . , ' and -.")
    return written


Name = Annotated[str, StringConstraints(min_length=1, max_length=60), AfterValidator(spelled)]


def as_on_cards(unit: str) -> str:
    """People write RT 1, cards have 001."""
    return unit.zfill(3)


Unit = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,3}$"), AfterValidator(as_on_cards)]


def written_out(day: Any) -> Any:
    """pydantic alone takes 0 and "631152000" for seconds since 1970."""
    if isinstance(day, str) and WRITTEN_DAY.fullmatch(day):
        return day
    if isinstance(day, date) and not isinstance(day, datetime):
        return day
    raise PydanticKnownError("date_type")


Day = Annotated[date, BeforeValidator(written_out)]
"""A calendar day as 2026-11-22."""

Version = Annotated[int, Field(strict=True, ge=1, description="The version that was read; another one now is refused.")]
