"""The site says all that cards, schemas and contracts say, in both languages, and stands on its own."""

import re
import shutil
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest
from html5lib.html5parser import ParseError

from sekali import catalogue_site
from sekali.catalogue_site import NotOurFolder
from sekali.catalogue_site.fields import every
from sekali.catalogue_site.words import LANGUAGES, Language, Words
from sekali.contracts import Catalogue
from tests.catalogue.conftest import ROOT
from tests.catalogue.reading import anchors, dead, parsed, read, words

CATALOGUE = Catalogue.load(ROOT)
LARGEST = 100_000  # bytes of a page
TWICE = re.compile(r"\{\{|\{%|\bNone\b")


def test_every_page_is_valid_html_and_small(site: Path) -> None:
    for file in site.rglob("*.html"):
        found = anchors(read(file))
        assert len(found) == len(set(found)), file
        assert file.stat().st_size < LARGEST, file


def test_every_link_leads_somewhere(site: Path) -> None:
    assert list(dead(site)) == []


def test_no_page_needs_a_script_or_shows_a_template(site: Path) -> None:
    for file in site.rglob("*.html"):
        tree = read(file)
        assert not list(tree.iter("script")), file
        assert not TWICE.search(words(tree)), file


def test_each_page_has_its_twin_and_says_its_language(site: Path) -> None:
    pages = {language: {file.relative_to(site / language) for file in (site / language).rglob("*.html")}
             for language in LANGUAGES}  # fmt: skip
    assert pages["id"] == pages["en"]
    assert len(pages["id"]) == 1 + len(CATALOGUE.cards) + len(CATALOGUE.agencies)
    for language, found in pages.items():
        assert all(read(site / language / page).get("lang") == language for page in found)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_topics_page_says_what_its_card_and_schema_say(site: Path, language: Language) -> None:
    for topic, card in CATALOGUE.cards.items():
        said = words(read(site / language / "topics" / f"{topic}.html"))
        assert card.tells[language] in said
        assert card.compatibility in said
        for field in every(CATALOGUE.latest(topic).schema):
            assert field.label[language] in said and field.doc in said and field.path in said, field.path
            assert all(symbol in said for symbol in field.form.innermost.symbols), field.path
        if card.sunset:
            assert Words(language).day(card.sunset.on) in said and card.sunset.successor in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_contract_is_told_at_its_topic_and_at_its_agency(site: Path, language: Language) -> None:
    in_words = Words(language)
    for (agency, topic), contract in CATALOGUE.contracts.items():
        told = [contract.purpose[language], contract.agreement, in_words.law(contract.legal_basis),
                in_words.day(contract.valid_until), in_words.count("day", contract.retention_days)]  # fmt: skip
        told += [field.doc for field in every(contract.schema) if not field.members]
        told += [text for verified in contract.verify for text in (verified.path, verified.doc)]
        for place in (f"topics/{topic}.html", f"agencies/{agency}.html"):
            said = words(read(site / language / place))
            assert [text for text in told if text not in said] == [], place


def test_two_builds_are_the_same_bytes(site: Path, tmp_path: Path) -> None:
    again = {file.relative_to(tmp_path): file.read_bytes() for file in catalogue_site.write(ROOT, tmp_path)}
    assert {place: (site / place).read_bytes() for place in again} == again


def test_a_new_build_takes_the_place_of_the_old_one_and_of_nothing_else(tmp_path: Path) -> None:
    place = tmp_path / "site"
    catalogue_site.write(ROOT, place)
    (place / "id" / "stale.html").touch()
    catalogue_site.write(ROOT, place)
    assert not (place / "id" / "stale.html").exists()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").touch()
    with pytest.raises(NotOurFolder, match="Name an empty folder"):
        catalogue_site.write(ROOT, tmp_path / "mine")
    assert (tmp_path / "mine" / "letter.txt").exists()


def test_the_picture_is_a_file_of_its_own_with_words_for_those_who_do_not_see_it(site: Path) -> None:
    svg = "{http://www.w3.org/2000/svg}"
    for language in LANGUAGES:
        tree = fromstring((site / language / "flow-1.svg").read_text())
        title, desc = tree.find(f"{svg}title"), tree.find(f"{svg}desc")
        assert title is not None and title.text == Words(language)("flow")
        assert desc is not None and desc.text is not None and "population.resident.v1" in desc.text
        shown = ["".join(text.itertext()) for text in tree.iter(f"{svg}text")]
        assert set(CATALOGUE.agencies) <= set(shown)


def test_these_tests_can_fail(site: Path, tmp_path: Path) -> None:
    spoiled = tmp_path / "site"
    shutil.copytree(site, spoiled)
    (spoiled / "id" / "agencies" / "tax.html").unlink()
    page = spoiled / "en" / "index.html"
    page.write_text(page.read_text().replace('id="topics"', 'id="themes"'))
    said = "\n".join(dead(spoiled))
    assert "id/agencies/tax.html leads nowhere" in said or "agencies/tax.html leads nowhere" in said
    assert "#topics has no such place" in said
    with pytest.raises(ParseError):
        parsed("<!DOCTYPE html><title>x</title><p><table><b></table>")
