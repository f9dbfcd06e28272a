"""Rows of the two main tables as records, and back."""

from dataclasses import dataclass
from operator import attrgetter
from typing import Any, cast
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
from services.population.model.records import Address, FamilyCard, Resident
from services.population.store.tables import resident

CODES = {
    "standing": Standing,
    "sex": Sex,
    "life": Life,
    "religion": Religion,
    "marital_status": MaritalStatus,
    "nationality": Nationality,
    "relationship": Relationship,
    "change_kind": ChangeKind,
}

PLACE = attrgetter(*Address.__dataclass_fields__)


@dataclass(frozen=True, slots=True, repr=False)
class CardRow:
    card_id: UUID
    kk_number: str
    street: str
    rt: str | None
    rw: str | None
    village_code: str
    district_code: str
    regency_code: str
    province_code: str
    postal_code: str | None


def card_row(card: FamilyCard) -> CardRow:
    return CardRow(card.card_id, card.kk_number, *PLACE(card.address))


def read_card(row: Any) -> FamilyCard:
    place = {name: getattr(row, name) for name in Address.__dataclass_fields__}
    return FamilyCard(card_id=row.card_id, kk_number=row.kk_number, address=Address(**place))


def read_resident(row: Any) -> Resident:
    values = {name: getattr(row, name) for name in resident.columns.keys()}  # noqa: SIM118
    return Resident(**values | {name: cast(Any, code)(values[name]) for name, code in CODES.items()})
