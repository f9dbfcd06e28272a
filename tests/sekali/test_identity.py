"""Numbers of people: what is taken, what is refused, and that none of them shows itself."""

import json
import logging
import pickle
from collections.abc import Iterator
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, ValidationError

from sekali import identity
from sekali.identity import Kk, Nib, Nik, Nitku, Npwp, Number

RANGGA = "9999991203880001"
MELATI = "9999996507900002"
CARD = "9999990101260001"

days = st.dates(date(1930, 1, 1), date(2029, 12, 31))
serials = st.integers(1, 9999)


@st.composite
def niks(draw: st.DrawFn) -> str:
    """Any possible NIK of the fictive region."""
    born, woman = draw(days), draw(st.booleans())
    return f"999999{born.day + 40 * woman:02d}{born:%m%y}{draw(serials):04d}"


@pytest.fixture
def production() -> Iterator[None]:
    identity.take_fictive_region(False)
    yield
    identity.take_fictive_region(True)


@settings(deadline=None)
@given(niks())
def test_every_possible_nik_is_taken(digits: str) -> None:
    nik = Nik.parse(digits)
    assert nik.digits == digits
    assert nik == Nik(digits)
    assert Npwp.of(nik).digits == digits


@settings(deadline=None)
@given(niks(), st.sampled_from([Nik, Kk, Npwp]))
def test_no_digit_is_shown_by_accident(digits: str, kind: type[Number]) -> None:
    try:
        number = kind(digits)
    except ValueError as error:
        assert digits not in str(error)
        return
    shown = [str(number), repr(number), f"{number}", f"{number!r}", f"{number:>30}", repr([number])]
    assert not any(sign.isdigit() for text in shown for sign in text)


@settings(deadline=None)
@given(st.text(max_size=30))
def test_a_refusal_never_holds_the_value(text: str) -> None:
    for kind in (Nik, Kk, Nib, Npwp, Nitku):
        try:
            kind.parse(text)
        except ValueError as error:
            assert str(error).isascii()
            assert len(text) < 5 or text not in str(error)


@settings(deadline=None)
@given(niks(), st.integers(0, 15), st.sampled_from(["x", "٣", "²", ""]))
def test_a_nik_is_16_plain_digits(digits: str, place: int, sign: str) -> None:
    with pytest.raises(ValueError, match="16 digits"):
        Nik.parse(digits[:place] + sign + digits[place + 1 :])


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ("9999991203880000", "0001 to 9999"),
        ("9999993202880001", "birth date"),
        ("9999993002880001", "birth date"),
        ("9999990000880001", "birth date"),
        ("9999997202880001", "birth date"),
        ("9999994002880001", "birth date"),
        ("9999991213880001", "birth date"),
        ("9799991203880001", "no province"),
        ("0099991203880001", "no province"),
        ("3100011203880001", "no regency"),
        ("3171001203880001", "no regency"),
    ],
)
def test_an_impossible_nik_is_refused_with_the_reason(wrong: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        Nik.parse(wrong)


@pytest.mark.parametrize(
    "possible",
    [
        RANGGA,
        MELATI,
        "9999997101900003",  # a woman born on the 31st
        "9999992902000004",  # 29 February 2000
        "9999990101290005",  # before 1930, or after 2000: the century is not told
        "9671010101900006",  # provinces that another package refuses
        "6571010101900006",
    ],
)
def test_a_rare_nik_is_taken(possible: str) -> None:
    assert Nik.parse(possible).digits == possible


def test_people_write_numbers_with_signs_between_the_digits() -> None:
    assert Nik.parse("999999-120388-0001") == Nik.parse(" 9999 9912 0388 0001 ") == Nik(RANGGA)
    assert Npwp.parse("09.254.294.3-407.000").digits == "0092542943407000"


def test_the_fictive_region_is_for_demonstrations_only(production: None) -> None:
    for refused in (lambda: Nik(RANGGA), lambda: Kk(CARD), lambda: Npwp(RANGGA)):
        with pytest.raises(ValueError, match="province"):
            refused()
    assert Nik("3171031203880001").digits


def test_an_old_region_code_is_odd_but_no_reason_to_refuse() -> None:
    assert Nik("3171031203880001").warnings() == []
    assert "old code" in Nik("9199011203880001").warnings()[0]
    assert Nik(RANGGA).warnings() == []


def test_a_nik_unlike_the_biodata_is_warned_of() -> None:
    melati = Nik(MELATI)
    assert melati.warnings(birth_date=date(1990, 7, 25), sex="P") == []
    assert melati.warnings(birth_date=date(1890, 7, 25), sex="P") == []
    assert len(melati.warnings(birth_date=date(1990, 7, 26), sex="L")) == 2


@pytest.mark.parametrize("wrong", ["9999993213260001", "9999990101260000", "1099990101260001", "999999010126001"])
def test_an_impossible_card_number_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="KK number"):
        Kk.parse(wrong)


@settings(deadline=None)
@given(st.integers(0, 999_999))
def test_a_place_of_business_is_numbered_under_its_taxpayer(serial: int) -> None:
    nitku = Nitku.of(Npwp(MELATI), serial)
    assert nitku.digits == f"{MELATI}{serial:06d}"
    assert nitku.npwp == Npwp(MELATI)
    assert nitku.serial == serial


@settings(deadline=None)
@given(st.from_regex(r"[0-9]{13}", fullmatch=True))
def test_a_nib_is_13_digits_without_meaning(digits: str) -> None:
    assert Nib(digits).digits == digits


def test_numbers_are_values_and_kinds_differ() -> None:
    assert len({Nik(MELATI), Nik(MELATI), Nik(RANGGA)}) == 2
    assert Nik(MELATI) != Npwp(MELATI)
    assert pickle.loads(pickle.dumps(Nik(MELATI))) == Nik(MELATI)
    with pytest.raises(AttributeError):
        Nik(MELATI).digits = RANGGA  # type: ignore[misc]


class Person(BaseModel):
    model_config = ConfigDict(hide_input_in_errors=True)
    nik: Nik
    card: Kk | None = None


def test_an_authorised_door_answers_with_the_digits_and_nothing_else_does() -> None:
    person = Person.model_validate({"nik": MELATI, "card": CARD})
    assert json.loads(person.model_dump_json()) == {"nik": MELATI, "card": CARD}
    assert person.model_dump() == {"nik": Nik(MELATI), "card": Kk(CARD)}
    assert MELATI not in repr(person)
    assert MELATI not in repr(person.model_dump())
    assert Person.model_validate_json(person.model_dump_json()) == person
    with pytest.raises(TypeError):
        json.dumps({"nik": person.nik})


def test_a_refused_field_is_named_without_its_value() -> None:
    with pytest.raises(ValidationError) as refused:
        Person.model_validate({"nik": "9999991203880000"})
    assert "nik" in str(refused.value)
    assert "9999991203880000" not in str(refused.value)


def test_a_log_line_holds_no_number(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("test").warning("taken: %s %r", Nik(MELATI), {"nik": Nik(MELATI)})
    assert MELATI not in caplog.text
