"""One language at work: texts, days, times and numbers as people write them."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from babel import Locale, dates, lists, numbers
from babel.support import NullTranslations
from markupsafe import Markup

from sekali import workdays
from sekali.pages.languages import Language, other

_LOCALES: Mapping[Language, str] = {"id": "id_ID", "en": "en_GB"}
_MOMENT: Mapping[Language, str] = {"id": "d MMMM y, HH.mm 'WIB'", "en": "d MMMM y, HH:mm 'WIB'"}

_ARTICLE = re.compile(r"\bart\. ([0-9]+(?:-[0-9]+)?)(?:\(([0-9]+)\))?(?:\(([a-z])\))?")


def _quoted(article: re.Match[str]) -> str:
    number, paragraph, letter = article.groups()
    parts = [f"Pasal {number}", f"ayat ({paragraph})" if paragraph else "", f"huruf {letter}" if letter else ""]
    return " ".join(part for part in parts if part)


def N_(text: str) -> str:  # noqa: N802  # gettext's own name for a text that is translated later
    """Marks a text that stands in a table and is translated where it is shown."""
    return text


class Words:
    """Texts in one language: `words("A sentence with %(what)s.", what=…)`."""

    def __init__(self, language: Language, translations: NullTranslations) -> None:
        self.language: Language = language
        self.other: Language = other(language)
        self.translations = translations

    @cached_property
    def locale(self) -> Locale:
        return Locale.parse(_LOCALES[self.language])

    def __call__(self, text: str, **values: Any) -> str:
        said: str = self.translations.ugettext(text)
        return said % values if values else said

    def plural(self, one: str, many: str, count: int, **values: Any) -> str:
        """`words.plural("%(count)s day", "%(count)s days", 3)`."""
        said: str = self.translations.ungettext(one, many, count)
        return said % {"count": self.number(count), **values}

    def both(self, text: Any) -> str:
        """The text of a pair {"id", "en"} in this language: a mapping, or an object with these members."""
        return str(text[self.language] if isinstance(text, Mapping) else getattr(text, self.language))

    def day(self, day: date | str) -> str:
        """22 November 2026; takes an ISO day too. A moment counts by its day in Jakarta."""
        if isinstance(day, str):
            day = date.fromisoformat(day)
        if isinstance(day, datetime):
            day = workdays.day_of(day)
        return dates.format_date(day, "d MMMM y", locale=self.locale)

    def moment(self, moment: datetime | str) -> str:
        """22 November 2026, 10.15 WIB; takes an ISO moment too."""
        if isinstance(moment, str):
            moment = datetime.fromisoformat(moment)
        return dates.format_datetime(moment, _MOMENT[self.language], tzinfo=workdays.JAKARTA, locale=self.locale)

    def number(self, number: int | float | Decimal) -> str:
        return numbers.format_decimal(number, locale=self.locale)

    def money(self, rupiah: int | Decimal) -> Markup:
        """Rp 5.000.000, on one line."""
        return Markup("Rp&nbsp;{}").format(numbers.format_decimal(rupiah, "#,##0", locale=self.locale))

    def law(self, basis: str) -> str:
        """A legal basis as contracts write it (UU 27/2022 art. 20(2)(e)), in Indonesian as laws are quoted there."""
        return _ARTICLE.sub(_quoted, basis) if self.language == "id" else basis

    def listed(self, texts: list[str]) -> str:
        """a, b and c."""
        return lists.format_list(texts, locale=self.locale)
