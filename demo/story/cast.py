"""The people of the story: a new fictive family for each run, in the region 99.99.99 that no real person has."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

REGION = "999999"
SERIALS = 9_000
"""Serials above are those of the seeded residents."""
DAYS = 3_000
CARDS, FIRST_CARD, CARD_DAYS = 3, date(2020, 1, 1), 2_000
WOMEN_ADD = 40
"""A woman's NIK has the day of her birth plus 40."""

SARI_STREET = "JALAN MELUR NOMOR 4"
RANGGA_STREET = "JALAN KENANGA NOMOR 17"
NEW_STREET = "JALAN CEMPAKA NOMOR 21"
BANDUNG = {"village_code": "3273021004", "postal_code": "40135", "rt": "003", "rw": "007"}
DENPASAR = {"village_code": "5171011003", "postal_code": "80223", "rt": "001", "rw": "002"}
JAKARTA = {"village_code": "3171031001", "postal_code": "10620", "rt": "011", "rw": "005"}


@dataclass(frozen=True)
class Person:
    """A role; `born` is moved by some days in each run, so that every run has numbers of its own."""

    name: str
    sex: str
    born: date
    marital_status: str
    relationship: str
    mother: str


SARI = Person("SARI DEWI CONTOH", "P", date(1958, 1, 5), "CERAI_MATI", "KEPALA_KELUARGA", "RATNA CONTOH")
MELATI = Person("MELATI PUSPA CONTOH", "P", date(1985, 2, 11), "BELUM_KAWIN", "ANAK", "SARI DEWI CONTOH")
RANGGA = Person("RANGGA PRATAMA CONTOH", "L", date(1983, 3, 8), "BELUM_KAWIN", "KEPALA_KELUARGA", "WULAN CONTOH")


@dataclass
class Cast:
    """Numbers and ids of one run. Ids are known once population has registered the cards."""

    run: int
    ids: dict[str, UUID] = field(default_factory=dict)
    nib: str = ""
    applications: dict[str, str] = field(default_factory=dict)

    def nik(self, who: Person) -> str:
        born = self.born(who)
        day = born.day + (WOMEN_ADD if who.sex == "P" else 0)
        return f"{REGION}{day:02d}{born:%m%y}{self._serial:04d}"

    def kk(self, card: int) -> str:
        """The number of card `card` (0 A, 1 B, 2 the double registration)."""
        runs = SERIALS // CARDS
        issued = FIRST_CARD + timedelta(days=self.run // runs % CARD_DAYS)
        return f"{REGION}{issued:%d%m%y}{self.run % runs * CARDS + card + 1:04d}"

    def born(self, who: Person) -> date:
        return who.born + timedelta(days=self._shift)

    def card_a(self) -> dict[str, Any]:
        return self._card(0, {"street": SARI_STREET, **BANDUNG}, SARI, MELATI)

    def card_b(self) -> dict[str, Any]:
        return self._card(1, {"street": RANGGA_STREET, **DENPASAR}, RANGGA)

    def double(self) -> dict[str, Any]:
        """Sari once more, as a slip at another office wrote her: born twenty years earlier, so with another NIK."""
        slip = replace(SARI, born=SARI.born.replace(year=SARI.born.year - 20))
        return self._card(2, {"street": SARI_STREET, **BANDUNG}, slip)

    def email(self, who: str, number: int = 1) -> str:
        """`example` is a domain that nobody can have (RFC 2606)."""
        return f"{who}.{self.run}.{number}@contoh.example"

    @property
    def mobile(self) -> str:
        return f"+62812{self.run % 10**8:08d}"

    @property
    def _serial(self) -> int:
        return self.run % SERIALS + 1

    @property
    def _shift(self) -> int:
        return self.run // SERIALS % DAYS

    def _card(self, number: int, address: dict[str, str], *members: Person) -> dict[str, Any]:
        return {"kk_number": self.kk(number), "address": address, "members": [self._member(who) for who in members]}

    def _member(self, who: Person) -> dict[str, Any]:
        return {
            "nik": self.nik(who),
            "full_name": who.name,
            "sex": who.sex,
            "birth_date": self.born(who).isoformat(),
            "birth_place": "BANDUNG",
            "religion": "ISLAM",
            "marital_status": who.marital_status,
            "occupation": "WIRASWASTA",
            "relationship": who.relationship,
            "mother_name": who.mother,
        }
