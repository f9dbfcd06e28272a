"""A form is data: Melati opens it filled, answers what is left, and hears of every wrong box at once."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sekali import metrics
from sekali.errors import Problem
from sekali.forms import Fact, Form, Submission
from sekali.forms.declaration import Text
from sekali.identity import Nik, Npwp
from tests.sekali.market import load

RESIDENT, TAXPAYER, CONTACT, LICENCE = "town.resident.v1", "till.taxpayer.v1", "desk.contact.v1", "guild.licence.v1"
MELATI = "9999996507900002"
TODAY = date(2026, 11, 22)
SAID_AT = datetime(2026, 11, 20, 8, tzinfo=UTC)

ANSWERS: dict[str, Any] = {
    "nik": MELATI,
    "email": "melati@contoh.example",
    "guild": "G-7",
    "stall_village": "3171031001",
    "stall_district": "317103",
    "stall_regency": "3171",
    "stall_province": "31",
    "stall_postal_code": "10620",
    "area": 12.5,
    "capital": 250_000_000,
    "helpers": "2",
    "opens_on": "2027-01-04",
    "cooks": False,
}


class Sex(StrEnum):
    UNKNOWN = "UNKNOWN"
    P = "P"


def resident(**changes: Any) -> Fact:
    values = {
        "identity.full_name": "MELATI PUSPA CONTOH",
        "identity.sex": Sex.P,
        "birth.date": date(1990, 7, 25),
        "address.village_code": "3273011001",
        "address.district_code": "327301",
    }
    return Fact(values | {name.replace("__", "."): value for name, value in changes.items()}, SAID_AT, 3)


@pytest.fixture(scope="module")
def form(tmp_path_factory: pytest.TempPathFactory) -> Form:
    return load(tmp_path_factory.mktemp("forms"))


def check(form: Form, facts: Mapping[str, Fact] | None = None, **changes: Any) -> Submission:
    answers = {name: value for name, value in (ANSWERS | changes).items() if value is not ...}
    return form.check(answers, facts if facts is not None else {RESIDENT: resident()}, today=TODAY)


def refused(form: Form, facts: Mapping[str, Fact] | None = None, **changes: Any) -> dict[str, str]:
    with pytest.raises(Problem) as raised:
        check(form, facts, **changes)
    assert raised.value.status == 422
    return {field.field: field.detail for field in raised.value.fields}


def unrecorded(title: Text, shown: Mapping[str, list[str]]) -> None:
    """These forms are opened for nobody."""


# Opening


def test_the_form_opens_with_what_is_known_its_source_and_its_as_of(form: Form) -> None:
    opened = form.open({RESIDENT: resident()}, unrecorded)
    shown = json.loads(opened.model_dump_json())
    assert shown["form"] == "stall"
    assert shown["title"] == {"id": "Izin lapak", "en": "Market stall permit"}
    assert shown["counts"] == {"asked": 20, "key": 1, "filled": 5, "open": 14}
    boxes = {box["name"]: box for box in shown["boxes"]}
    assert boxes["birth_date"]["value"] == "1990-07-25"
    assert boxes["birth_date"]["source"]["topic"] == RESIDENT
    assert boxes["birth_date"]["source"]["field"] == "birth.date"
    assert boxes["birth_date"]["as_of"] == "2026-11-20T08:00:00Z"
    assert boxes["sex"]["value"] == "P"
    assert boxes["nik"]["value"] is None, "the key is typed by the citizen"
    assert boxes["npwp"]["value"] is None
    assert boxes["npwp"]["as_of"] is None
    assert boxes["area"]["unit"] == "m2"
    assert boxes["home_village"]["within"] == "home_district"


def test_who_opens_a_form_is_told_which_facts_it_shows_and_no_others(form: Form) -> None:
    told: list[Any] = []
    form.open(
        {RESIDENT: resident(identity__sex=Sex.UNKNOWN), CONTACT: Fact({"contact.email": None}, SAID_AT, 1)},
        lambda title, shown: told.append((title.en, shown)),
    )
    filled = [box.source.field for box in form.boxes if box.source and box.source.topic == RESIDENT]
    assert told == [("Market stall permit", {RESIDENT: [one for one in filled if one != "identity.sex"]})]


def test_a_declaration_has_every_box_and_nobodys_values(form: Form) -> None:
    declared = form.declaration()
    assert [box.name for box in declared.boxes] == [box.name for box in form.boxes]
    assert all(box.value is None for box in declared.boxes)
    assert declared.counts.filled == 0


def test_a_code_that_decides_nothing_fills_nothing(form: Form) -> None:
    opened = form.open({RESIDENT: resident(identity__sex=Sex.UNKNOWN)}, unrecorded)
    assert next(box for box in opened.boxes if box.name == "sex").value is None


def test_an_opened_form_shows_no_value_when_printed(form: Form) -> None:
    facts = {RESIDENT: resident()}
    submission = check(form, email="else@contoh.example")
    opened = form.open(facts, unrecorded)
    for printed in (repr(opened), str(opened.boxes), repr(facts), repr(submission)):
        assert "MELATI" not in printed
        assert "contoh.example" not in printed


# Answering


def test_melati_types_only_what_nobody_knows(form: Form) -> None:
    submission = check(form)
    assert submission.counts.asked == 20
    assert (submission.counts.key, submission.counts.filled) == (1, 5)
    assert (submission.counts.typed, submission.counts.left_empty) == (12, 2)
    assert submission.corrected == ()
    assert submission.values["nik"] == Nik(MELATI)
    assert submission.values["full_name"] == "MELATI PUSPA CONTOH"
    assert submission.values["birth_date"] == date(1990, 7, 25)
    assert submission.values["area"] == Decimal("12.5")
    assert submission.values["capital"] == 250_000_000
    assert submission.values["helpers"] == 2
    assert submission.values["cooks"] is False
    assert submission.values["npwp"] is None


def test_a_whole_submission_can_be_kept_as_json(form: Form) -> None:
    kept = check(form, {RESIDENT: resident(), TAXPAYER: Fact({"registration.npwp": MELATI}, SAID_AT, 1)}).json_values()
    assert json.loads(json.dumps(kept)) == kept
    assert kept["nik"] == kept["npwp"] == MELATI
    assert kept["birth_date"] == "1990-07-25"
    assert kept["area"] == 12.5


def test_boxes_sent_back_as_they_were_shown_are_not_typed(form: Form) -> None:
    facts = {RESIDENT: resident(), CONTACT: Fact({"contact.email": "melati@contoh.example"}, SAID_AT, 1)}
    shown: dict[str, Any] = {box.name: box.value for box in form.open(facts, unrecorded).boxes if box.value is not None}
    submission = check(form, facts, **shown)
    assert submission.counts.filled == 6
    assert submission.corrected == ()


def test_a_second_tax_number_is_a_value_like_the_first(form: Form) -> None:
    facts = {RESIDENT: resident(), TAXPAYER: Fact({"registration.npwp": MELATI}, SAID_AT, 1)}
    submission = check(form, facts, npwp="9999 9965 0790 0002")
    assert submission.values["npwp"] == Npwp(MELATI)
    assert submission.counts.filled == 6


def test_an_owned_box_corrected_goes_on_with_the_owners_value(form: Form) -> None:
    submission = check(form, full_name="MELATI PUSPITA CONTOH")
    assert submission.values["full_name"] == "MELATI PUSPA CONTOH"
    (correction,) = submission.corrected
    assert (correction.box, correction.topic, correction.field) == ("full_name", RESIDENT, "identity.full_name")
    assert (correction.seen_version, correction.proposed) == (3, "MELATI PUSPITA CONTOH")
    assert (submission.counts.filled, submission.counts.typed) == (4, 13)


def test_what_citizens_say_of_themselves_is_theirs_to_change(form: Form) -> None:
    facts = {RESIDENT: resident(), CONTACT: Fact({"contact.email": "old@contoh.example"}, SAID_AT, 7)}
    submission = check(form, facts, email="new@contoh.example")
    assert submission.values["email"] == "new@contoh.example"
    assert [(c.box, c.seen_version) for c in submission.corrected] == [("email", 7)]


@pytest.mark.parametrize(("said_after", "typed", "corrected"), [(1, 12, []), (0, 12, []), (-1, 11, [])])
def test_what_is_said_with_the_form_itself_counts_as_typed_even_where_it_arrives_first(
    form: Form, said_after: int, typed: int, corrected: list[str]
) -> None:
    """The bus may carry her address here before the portal's hand brings the form that says it."""
    sent_at = SAID_AT.replace(microsecond=999)
    contact = Fact({"contact.email": ANSWERS["email"]}, SAID_AT + timedelta(milliseconds=said_after), 1)
    submission = form.check(ANSWERS, {RESIDENT: resident(), CONTACT: contact}, today=TODAY, sent_at=sent_at)
    assert (submission.counts.typed, [one.box for one in submission.corrected]) == (typed, corrected)
    assert submission.values["email"] == ANSWERS["email"]


