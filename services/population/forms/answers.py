"""What the doors answer."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, Field

from services.population.model.codes import Standing
from services.population.model.orders import CardOrder
from services.population.model.records import FamilyCard, Resident
from services.population.model.registration import Registration
from services.population.prefill import Found, groups
from services.population.service import Done


class Known(BaseModel):
    """A resident by id; the version is what a next order may expect."""

    resident_id: UUID
    version: int
    standing: Standing

    @classmethod
    def of(cls, resident: Resident) -> Self:
        return cls(resident_id=resident.resident_id, version=resident.version, standing=resident.standing)


class Opened(BaseModel):
    card_id: UUID
    kk_number: str = Field(repr=False)

    @classmethod
    def of(cls, card: FamilyCard) -> Self:
        return cls(card_id=card.card_id, kk_number=card.kk_number)


class Warned(BaseModel):
    """What is odd, but no reason to refuse."""

    field: str
    detail: str


class RegisteredCard(BaseModel):
    """Residents in the order of the request's members."""

    card_id: UUID
    residents: list[Known]
    warnings: list[Warned] = []


class RegisteredCards(BaseModel):
    """Cards in the order of the request."""

    cards: list[RegisteredCard]
    residents: int

    @classmethod
    def of(cls, new: Registration) -> Self:
        cards = [
            RegisteredCard(card_id=card.card_id, residents=[Known.of(member) for member in members])
            for card, members in zip(new.cards, new.members, strict=True)
        ]
        return cls(cards=cards, residents=sum(len(card.residents) for card in cards))


def warnings(order: CardOrder) -> list[Warned]:
    return [
        Warned(field=f"members.{index}.nik", detail=detail)
        for index, member in enumerate(order.members)
        for detail in member.nik.warnings(birth_date=member.birth_date, sex=member.sex.value)
    ]


class Changed(BaseModel):
    """Who was changed, in id order, and the cards that were opened for it."""

    residents: list[Known]
    cards: list[Opened]

    @classmethod
    def of(cls, done: Done) -> Self:
        return cls(residents=[Known.of(one) for one in done.residents], cards=[Opened.of(one) for one in done.cards])


class Born(BaseModel):
    resident_id: UUID
    version: int
    nik: str = Field(repr=False)

    @classmethod
    def of(cls, done: Done) -> Self:
        (newborn,) = done.residents
        return cls(resident_id=newborn.resident_id, version=newborn.version, nik=newborn.nik)


class Record(Known):
    """A whole record, in the groups of population.resident.v1; an annulled one shows its groups to officers only."""

    registered_at: datetime
    card_id: UUID
    spouse_id: UUID | None
    duplicate_of: UUID | None
    groups: Mapping[str, Mapping[str, Any]] = Field(repr=False)
    history: Sequence[Mapping[str, Any]] = Field(repr=False)

    @classmethod
    def from_found(cls, found: Found, history: Sequence[Mapping[str, Any]]) -> Self:
        one = found.resident
        return cls(
            resident_id=one.resident_id,
            version=one.version,
            standing=one.standing,
            registered_at=one.registered_at,
            card_id=one.card_id,
            spouse_id=one.spouse_id,
            duplicate_of=one.duplicate_of,
            groups=groups(found),
            history=history,
        )


class CardMembers(Opened):
    residents: list[Known]
