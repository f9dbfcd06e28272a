"""Who belongs to which card, and who heads it when the head is gone."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from uuid import UUID

import uuid_utils.compat as uuids

from sekali.errors import FieldError, conflict, invalid
from sekali.identity import Kk
from services.population.model.codes import ChangeKind, MaritalStatus, Relationship, Sex
from services.population.model.orders import Succession
from services.population.model.records import ADULT_AGE, Address, FamilyCard, Resident
from services.population.model.register import Register

HEAD = Relationship.KEPALA_KELUARGA
SPOUSE = {Sex.L: Relationship.SUAMI, Sex.P: Relationship.ISTRI}

# What a relation to the old head is to the new one; where it can't be told, another relative.
TO_THE_SPOUSE = {
    Relationship.ANAK: Relationship.ANAK,
    Relationship.MENANTU: Relationship.MENANTU,
    Relationship.CUCU: Relationship.CUCU,
    Relationship.ORANG_TUA: Relationship.MERTUA,
    Relationship.MERTUA: Relationship.ORANG_TUA,
}
TO_A_CHILD = {Relationship.ISTRI: Relationship.ORANG_TUA, Relationship.SUAMI: Relationship.ORANG_TUA}
STRANGERS = (Relationship.PEMBANTU, Relationship.LAINNYA)


def new_card(register: Register, address: Address, kk_number: Kk | None, field: str = "kk_number") -> FamilyCard:
    """Without a number, one is issued when the card is stored."""
    number = kk_number.digits if kk_number else ""
    return register.open_card(FamilyCard(card_id=uuids.uuid7(), kk_number=number, address=address), field)


def check_relationships(
    register: Register, given: Mapping[UUID, Relationship], among: Collection[UUID], field: str
) -> None:
    """Relationships are stated for those concerned, and none of them is head by that."""
    if not set(given) <= set(among):
        raise invalid(FieldError(field, "It names somebody who does not change cards.", "Name only those concerned."))
    if HEAD in given.values():
        raise invalid(FieldError(field, "A head is not named here.", "Name the head in its own field."))
    for resident_id, relationship in given.items():
        if relationship in SPOUSE.values() and register.residents[resident_id].spouse_id not in among:
            way_out = "A spouse becomes one by a marriage."
            raise invalid(FieldError(field, "It makes somebody a spouse who is not married to the head.", way_out))


def settle_those_who_stay(
    register: Register, card: FamilyCard, gone: Resident, succession: Succession, on: date
) -> None:
    """After `gone` has died, left or been annulled: the others get a head, if they had that one.

    Raises 409 `head-needed` where nobody was named, 422 where the one named can't be head.
    """
    stay = register.members(card.card_id)
    if not gone.is_head or not stay:
        if succession.is_given:
            way_out = "Leave it out: nobody needs a new head."
            raise invalid(FieldError("succession.new_head_id", "The others of the card keep their head.", way_out))
        return
    check_relationships(
        register, succession.relationships, {one.resident_id for one in stay}, "succession.relationships"
    )
    if succession.join_card_of is not None:
        _join_others(register, card, stay, succession, on)
    elif succession.new_head_id is not None:
        _succeed(register, card, gone, succession, on)
    else:
        raise conflict(
            "head-needed",
            "succession.new_head_id",
            "Others of this card would be left without a head.",
            "Name a new adult head, or in join_card_of somebody whose card they join.",
        )


def _succeed(register: Register, card: FamilyCard, gone: Resident, succession: Succession, on: date) -> None:
    stay = register.members(card.card_id)
    head = next((one for one in stay if one.resident_id == succession.new_head_id), None)
    if head is None:
        way_out = "Name one of those who stay on the card."
        raise invalid(FieldError("succession.new_head_id", "The new head is no member of the card.", way_out))
    check_adult(head, on, "succession.new_head_id")
    opened = new_card(register, card.address, succession.new_head_kk_number, "succession.new_head_kk_number")
    for one in stay:
        relationship = succession.relationships.get(one.resident_id) or _after(one, head, gone)
        register.put_on(opened.card_id, one.resident_id, relationship, ChangeKind.KK_DITERBITKAN, on)


def _after(one: Resident, head: Resident, gone: Resident) -> Relationship:
    if one.resident_id == head.resident_id:
        return HEAD
    if one.spouse_id == head.resident_id:
        return SPOUSE[one.sex]
    if one.relationship in STRANGERS:
        return one.relationship
    if head.resident_id == gone.spouse_id or head.relationship in SPOUSE.values():
        return TO_THE_SPOUSE.get(one.relationship, Relationship.FAMILI_LAIN)
    if head.relationship is Relationship.ANAK:
        return TO_A_CHILD.get(one.relationship, Relationship.FAMILI_LAIN)
    return Relationship.FAMILI_LAIN


def _join_others(
    register: Register, card: FamilyCard, stay: Sequence[Resident], succession: Succession, on: date
) -> None:
    assert succession.join_card_of is not None
    host = register.living(succession.join_card_of, "succession.join_card_of")
    if host.card_id == card.card_id or register.head(host.card_id) is None:
        way_out = "Name somebody on another card that has a head."
        raise invalid(FieldError("succession.join_card_of", "That card can't take them.", way_out))
    for one in stay:
        relationship = succession.relationships.get(one.resident_id) or Relationship.FAMILI_LAIN
        register.put_on(host.card_id, one.resident_id, relationship, ChangeKind.KK_DITERBITKAN, on)


def check_adult(head: Resident, on: date, field: str) -> None:
    if not head.is_adult(on):
        raise invalid(
            FieldError(
                field,
                f"A head of family is {ADULT_AGE} or older, or has married.",
                "Name an adult, or in join_card_of somebody whose card the children join.",
                "Kepala keluarga harus dewasa.",
            )
        )


def unmarried_again(register: Register, resident_id: UUID, status: MaritalStatus, on: date) -> None:
    """A marriage has ended by divorce or death; the status is the name of the event too."""
    register.change(resident_id, ChangeKind(status), on, marital_status=status, spouse_id=None)