def test_a_readonly_box_points_to_its_owner(form: Form) -> None:
    facts = {RESIDENT: resident(), LICENCE: Fact({"permit.guild": "G-1"}, SAID_AT, 1)}
    with pytest.raises(Problem) as raised:
        check(form, facts, guild="G-2")
    (field,) = raised.value.fields
    assert field.field == "guild"
    assert LICENCE in field.way_out
    assert check(form, facts, guild=...).values["guild"] == "G-1"
    assert check(form).values["guild"] == "G-7", "while nothing fills it, it is asked"


def test_an_old_value_of_the_owner_is_not_held_against_the_citizen(form: Form) -> None:
    old = resident(address__village_code="9109012001", address__district_code="910901", birth__date=date(1891, 1, 1))
    submission = check(form, {RESIDENT: old}, home_village="9109012001", birth_date="1891-01-01")
    assert submission.values["home_village"] == "9109012001"
    assert submission.counts.filled == 5


def test_all_wrong_boxes_are_told_at_once_without_their_values(form: Form) -> None:
    wrong: dict[str, Any] = {
        "nik": "9999996507900000",
        "email": "melati at contoh",
        "guild": "X-99",
        "stall_village": "0000000000",
        "area": 501,
        "capital": -5,
        "helpers": "two",
        "opens_on": "2027-02-30",
        "cooks": "yes",
        "phone": "021 5551234",
        "birth_date": "2026-11-23",
    }
    with pytest.raises(Problem) as raised:
        check(form, **wrong)
    assert {field.field for field in raised.value.fields} == set(wrong)
    told = json.dumps(raised.value.document()) + str(raised.value)
    assert all(str(value) not in told for value in wrong.values() if str(value) not in {"yes", "two", "-5"})
    assert all(field.detail.endswith(".") for field in raised.value.fields)


