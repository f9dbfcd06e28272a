"""The story's people: numbers that the register takes, and others in each run."""

from datetime import date
from itertools import chain

import pytest

from demo.story.cast import MELATI, RANGGA, SARI, SERIALS, Cast
from sekali.identity import Kk, Nik

ROLES = (SARI, MELATI, RANGGA)
NOW = 1_795_333_000  # 2026-11-22: a run is numbered by the second that it begins in


def numbers(run: int) -> list[str]:
    cast = Cast(run)
    cards = (cast.card_a(), cast.card_b(), cast.double())
    niks = chain.from_iterable([member["nik"] for member in card["members"]] for card in cards)
    return [*niks, *(card["kk_number"] for card in cards)]


@pytest.mark.parametrize("run", [1, NOW, NOW + SERIALS - 1, 2_500_000_000])
def test_the_register_would_take_every_number_and_every_date(run: int) -> None:
    cast = Cast(run)
    for card in (cast.card_a(), cast.card_b(), cast.double()):
        assert Kk.parse(card["kk_number"]).digits == card["kk_number"]
        for member in card["members"]:
            born = date.fromisoformat(member["birth_date"])
            assert Nik.parse(member["nik"]).warnings(birth_date=born, sex=member["sex"]) == []
            assert 18 < (date(2026, 11, 22) - born).days / 365.25 < 100


def test_no_two_of_many_runs_share_a_number() -> None:
    seen = list(chain.from_iterable(numbers(NOW + run) for run in range(20_000)))
    assert len(set(seen)) == len(seen)


def test_serials_stay_below_those_of_seeded_residents() -> None:
    assert max(int(number[-4:]) for run in range(20_000) for number in numbers(NOW + run)) <= SERIALS


def test_an_address_for_mail_is_nobodys() -> None:
    assert Cast(NOW).email("melati").endswith(".example")
