"""Both languages are whole: every text that a page marks is translated, and every word of a template is marked."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sekali.pages import texts
from sekali.pages.languages import catalogue_file, translations
from sekali.pages.words import Words

ROOT = Path(__file__).parents[2]
PAGE = '<h1>{{ _("A heading") }}</h1>\n<p>{{ ngettext("%(num)s day", "%(num)s days", days) }}</p>\n'


def test_no_text_is_missing_fuzzy_stale_or_unmarked() -> None:
    said = list(texts.faults(ROOT))
    if said:
        pytest.fail("\n".join(said), pytrace=False)


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """One agency with one page, translated."""
    room = tmp_path / "services" / "health" / "pages"
    room.mkdir(parents=True)
    (room / "visits.html").write_text(PAGE)
    (room / "desk.py").write_text('from sekali.pages import N_\n\nTEXT = N_("Marked in a table")\n')
    texts.write(tmp_path)
    translate(tmp_path, {"A heading": "Sebuah judul", "Marked in a table": "Di tabel", "%(num)s day": "%(num)s hari"})
    return tmp_path


def translate(house: Path, told: dict[str, str]) -> None:
    file = catalogue_file(house / "services" / "health" / "pages", "id")
    lines = iter(file.read_text().splitlines())
    file.write_text("\n".join(filled(lines, told)) + "\n")
    texts.write(house)


def filled(lines: Iterator[str], told: dict[str, str]) -> Iterator[str]:
    last = ""
    for line in lines:
        if line.startswith("msgid "):
            last = line.removeprefix("msgid ").strip('"')
        yield line.replace('""', f'"{told[last]}"') if line.startswith("msgstr") and last in told else line


def test_a_translated_agency_is_right_and_speaks_both_languages(house: Path) -> None:
    assert list(texts.faults(house)) == []
    room = house / "services" / "health" / "pages"
    indonesian, english = (Words(one, translations([room], one)) for one in ("id", "en"))
    assert (indonesian("A heading"), english("A heading")) == ("Sebuah judul", "A heading")


SPOILED = {
    "a new text": (PAGE + '<p>{{ _("Another") }}</p>', "it is not what the pages say. Run `sekali texts`"),
    "a text that nobody marked": (PAGE + "<p>Plain words</p>", '"Plain words" is not marked for translation'),
    "an attribute that is heard": (PAGE + '<nav aria-label="Plain words">', '"Plain words" is not marked'),
}


@pytest.mark.parametrize("what", SPOILED)
def test_a_page_that_is_spoiled_is_told(house: Path, what: str) -> None:
    page, words = SPOILED[what]
    (house / "services" / "health" / "pages" / "visits.html").write_text(page)
    assert any(words in said for said in texts.faults(house))


def test_a_new_text_without_translation_and_a_fuzzy_one_are_told(house: Path) -> None:
    file = catalogue_file(house / "services" / "health" / "pages", "id")
    (house / "services" / "health" / "pages" / "visits.html").write_text(PAGE + '<p>{{ _("Another") }}</p>')
    texts.write(house)
    assert any('"Another" has no translation' in said for said in texts.faults(house))
    file.write_text(file.read_text().replace('msgid "A heading"', '#, fuzzy\nmsgid "A heading"'))
    texts.write(house)
    assert any('"A heading" is fuzzy' in said for said in texts.faults(house))


def test_a_translation_that_loses_a_place_for_a_value_is_told(house: Path) -> None:
    translate(house, {"%(num)s day": "hari"})
    file = catalogue_file(house / "services" / "health" / "pages", "id")
    file.write_text(file.read_text().replace("%(num)s hari", "%(nun)s hari"))
    texts.write(house)
    assert any("%(num)s day" in said for said in texts.faults(house))