def test_a_required_box_left_empty_is_told(form: Form) -> None:
    assert refused(form, capital=..., helpers=None, guild="  ") == dict.fromkeys(
        ("capital", "helpers", "guild"), "This box needs an answer."
    )


def test_a_box_that_the_form_does_not_have_is_told_without_its_name(form: Form) -> None:
    stranger: dict[str, Any] = {"MELATI PUSPA": "x"}
    told = refused(form, **stranger)
    assert list(told) == ["answers"]
    assert "MELATI" not in told["answers"]


@pytest.mark.parametrize(
    ("box", "value"),
    [
        ("stall_village", "3171031"),
        ("stall_village", ["3171031001"]),
        ("area", float("nan")),
        ("area", True),
        ("area", "1e400"),
        ("area", "12,5"),
        ("area", 1.23456),
        ("helpers", 2.5),
        ("helpers", 2**31),
        ("capital", 10**16),
        ("opens_on", "20270104"),
        ("opens_on", 20270104),
        ("stall_postal_code", "00000"),
        ("full_name", "MELATI\x00"),
        ("full_name", "MELATI\ud800"),
        ("full_name", "MELATI\nPUSPA"),
        ("full_name", "M" * 61),
        ("sex", "X"),
        ("email", "a" * 65 + "@contoh.example"),
        ("email", "melati..puspa@contoh.example"),
        ("email", "melati@contoh"),
        ("phone", "+1 212 555 0100"),
        ("nik", 9999996507900002),
    ],
)
def test_a_value_that_no_box_of_this_kind_takes(form: Form, box: str, value: Any) -> None:
    assert list(refused(form, **{box: value})) == [box]


