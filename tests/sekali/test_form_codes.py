"""Codes of an agency's own list: people choose them by name, and see the name wherever the code is shown."""

from pathlib import Path
from typing import Any

import pytest
from babel.support import NullTranslations

from sekali.errors import Problem
from sekali.forms import Choice, Form, FormError, Listed, OpenedBox, OpenedForm, Text, opened_again
from sekali.pages import Words, as_input, as_text
from sekali.pages.boxes import MANY
from tests.sekali.market import STALL, guild_rule

BAKERS = Choice(code="G-1", label=Text(id="Tukang roti", en="Bakers"))
COOKS = Choice(code="G-2", label=Text(id="Juru masak", en="Cooks"))
CHOICES = (BAKERS, COOKS)
ENGLISH = Words("en", NullTranslations())


def opened(folder: Path, listed: Listed) -> OpenedForm:
    path = folder / "stall.form.yaml"
    path.write_text(STALL, encoding="utf-8")
    return Form.load(path, rules={"guild": guild_rule}, lists={"guild": listed}).declaration()


def guild(form: OpenedForm) -> OpenedBox:
    (box,) = [box for box in form.boxes if box.name == "guild"]
    return box


def refused(form: OpenedForm, code: str) -> set[str]:
    again, facts = opened_again(form)
    with pytest.raises(Problem) as told:
        again.preview({"guild": code}, facts)
    return {one.detail for one in told.value.fields if one.field == "guild"}


def test_a_list_that_is_whole_is_chosen_from(tmp_path: Path) -> None:
    box = guild(opened(tmp_path, Listed(CHOICES)))
    drawn = as_input(box, ENGLISH, written="G-2")
    assert (drawn.kind, drawn.value) == ("select", "G-2")
    assert [(one.value, one.label) for one in drawn.options] == [("G-1", "G-1 Bakers"), ("G-2", "G-2 Cooks")]


@pytest.mark.parametrize("listed", [Listed(CHOICES, others=True), Listed(CHOICES * MANY)], ids=["open", "long"])
def test_a_list_that_takes_others_or_is_long_is_offered_while_one_types(tmp_path: Path, listed: Listed) -> None:
    drawn = as_input(guild(opened(tmp_path, listed)), ENGLISH, written="G-9")
    assert (drawn.kind, drawn.value) == ("offered", "G-9")
    assert "Type the code" in drawn.hint
    assert (drawn.options[0].value, drawn.options[0].label) == ("G-1", "Bakers")


def test_the_code_is_shown_with_its_name_and_one_that_is_not_listed_alone(tmp_path: Path) -> None:
    box = guild(opened(tmp_path, Listed(CHOICES, others=True)))
    assert (as_text(box, "G-1", ENGLISH), as_text(box, "G-9", ENGLISH)) == ("G-1 Bakers", "G-9")


def test_the_portal_knows_before_it_sends_whether_a_whole_list_has_the_code(tmp_path: Path) -> None:
    assert refused(opened(tmp_path, Listed(CHOICES)), "G-9") == {"This is none of the choices."}
    assert refused(opened(tmp_path, Listed(CHOICES)), "G-1") == set()
    assert refused(opened(tmp_path, Listed(CHOICES, others=True)), "G-9") == set()


@pytest.mark.parametrize("told", ["purpose: {id: Izin, en: Permit}", "legal_basis: UU 27/2022 art. 20(2)(e)"])
def test_what_for_and_by_what_right_are_said_together(tmp_path: Path, told: str) -> None:
    path = tmp_path / "stall.form.yaml"
    path.write_text(f"{told}\n{STALL}", encoding="utf-8")
    rules: dict[str, Any] = {"guild": guild_rule}
    with pytest.raises(FormError, match="purpose and legal_basis go together"):
        Form.load(path, rules=rules)


def test_a_legal_basis_is_quoted_as_each_language_quotes_laws() -> None:
    basis = "UU 27/2022 art. 20(2)(e); PER-7/PJ/2025 art. 31-33, UU 24/2013 art. 58(4)"
    assert ENGLISH.law(basis) == basis
    told = "UU 27/2022 Pasal 20 ayat (2) huruf e; PER-7/PJ/2025 Pasal 31-33, UU 24/2013 Pasal 58 ayat (4)"
    assert Words("id", NullTranslations()).law(basis) == told
