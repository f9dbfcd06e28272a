"""Whatever officers order, in whatever order: cards keep one head, couples are couples, versions rise by one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import uuid_utils.compat as uuids
from hypothesis import given
from hypothesis import strategies as st

from sekali.errors import Problem
from services.population.model import corrections, lives, marriages, moves
from services.population.model.codes import (
    ChangeKind,
    Life,
    MaritalStatus,
    Nationality,
    Relationship,
    Religion,
    Sex,
    Standing,
)
from services.population.model.orders import (
    AnnulmentOrder,
    BirthOrder,
    DeathOrder,
    DivorceOrder,
    MarriageOrder,
    MoveOrder,
)
from services.population.model.records import Address, FamilyCard, Resident
from services.population.model.register import Register

AT = datetime(2026, 6, 1, tzinfo=UTC)
TODAY = AT.date()
DAY = "2026-05-01"
VILLAGES = ("3171061001", "3171061002", "3171061003")
RULING = {"court": "PA", "number": "1", "issued_on": DAY}


def home(village: str) -> Address:
    return Address(
        street="JL. CONTOH",
        rt=None,
        rw=None,
        village_code=village,
        district_code=village[:6],
        regency_code=village[:4],
        province_code=village[:2],
        postal_code=None,
    )


def person(card_id: UUID, relationship: Relationship, sex: Sex, born: int) -> Resident:
    return Resident(
        resident_id=uuids.uuid7(),
        version=1,
        standing=Standing.VALID,
        registered_at=AT,
        card_id=card_id,
        nik="9999991203880001",
        full_name="CONTOH",
        sex=sex,
        life=Life.ALIVE,
        died_on=None,
        birth_date=date(born, 1, 1),
        birth_place=None,
        religion=Religion.ISLAM,
        marital_status=MaritalStatus.BELUM_KAWIN,
        occupation=None,
        nationality=Nationality.WNI,
        relationship=relationship,
        mother_name=None,
        spouse_id=None,
        duplicate_of=None,
        change_kind=ChangeKind.TERDAFTAR,
        change_on=None,
    )


@dataclass
class Town:
    """Some cards and people; an order that is refused leaves no trace, as a rolled-back transaction does."""

    cards: dict[UUID, FamilyCard]
    residents: dict[UUID, Resident]

    def try_out(self, act: Callable[[Register], Any]) -> bool:
        register = Register(self.cards.values(), self.residents.values(), AT)
        try:
            act(register)
        except Problem:
            return False
        before = self.residents
        self.cards, self.residents = register.cards, register.residents
        changed = {one.resident_id for one in register.changed()}
        for one, resident in self.residents.items():
            if one in register.born:
                assert resident.version == 1
            else:
                assert resident.version == before[one].version + (one in changed)
                assert one in changed or resident == before[one]
        return True

    def check(self) -> None:
        present = [one for one in self.residents.values() if one.is_present]
        for card_id in {one.card_id for one in present}:
            heads = [one for one in present if one.card_id == card_id and one.is_head]
            assert len(heads) == 1
            assert heads[0].is_adult(TODAY)
        for one in present:
            if one.spouse_id is not None:
                spouse = self.residents[one.spouse_id]
                assert spouse.spouse_id == one.resident_id
                assert spouse.is_present
                assert one.marital_status is spouse.marital_status is MaritalStatus.KAWIN
            if one.relationship in (Relationship.SUAMI, Relationship.ISTRI):
                head = next(head for head in present if head.card_id == one.card_id and head.is_head)
                assert one.spouse_id == head.resident_id


def town() -> Town:
    """Three cards: a mother with grown-up children, two people alone, one with a child."""
    shape = (
        (
            (Relationship.KEPALA_KELUARGA, Sex.P, 1960),
            (Relationship.ANAK, Sex.P, 1990),
            (Relationship.ANAK, Sex.L, 1992),
        ),
        ((Relationship.KEPALA_KELUARGA, Sex.L, 1988),),
        ((Relationship.KEPALA_KELUARGA, Sex.L, 1985), (Relationship.ANAK, Sex.P, 2015)),
    )
    cards, residents = {}, {}
    for village, members in zip(VILLAGES, shape, strict=True):
        card = FamilyCard(card_id=uuids.uuid7(), kk_number="9999990101200001", address=home(village))
        cards[card.card_id] = card
        for relationship, sex, born in members:
            one = person(card.card_id, relationship, sex, born)
            residents[one.resident_id] = one
    return Town(cards, residents)


@dataclass
class Choice:
    """What a draw means in a town: three people, and a number for all else."""

    first: UUID
    second: UUID
    third: UUID
    number: int

    @property
    def succession(self) -> dict[str, Any]:
        return ({}, {"new_head_id": self.third}, {"join_card_of": self.third})[self.number % 3]

    @property
    def address(self) -> dict[str, str]:
        return {"street": "JL. CONTOH", "village_code": VILLAGES[self.number % 3]}


def marry(register: Register, choice: Choice) -> None:
    body = {
        "husband_id": choice.first,
        "wife_id": choice.second,
        "married_on": DAY,
        "certificate": {"issuer": "KUA", "number": "1"},
        "household": ("HUSBAND_CARD", "WIFE_CARD", "NEW_CARD", "APART")[choice.number % 4],
        "succession": choice.succession,
    }
    marriages.marry(register, MarriageOrder.model_validate(body), TODAY)


def divorce(register: Register, choice: Choice) -> None:
    spouse_id = register.residents[choice.first].spouse_id or choice.second
    body = {
        "husband_id": choice.first,
        "wife_id": spouse_id,
        "effective_on": DAY,
        "ruling": RULING,
        "leaver_id": (choice.first, spouse_id, None)[choice.number % 3],
    }
    marriages.divorce(register, DivorceOrder.model_validate(body), TODAY)


def die(register: Register, choice: Choice) -> None:
    body = {"resident_id": choice.first, "died_on": DAY, "succession": choice.succession}
    lives.die(register, DeathOrder.model_validate(body), TODAY)


def move(register: Register, choice: Choice) -> None:
    body = {"resident_id": choice.first, "moved_on": DAY, "address": choice.address}
    moves.move(register, MoveOrder.model_validate(body), TODAY)


def move_some(register: Register, choice: Choice) -> None:
    body = {"resident_id": choice.first, "moved_on": DAY, "address": choice.address, "succession": choice.succession}
    some = {"member_ids": [choice.first, choice.second], "head_id": choice.first}
    moves.move(register, MoveOrder.model_validate(body | some), TODAY)


def be_born(register: Register, choice: Choice) -> None:
    newborn = {"full_name": "X", "sex": "PL"[choice.number % 2], "birth_date": DAY, "birth_place": "X"}
    body = {"mother_id": choice.first, "father_id": choice.second} | newborn
    lives.give_birth(register, BirthOrder.model_validate(body), TODAY)


def annul(register: Register, choice: Choice) -> None:
    body = {"resident_id": choice.first, "duplicate_of": choice.second, "reason": "X", "succession": choice.succession}
    lives.annul(register, AnnulmentOrder.model_validate(body), TODAY)


def correct(register: Register, choice: Choice) -> None:
    fields = (
        ("family.relationship", "ANAK"),
        ("identity.sex", "L"),
        ("birth.date", "2020-01-01"),
        ("address.rt", "001"),
    )
    right = corrections.Correction(*fields[choice.number % 4])
    corrections.correct(register, register.known(choice.first, "resident_id"), right, TODAY)


ORDERS = (marry, divorce, die, move, move_some, be_born, annul, correct)
Draw = tuple[Callable[[Register, Choice], None], int, int, int, int]
draws = st.tuples(st.sampled_from(ORDERS), *(st.integers(0, 30) for _ in range(4)))


def order(draw: Draw, people: Sequence[UUID]) -> Callable[[Register], None]:
    """An order about some people; many make no sense, and are to be refused."""
    act, *numbers = draw
    first, second, third = (people[number % len(people)] for number in numbers[:3])
    choice = Choice(first, second, third, numbers[3])
    return lambda register: act(register, choice)


@given(st.lists(draws, max_size=25))
def test_whatever_happens_families_stay_families(drawn: list[Draw]) -> None:
    place = town()
    place.check()
    for draw in drawn:
        place.try_out(order(draw, list(place.residents)))
        place.check()


def test_the_check_sees_a_card_with_two_heads() -> None:
    place = town()
    second = next(one for one in place.residents.values() if one.relationship is Relationship.ANAK)
    place.residents[second.resident_id] = replace(second, relationship=Relationship.KEPALA_KELUARGA)
    try:
        place.check()
    except AssertionError:
        return
    raise AssertionError("Two heads on one card were not seen.")