@pytest.mark.parametrize(
    ("box", "value", "becomes"),
    [
        ("stall_village", "31.71.03.1001", "3171031001"),
        ("phone", "0812-3456-7890", "+6281234567890"),
        ("email", "Melati@Contoh.EXAMPLE", "Melati@contoh.example"),
        ("area", "12.50", Decimal("12.50")),
        ("helpers", 3.0, 3),
        ("capital", "0", 0),
        ("opens_on", "2026-01-01", date(2026, 1, 1)),
    ],
)
def test_people_write_in_their_ways(form: Form, box: str, value: Any, becomes: object) -> None:
    assert check(form, **{box: value}).values[box] == becomes


def test_region_boxes_must_agree(form: Form) -> None:
    assert list(refused(form, stall_district="317102")) == ["stall_village"]
    assert list(refused(form, stall_province="32")) == ["stall_regency"]
    assert list(refused(form, stall_postal_code="40111")) == ["stall_postal_code"]
    told = refused(form, home_village="3171031001")
    assert told == {"home_village": "This village does not lie in the district of box home_district."}
    moved = check(form, home_village="3171031001", home_district="317103")
    assert [correction.box for correction in moved.corrected] == ["home_village", "home_district"]


answered = st.fixed_dictionaries(
    {},
    optional={
        "full_name": st.sampled_from(["MELATI PUSPA CONTOH", "SARI CONTOH", "", None]),
        "sex": st.sampled_from(["L", "P", None]),
        "npwp": st.sampled_from([MELATI, "", None]),
        "email": st.sampled_from(["melati@contoh.example", "other@contoh.example"]),
        "phone": st.sampled_from(["081234567890", ""]),
        "birth_date": st.dates(date(1900, 1, 1), TODAY).map(date.isoformat),
    },
)
known = st.fixed_dictionaries(
    {},
    optional={
        RESIDENT: st.just(resident()),
        TAXPAYER: st.just(Fact({"registration.npwp": MELATI}, SAID_AT, 1)),
        CONTACT: st.just(Fact({"contact.email": "melati@contoh.example"}, SAID_AT, 1)),
        LICENCE: st.just(Fact({"permit.guild": "G-7"}, SAID_AT, 1)),
    },
)


@settings(deadline=None)
@given(answered, known)
def test_the_counts_sum_to_what_was_asked(form: Form, answers: dict[str, Any], facts: dict[str, Fact]) -> None:
    opened = form.open(facts, unrecorded).counts
    assert opened.key + opened.filled + opened.open == opened.asked == len(form.boxes)
    try:
        submission = form.check(ANSWERS | answers, facts, today=TODAY)
    except Problem:
        assert RESIDENT not in facts, "only the resident's own boxes have no answer here"
        return
    counts = submission.counts
    assert counts.key + counts.filled + counts.typed + counts.left_empty == counts.asked == len(form.boxes)
    assert counts.filled + len(submission.corrected) == opened.filled
    assert set(submission.values) == {box.name for box in form.boxes}
    assert counts.left_empty == sum(value is None for value in submission.values.values())


@settings(deadline=None)
@given(
    st.dictionaries(st.sampled_from([*ANSWERS, "full_name", "other"]), st.from_type(object) | st.text() | st.floats())
)
def test_any_answers_are_taken_or_refused_in_words(form: Form, answers: dict[str, Any]) -> None:
    try:
        form.check(answers, {RESIDENT: resident()}, today=TODAY)
    except Problem as problem:
        assert problem.status == 422
        assert problem.fields


def test_forms_and_boxes_are_counted(form: Form) -> None:
    before = {name: metrics.value_of(f"sekali_{name}_total", form="stall") for name in COUNTED}
    form.open({RESIDENT: resident()}, unrecorded)
    form.declaration()
    check(form)
    refused(form, area=0)
    after = {name: metrics.value_of(f"sekali_{name}_total", form="stall") for name in COUNTED}
    assert {name: after[name] - before[name] for name in COUNTED} == COUNTED


COUNTED = {"forms_opened": 1, "forms_submitted": 1, "boxes_asked": 20, "boxes_filled": 5, "boxes_typed": 12}
