"""The part of the register that one use case holds locked, and what it changes there."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sekali.errors import FieldError, conflict, invalid, stale_version
from services.population.model.codes import ChangeKind, Life, Relationship, Standing
from services.population.model.records import FamilyCard, Resident


class Register:
    """Cards and residents by id. A resident's version rises by one, however often a use case touches it."""

    def __init__(self, cards: Iterable[FamilyCard], residents: Iterable[Resident], at: datetime) -> None:
        self.cards = {card.card_id: card for card in cards}
        self.residents = {resident.resident_id: resident for resident in residents}
        self.at = at
        self.opened: dict[UUID, str] = {}
        self.moved: list[UUID] = []
        self.born: list[UUID] = []
        self._changed: set[UUID] = set()

    def known(self, resident_id: UUID, field: str) -> Resident:
        """A resident whose record counts."""
        resident = self.residents.get(resident_id)
        if resident is None:
            raise invalid(FieldError(field, "No resident has this id.", "Find the resident by NIK first."))
        if resident.standing is Standing.ANNULLED:
            raise conflict("annulled", field, "This registration was annulled.", "Use the record that stays.")
        if resident.standing is Standing.WITHDRAWN:
            way_out = "Nothing more is registered on it; a person who returns is registered anew."
            raise conflict("withdrawn", field, "This record was withdrawn by an erasure.", way_out)
        return resident

    def living(
        self, resident_id: UUID, field: str, version: int | None = None, version_field: str = "version"
    ) -> Resident:
        """A resident who lives and has, if it is given, the expected version."""
        resident = self.known(resident_id, field)
        if version is not None and version != resident.version:
            raise stale_version(version_field)
        if resident.life is Life.DIED:
            raise conflict("died", field, "This resident has died.", "Only the day of death can be corrected.")
        return resident

    def members(self, card_id: UUID) -> list[Resident]:
        """The living on a card, in id order."""
        found = [r for r in self.residents.values() if r.card_id == card_id and r.is_present]
        return sorted(found, key=lambda resident: resident.resident_id)

    def head(self, card_id: UUID) -> Resident | None:
        return next((resident for resident in self.members(card_id) if resident.is_head), None)

    def change(self, resident_id: UUID, kind: ChangeKind, on: date | None, **fields: Any) -> Resident:
        """The first kind stays: a wife who also gets another card has married."""
        resident = self.residents[resident_id]
        if resident_id not in self._changed:
            self._changed.add(resident_id)
            fields |= {"version": resident.version + 1, "registered_at": self.at, "change_kind": kind, "change_on": on}
        self.residents[resident_id] = changed = replace(resident, **fields)
        return changed

    def put_on(self, card_id: UUID, resident_id: UUID, relationship: Relationship, kind: ChangeKind, on: date) -> None:
        self.change(resident_id, kind, on, card_id=card_id, relationship=relationship)

    def open_card(self, card: FamilyCard, field: str) -> FamilyCard:
        """`field`: what the request calls the card's number."""
        self.cards[card.card_id] = card
        self.opened[card.card_id] = field
        return card

    def readdress(self, card: FamilyCard, kind: ChangeKind, on: date | None) -> None:
        """A card's new address is a change of every member."""
        self.cards[card.card_id] = card
        self.moved.append(card.card_id)
        for member in self.members(card.card_id):
            self.change(member.resident_id, kind, on)

    def add(self, newborn: Resident) -> None:
        self.residents[newborn.resident_id] = newborn
        self.born.append(newborn.resident_id)

    def changed(self) -> Sequence[Resident]:
        """In id order, the newborn not among them."""
        return [self.residents[one] for one in sorted(self._changed)]
