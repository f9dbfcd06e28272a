"""Text as PostgreSQL and people can keep it."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

# Controls, invisible signs, private and unassigned ones, lone surrogates, line and paragraph ends.
_UNPRINTABLE = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})


def printable(text: str) -> str:
    """The text in NFC; ValueError if it holds a sign that cannot be printed.

    PostgreSQL's text refuses NUL, UTF-8 refuses lone surrogates, and the other such signs are invisible and mislead.
    """
    if any(unicodedata.category(sign) in _UNPRINTABLE for sign in text):
        raise ValueError("It holds a sign that cannot be printed.")
    return unicodedata.normalize("NFC", text)


def printable_lines(text: str) -> str:
    """What was typed into a box of several lines: each printable, none empty at the ends."""
    return "\n".join(printable(line) for line in text.splitlines()).strip()


Line = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(printable)]
"""For request bodies: 1 to 200 signs on one line."""
