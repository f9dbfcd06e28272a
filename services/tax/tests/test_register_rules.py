"""What a person's record does to the register, some of it over many made-up histories."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.tax.model import (
    Category,
    Person,
    Status,
    TaskKind,
    follow,
)
from services.tax.tests.people import MELATI, MELATIS_NIK
from services.tax.tests.registered import MARRIED, NAME, PERSON, TAXPAYER

persons = st.builds(
    Person,
    resident_id=st.just(MELATI),
    version=st.integers(1, 50),
    gone=st.booleans(),
    standing=st.sampled_from(["VALID", "ANNULLED", "UNKNOWN", None]),
    life_status=st.sampled_from(["ALIVE", "DIED", "UNKNOWN", None]),
    nik=st.just(MELATIS_NIK),
    full_name=st.sampled_from([NAME, "MELATI CONTOH", None]),
    marital_status=st.sampled_from(["BELUM_KAWIN", "KAWIN", "CERAI_MATI", "UNKNOWN", None]),
    relationship=st.sampled_from(["ANAK", "ISTRI", "KEPALA_KELUARGA", "UNKNOWN", None]),
)


@given(st.lists(persons))
def test_the_same_states_again_do_nothing(history: list[Person]) -> None:
    """A rebuilt copy runs through old versions again: nothing may happen a second time."""
    taxpayer = TAXPAYER
    for person in history:
        following = follow(taxpayer, person)
        taxpayer = following.taxpayer if following else taxpayer
    for person in history:
        again = follow(taxpayer, person)
        # An unreadable state may be read later; whatever was decided from is not met twice.
        assert again is None or again.taxpayer.heard_version > taxpayer.heard_version


@given(persons)
def test_the_version_said_rises_by_one_only_with_what_is_said(person: Person) -> None:
    following = follow(TAXPAYER, person)
    if following is not None:
        assert following.taxpayer.version == TAXPAYER.version + following.said
        assert following.said == (following.taxpayer.status is not TAXPAYER.status)


@given(persons, persons)
def test_the_end_is_the_end(person: Person, later: Person) -> None:
    following = follow(TAXPAYER, replace(person, gone=True, version=9))
    assert following is not None
    assert following.taxpayer.npwp is None
    assert following.taxpayer.registered_name is None
    assert follow(following.taxpayer, replace(later, version=10)) is None


def test_a_marriage_asks_for_the_category() -> None:
    following = follow(TAXPAYER, MARRIED)
    assert following is not None
    assert [kind for kind, _ in following.open] == [TaskKind.PILIH_KATEGORI]
    assert not following.said
    assert follow(following.taxpayer, MARRIED) is None


def test_who_marries_and_stays_on_another_card_is_asked_too() -> None:
    following = follow(TAXPAYER, replace(PERSON, marital_status="KAWIN"))
    assert following is not None
    assert [kind for kind, _ in following.open] == [TaskKind.PILIH_KATEGORI]


def test_the_head_who_marries_and_stays_head_keeps_the_category() -> None:
    head = replace(TAXPAYER, relationship="KEPALA_KELUARGA")
    following = follow(head, replace(PERSON, marital_status="KAWIN", relationship="KEPALA_KELUARGA"))
    assert following is not None
    assert following.open == ()


def test_a_widow_needs_no_category_of_the_married() -> None:
    wife = replace(TAXPAYER, marital_status="KAWIN", relationship="ISTRI", category=Category.PH)
    following = follow(wife, replace(PERSON, marital_status="CERAI_MATI", relationship="KEPALA_KELUARGA"))
    assert following is not None
    assert following.taxpayer.category is Category.OP
    assert TaskKind.PILIH_KATEGORI in following.close


def test_death_hands_over_to_the_heirs_and_its_correction_takes_back() -> None:
    died = follow(TAXPAYER, replace(PERSON, life_status="DIED"))
    assert died is not None
    assert died.taxpayer.status is Status.NON_AKTIF
    assert died.open == ((TaskKind.WARIS, "DIED"),)
    alive = follow(died.taxpayer, replace(PERSON, version=5))
    assert alive is not None
    assert alive.taxpayer.status is Status.AKTIF
    assert TaskKind.WARIS in alive.close


def test_an_unknown_code_decides_nothing() -> None:
    following = follow(TAXPAYER, replace(PERSON, life_status="UNKNOWN", marital_status="UNKNOWN"))
    assert following is not None
    assert following.taxpayer == replace(TAXPAYER, heard_version=4)
    assert follow(TAXPAYER, replace(PERSON, standing="UNKNOWN")) is None


@pytest.mark.parametrize(("held", "registered"), [(False, "MELATI CONTOH"), (True, NAME)])
def test_the_name_follows_unless_an_officer_holds_it(held: bool, registered: str) -> None:
    following = follow(replace(TAXPAYER, name_held=held), replace(PERSON, full_name="MELATI CONTOH"))
    assert following is not None
    assert following.taxpayer.registered_name == registered


def test_no_taxpayer_prints_a_person() -> None:
    printed = f"{TAXPAYER!r} {PERSON!r} {follow(TAXPAYER, MARRIED)!r}"
    assert MELATIS_NIK not in printed
    assert "MELATI" not in printed
