"""How an owner compares what it holds with what somebody answered: match or no match."""

import unicodedata
from collections.abc import Callable
from datetime import date
from typing import Any


def plain(text: str) -> str:
    """As names are compared: composed signs, no case, one space between words, none around them."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def exact(text: str) -> str:
    """As codes, numbers and dates are compared."""
    return text.strip()


def matches(held: Any, answer: str, read: Callable[[str], str]) -> bool:
    """Whether what the owner holds is what was answered; nothing held matches nothing."""
    if held is None:
        return False
    return read(held.isoformat() if isinstance(held, date) else str(held)) == read(answer)
