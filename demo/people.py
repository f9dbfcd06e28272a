"""Fictive families to fill the register with: the same ones for the same number, however they are asked for.

Nobody here exists: the surname is CONTOH ("example"), the numbers are of region 99.99.99, which no place has.
Addresses are real places, so that the region boxes of the forms have something to show.

Numbers without a memory. Of a million people no two may share a NIK, and the 365 days of a year times 9,999 serials
are soon shared by chance. So person p has serial 9001 + p mod 999; those who share a serial get different days of
the year, or, where the day is the same, birth years that differ modulo 5. Serials up to 9000 stay free for the story
and for the newborn; card numbers carry dates before 2020, later ones stay free for those too.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from random import Random
from typing import Any

from faker import Faker

from demo.lives import (
    FAMILIES,
    OCCUPATIONS,
    PROVINCE_WEIGHTS,
    RELIGIONS,
    SPECIAL_FAMILIES,
    STUDENT,
    UNEMPLOYED,
    Role,
)
from sekali import regions

REGION = "999999"
BATCH = 500
"""Residents in a batch, exactly."""

SERIALS = 999
FIRST_SERIAL = 9001
YEARS = 5
MOST_RESIDENTS = SERIALS * 365 * YEARS
FIRST_YEAR, LAST_YEAR = 1925, 2024  # a hundred years: two digits name each one once
FIRST_CARD, CARD_DAYS = date(2000, 1, 1), 7305  # to the end of 2019
WOMEN_ADD = 40

Card = dict[str, Any]


def batch(number: int) -> list[Card]:
    """Family cards as POST /family-cards/batch takes them, with BATCH residents together."""
    if not 0 <= number < MOST_RESIDENTS // BATCH:
        raise ValueError(f"There are {MOST_RESIDENTS // BATCH} batches of fictive people, numbered from 0.")
    dice = Random(f"batch {number}")  # noqa: S311
    names = Faker("id_ID")
    names.seed_instance(number)
    maker = _Maker(dice, names)
    cards: list[Card] = []
    person = number * BATCH
    for place, roles in enumerate(_households(dice)):
        cards.append(maker.card(kk_number(number, place), roles, person))
        person += len(roles)
    return cards


def kk_number(number: int, place: int = 0) -> str:
    """Of the card at a place in a batch."""
    family = number * BATCH + place
    issued = FIRST_CARD + timedelta(days=family % CARD_DAYS)
    return f"{REGION}{issued:%d%m%y}{family // CARD_DAYS + 1:04d}"


def birth_date(person: int, about: int) -> date:
    """A date near the year `about`, at most 4 years before it, whose NIK nobody else has."""
    serial, turn = person % SERIALS, person // SERIALS
    day = (turn + serial * 131) % 365
    remainder = (turn // 365 + serial * 3 + day) % YEARS
    year = about - (about - remainder) % YEARS
    return date(max(FIRST_YEAR + (remainder - FIRST_YEAR) % YEARS, year), 1, 1) + timedelta(days=day)


def nik(person: int, born: date, sex: str) -> str:
    day = born.day + (WOMEN_ADD if sex == "P" else 0)
    return f"{REGION}{day:02d}{born:%m%y}{FIRST_SERIAL + person % SERIALS:04d}"


def _households(dice: Random) -> Iterator[tuple[Role, ...]]:
    """Roles of the members, family by family, until the batch is full; the rare kinds come first in each."""
    left = BATCH
    for roles in SPECIAL_FAMILIES:
        yield roles
        left -= len(roles)
    while left:
        fitting = [family for family in FAMILIES if len(family.roles) <= left]
        roles = dice.choices(fitting, [family.weight for family in fitting])[0].roles
        yield roles
        left -= len(roles)


@cache
def _names_of(code: str | None) -> tuple[regions.Region, ...]:
    return regions.children(code)


@dataclass
class _Maker:
    dice: Random
    names: Faker

    def card(self, kk_number: str, roles: tuple[Role, ...], person: int) -> Card:
        religion = self.dice.choices(list(RELIGIONS), list(RELIGIONS.values()))[0]
        head_born = self.dice.randint(*roles[0].born)
        village = self._village()
        members = [
            self._member(role, person + place, head_born, religion, village.path) for place, role in enumerate(roles)
        ]
        mothers = [one["full_name"] for one in members if one["relationship"] == "ISTRI"]
        for role, one in zip(roles, members, strict=True):
            if role.relationship == "ANAK" and mothers:
                one["mother_name"] = mothers[0]
        return {"kk_number": kk_number, "address": self._address(village), "members": members}

    def _member(self, role: Role, person: int, head_born: int, religion: str, path: str) -> dict[str, Any]:
        sex = role.sex or self.dice.choice("LP")
        about = head_born if role.relationship == "KEPALA_KELUARGA" else head_born + self.dice.randint(*role.born)
        born = birth_date(person, min(about, LAST_YEAR))
        regency = path.rpartition(", ")[0].rpartition(", ")[2]
        return {
            "nik": nik(person, born, sex),
            "full_name": "CONTOH" if role.one_word else self._name(sex),
            "sex": sex,
            "birth_date": born.isoformat(),
            "birth_place": regency.removeprefix("Kabupaten ").removeprefix("Kota ").upper(),
            "religion": religion,
            "marital_status": role.marital_status,
            "occupation": self._occupation(born.year),
            "nationality": role.nationality,
            "relationship": role.relationship,
            "mother_name": self._name("P"),
        }

    def _name(self, sex: str) -> str:
        first = self.names.first_name_male if sex == "L" else self.names.first_name_female
        given = " ".join(first() for _ in range(self.dice.randint(1, 2)))
        return f"{given} CONTOH".upper()

    def _occupation(self, year: int) -> str:
        if year > 2018:
            return UNEMPLOYED
        return STUDENT if year > 2004 else self.dice.choice(OCCUPATIONS)

    def _village(self) -> regions.Region:
        province = self.dice.choices(list(PROVINCE_WEIGHTS), list(PROVINCE_WEIGHTS.values()))[0]
        place = self.dice.choice(_names_of(province))
        while place.level != "village":
            place = self.dice.choice(_names_of(place.code))
        return place

    def _address(self, village: regions.Region) -> dict[str, str | None]:
        street = self.names.street_name().upper()
        return {
            "street": f"{street} NO. {self.dice.randint(1, 240)}",
            "rt": f"{self.dice.randint(1, 20):03d}",
            "rw": f"{self.dice.randint(1, 15):03d}",
            "village_code": village.code,
            "postal_code": village.postal_code,
        }
