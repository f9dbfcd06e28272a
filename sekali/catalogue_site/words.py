"""The site's own texts in Indonesian and English, and how days, durations and articles of law are written in each."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Literal, get_args

import yaml

from sekali.errors import SekaliError

Language = Literal["id", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
TEXTS = Path(__file__).with_name("texts.yaml")

HOUR_MS, DAY_MS = 3_600_000, 86_400_000
_ARTICLE = re.compile(r"\bart\. (\d+[A-Z]?)((?:\(\w+\))*)")
_BRACKET = re.compile(r"\((\w+)\)")


class TextMissing(SekaliError):
    """A text of the site does not exist in texts.yaml, in this language or at all."""


@cache
def texts(file: Path = TEXTS) -> Mapping[str, Mapping[str, str]]:
    """Key -> language -> text. YAML reads a few words (`on`, `no`) as truth values; they come back as text."""
    read = yaml.load(file.read_text(encoding="utf-8"), yaml.BaseLoader)  # noqa: S506  # it makes text only
    return {str(key): {str(language): str(text) for language, text in both.items()} for key, both in read.items()}


class Words:
    """Texts in one language: `words("kept_for", time="7 days")`."""

    def __init__(self, language: Language) -> None:
        self.language: Language = language
        self.other: Language = "en" if language == "id" else "id"

    def __call__(self, key: str, **parts: object) -> str:
        try:
            return texts()[key][self.language].format(**parts)
        except KeyError as missing:
            raise TextMissing(
                f"texts.yaml has no {key} in the language {self.language}, or {missing} of it is not given. Add it."
            ) from None

    def choose(self, both: Mapping[str, str]) -> str:
        """The text of a card, label or purpose in this language; where it lacks one, the other."""
        return both.get(self.language) or next(iter(both.values()))

    def count(self, what: str, n: int) -> str:
        """`day`, `fields`: English has two forms, and some things have one for none."""
        if n == 0 and f"{what}_none" in texts():
            return self(f"{what}_none")
        return self(f"{what}_one" if n == 1 else f"{what}_other", n=n)

    def days(self, n: int) -> str:
        """Whole years are named beside the days that count."""
        years = f" ({self.count('year', n // 365)})" if n >= 365 and n % 365 == 0 else ""
        return self.count("day", n) + years

    def duration(self, ms: int) -> str:
        """In whole days where it is more than one, else in hours."""
        return (
            self.count("day", ms // DAY_MS) if ms % DAY_MS == 0 and ms > DAY_MS else self.count("hour", ms // HOUR_MS)
        )

    def day(self, day: date) -> str:
        return f"{day.day} {self('months').split()[day.month - 1]} {day.year}"

    def value(self, form: str, text: str) -> str:
        """A value of an example; days and times are ISO 8601."""
        if form == "day":
            return self.day(date.fromisoformat(text))
        if form == "time":
            at = datetime.fromisoformat(text).astimezone(UTC)
            return f"{self.day(at.date())}, {at:%H{self('clock')}%M} UTC"
        return text

    def law(self, basis: str) -> str:
        """Contracts cite in the English way; Indonesian writes `pasal 20 ayat (2) huruf c`."""
        return _ARTICLE.sub(_article, basis) if self.language == "id" else basis

    def listed(self, names: list[str]) -> str:
        return ", ".join(names) if names else self("nobody")


def _article(found: re.Match[str]) -> str:
    parts = [f" ayat ({part})" if part.isdigit() else f" huruf {part}" for part in _BRACKET.findall(found[2])]
    return f"pasal {found[1]}{''.join(parts)}"
