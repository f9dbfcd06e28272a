"""Every text exists in both languages and is used; days, durations and articles are written as each language does."""

import re
from collections.abc import Iterator
from datetime import date
from string import Formatter

import pytest

from sekali.catalogue_site.words import LANGUAGES, TextMissing, Words, texts
from tests.catalogue.conftest import ROOT

CODE = ROOT / "sekali" / "catalogue_site"
BUILT = (
    "form_",
    "kind_",
    "personal_",
    "mode_",
    "change_",
    "day_",
    "hour_",
    "year_",
    "topics_",
    "agencies_",
    "contracts_",
    "fields_",
    "sealed_",
)
"""Beginnings of keys that the code puts together."""


def test_every_text_exists_in_both_languages_with_the_same_parts() -> None:
    for key, both in texts().items():
        assert both.keys() == set(LANGUAGES), key
        assert all(text.strip() for text in both.values()), key
        asked = [{name for _, name, _, _ in Formatter().parse(text) if name} for text in both.values()]
        assert asked[0] == asked[1], key


def test_every_text_is_used_and_every_used_text_exists() -> None:
    used = set(_used())
    assert used - texts().keys() == set()
    assert {key for key in texts().keys() - used if not key.startswith(BUILT)} == set()


def _used() -> Iterator[str]:
    for file in [*CODE.glob("*.py"), *CODE.glob("templates/*")]:
        yield from re.findall(r"(?:words|self|doors\[0\])\(\"(\w+)\"[,)]", file.read_text(encoding="utf-8"))
    yield from ("months", "clock")


def test_a_text_that_does_not_exist_is_told() -> None:
    with pytest.raises(TextMissing, match=r"texts\.yaml has no salam"):
        Words("id")("salam")
    with pytest.raises(TextMissing, match="'time'"):
        Words("id")("kept_for")


def test_days_durations_and_articles() -> None:
    indonesian, english = Words("id"), Words("en")
    assert indonesian.day(date(2028, 12, 31)) == "31 Desember 2028"
    assert english.day(date(2027, 1, 2)) == "2 January 2027"
    day = 86_400_000
    assert [english.duration(ms) for ms in (day, 7 * day, day // 24)] == ["24 hours", "7 days", "1 hour"]
    assert indonesian.duration(365 * day) == "365 hari"
    basis = "UU 27/2022 art. 20(2)(e); UU 24/2013 art. 58(4), PER-7/PJ/2025 art. 31-33"
    assert english.law(basis) == basis
    assert indonesian.law(basis) == (
        "UU 27/2022 pasal 20 ayat (2) huruf e; UU 24/2013 pasal 58 ayat (4), PER-7/PJ/2025 pasal 31-33"
    )


def test_a_label_in_one_language_serves_both() -> None:
    assert Words("id").choose({"en": "Version"}) == "Version"
