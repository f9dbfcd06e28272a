"""Fictive people: the same ones every time, no number twice, as odd as real ones."""

from datetime import date
from itertools import chain
from random import Random

import pytest

from demo import people
from sekali import regions
from sekali.identity import Kk, Nik

FIRST = [people.batch(number) for number in range(20)]
CARDS = list(chain.from_iterable(FIRST))
MEMBERS = [member for card in CARDS for member in card["members"]]


def test_a_batch_is_the_same_whenever_it_is_asked_for() -> None:
    assert people.batch(7) == FIRST[7]
    assert FIRST[7] != FIRST[8]


def test_a_batch_holds_so_many_residents_exactly() -> None:
    assert {sum(len(card["members"]) for card in batch) for batch in FIRST} == {people.BATCH}


def test_ten_thousand_people_have_ten_thousand_niks_of_the_fictive_region() -> None:
    niks = {member["nik"] for member in MEMBERS}
    assert len(niks) == len(MEMBERS) == 10_000
    for member in MEMBERS:
        nik = Nik.parse(member["nik"])
        assert nik.digits.startswith("999999")
        assert nik.warnings(birth_date=date.fromisoformat(member["birth_date"]), sex=member["sex"]) == []


@pytest.mark.parametrize("serial", [0, 1, 499, 997, 998])
def test_none_of_all_who_share_a_serial_share_a_birth_date_even_if_born_around_the_same_year(serial: int) -> None:
    dice = Random(serial)
    those = range(serial, people.MOST_RESIDENTS, people.SERIALS)
    assert len({people.birth_date(person, 1970 + dice.randint(0, 1)) for person in those}) == len(those) == 365 * 5


@pytest.mark.parametrize("about", [1900, 1925, 1926, 1929, 1999, 2000, 2024])
def test_birth_dates_stay_within_the_hundred_years_that_two_digits_can_tell(about: int) -> None:
    for person in range(0, people.MOST_RESIDENTS, 977):
        born = people.birth_date(person, about)
        assert date(1925, 1, 1) <= born <= date(2024, 12, 31)
        assert about < 1930 or about - 4 <= born.year <= about


def test_cards_have_numbers_of_their_own_dated_before_those_of_the_story() -> None:
    numbers = [card["kk_number"] for card in CARDS]
    assert len(set(numbers)) == len(numbers)
    assert all(Kk.parse(number) and int(number[10:12]) <= 19 for number in numbers)
    assert len({people.kk_number(batch, place) for batch in range(200) for place in range(400)}) == 80_000


def test_serials_leave_room_for_the_story_and_the_newborn() -> None:
    assert all(int(member["nik"][12:]) > 9000 for member in MEMBERS)


def test_addresses_are_real_places_with_their_postal_codes() -> None:
    for card in CARDS:
        village = regions.village(card["address"]["village_code"])
        assert village is not None
        assert card["address"]["postal_code"] == village.postal_code
    assert len({card["address"]["village_code"][:2] for card in CARDS}) > 30


def test_the_odd_ones_are_among_the_first_ten_thousand() -> None:
    assert any(member["birth_date"] < "1930" for member in MEMBERS)
    assert any(member["birth_date"] > "2000" for member in MEMBERS)
    assert any(member["sex"] == "P" and member["nik"][6:8] == "71" for member in MEMBERS)
    assert any(" " not in member["full_name"] for member in MEMBERS)
    assert any(member["nationality"] == "WNA" for member in MEMBERS)
    assert all(member["full_name"].split()[-1] == "CONTOH" for member in MEMBERS)


def test_there_are_only_so_many_people() -> None:
    with pytest.raises(ValueError, match="batches"):
        people.batch(people.MOST_RESIDENTS // people.BATCH)
