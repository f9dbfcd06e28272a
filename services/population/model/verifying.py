"""Match or no match: which fields are compared as words, and how long wrong answers count."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from sekali.errors import Problem
from sekali.matching import exact, matches, plain

WORDS = frozenset(
    {"identity.full_name", "birth.place", "address.street", "civil.occupation", "family.mother_name"}
)  # fmt: skip
"""Written by people, so case, spaces and composed signs do not count."""


@dataclass(frozen=True, slots=True)
class Guessing:
    """`most` wrong answers of one agency about one person within `window`, then it waits."""

    most: int
    window: timedelta

    def refuse(self, misses: Sequence[datetime], at: datetime) -> None:
        """Problem 429 with the time to wait; `misses` are those of the window, oldest first."""
        if len(misses) < self.most:
            return
        free = misses[len(misses) - self.most] + self.window
        raise Problem(
            429, "too-many-mismatches", "Too many answers that do not match",
            f"{self.most} answers of this agency about this person did not match within {_words(self.window)}. "
            "Ask the person to come with the family card, or ask again later.",
            retry_after_seconds=max(1, ceil((free - at).total_seconds())),
            detail_id="Terlalu banyak jawaban yang tidak cocok. Periksa kartu keluarga, atau coba lagi nanti.",
        )  # fmt: skip


def _words(window: timedelta) -> str:
    return f"{window.total_seconds() / 3600:g} hours"


def compared(groups: Mapping[str, Mapping[str, Any]], answers: Mapping[str, str]) -> dict[str, bool]:
    """Dotted field -> whether the answer is what the register holds, in the order of the answers."""
    return {path: matches(_held(groups, path), answer, _reading(path)) for path, answer in answers.items()}


def _held(groups: Mapping[str, Mapping[str, Any]], path: str) -> Any:
    group, _, name = path.partition(".")
    return groups.get(group, {}).get(name)


def _reading(path: str) -> Callable[[str], str]:
    return plain if path in WORDS else exact
