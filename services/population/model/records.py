"""What the register holds: residents, and family cards with the address."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

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

ADULT_AGE = 17  # the age of the identity card, UU 24/2013 art. 63; a married person is an adult too


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Address:
    """Region codes without dots: village 10 digits, district 6, regency 4, province 2."""

    street: str
    rt: str | None
    rw: str | None
    village_code: str
    district_code: str
    regency_code: str
    province_code: str
    postal_code: str | None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class FamilyCard:
    """The address belongs to the card, so that a family has one. An empty number is still to be issued."""

    card_id: UUID
    kk_number: str
    address: Address


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Resident:
    """One person. The dead and the annulled keep their last card, but are no members of it."""

    resident_id: UUID
    version: int
    standing: Standing
    registered_at: datetime
    card_id: UUID
    nik: str
    full_name: str
    sex: Sex
    life: Life
    died_on: date | None
    birth_date: date
    birth_place: str | None
    religion: Religion
    marital_status: MaritalStatus
    occupation: str | None
    nationality: Nationality
    relationship: Relationship
    mother_name: str | None
    spouse_id: UUID | None
    duplicate_of: UUID | None
    change_kind: ChangeKind
    change_on: date | None

    @property
    def is_present(self) -> bool:
        """Lives, and the record counts."""
        return self.standing is Standing.VALID and self.life is Life.ALIVE

    @property
    def is_head(self) -> bool:
        return self.relationship is Relationship.KEPALA_KELUARGA

    def is_adult(self, day: date) -> bool:
        return self.marital_status is not MaritalStatus.BELUM_KAWIN or age(self.birth_date, day) >= ADULT_AGE


def age(birth: date, day: date) -> int:
    """Whole years on a day; who is born on 29 February has a birthday on 1 March in other years."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))
