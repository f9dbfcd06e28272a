"""Moves: form F-1.03. A whole card keeps its number; some members get a new card."""

from datetime import date
from uuid import UUID

from sekali.errors import FieldError, invalid
from services.population.model.addresses import address_of
from services.population.model.codes import ChangeKind, Relationship
from services.population.model.dates import present, wrong_day
from services.population.model.household import (
    HEAD,
    SPOUSE,
    check_adult,
    check_relationships,
    new_card,
    settle_those_who_stay,
)
from services.population.model.orders import MoveOrder
from services.population.model.records import Address, FamilyCard, Resident
from services.population.model.register import Register


def move(register: Register, order: MoveOrder, today: date) -> None:
    resident = register.living(order.resident_id, "resident_id", order.version)
    wrong = present(wrong_day(order.moved_on, today, "moved_on"))
    address = address_of(order.address, "address", wrong)
    card = register.cards[resident.card_id]
    members = {member.resident_id for member in register.members(card.card_id)}
    movers = members if order.member_ids is None else set(order.member_ids)
    if not movers <= members:
        wrong.append(FieldError("member_ids", "Somebody is no member of this card.", "Name the card's living members."))
    if address == card.address:
        wrong.append(FieldError("address", "The card already has this address.", "Give the new address."))
    if wrong:
        raise invalid(*wrong)
    if movers == members:
        _whole_card(register, order, card, address)
    else:
        _some(register, order, card, address, movers)


def _whole_card(register: Register, order: MoveOrder, card: FamilyCard, address: Address) -> None:
    unneeded = {
        "kk_number": order.kk_number,
        "head_id": order.head_id,
        "relationships": order.relationships,
        "succession": order.succession.is_given,
    }
    wrong = [
        FieldError(name, "The whole card moves: number, head and relationships stay.", "Leave it out.")
        for name, given in unneeded.items()
        if given
    ]
    if wrong:
        raise invalid(*wrong)
    moved = FamilyCard(card_id=card.card_id, kk_number=card.kk_number, address=address)
    register.readdress(moved, ChangeKind.PINDAH, order.moved_on)


def _some(register: Register, order: MoveOrder, card: FamilyCard, address: Address, movers: set[UUID]) -> None:
    head = register.residents.get(order.head_id) if order.head_id in movers and order.head_id else None
    if head is None:
        raise invalid(FieldError("head_id", "The new card needs a head.", "Name one of those who move."))
    check_adult(head, order.moved_on, "head_id")
    check_relationships(register, order.relationships, movers, "relationships")
    old_head = register.head(card.card_id)
    opened = new_card(register, address, order.kk_number)
    for one in sorted(movers):
        relationship = order.relationships.get(one) or _to(head, register.residents[one])
        register.put_on(opened.card_id, one, relationship, ChangeKind.PINDAH, order.moved_on)
    if old_head is not None:
        gone = old_head if old_head.resident_id in movers else head
        settle_those_who_stay(register, card, gone, order.succession, order.moved_on)


def _to(head: Resident, one: Resident) -> Relationship:
    """The old relation holds if the head moves too; a married couple stays one."""
    if one.resident_id == head.resident_id:
        return HEAD
    if one.spouse_id == head.resident_id:
        return SPOUSE[one.sex]
    if head.is_head and not one.is_head:
        return one.relationship
    if head.relationship in SPOUSE.values() and one.relationship is Relationship.ANAK:
        return Relationship.ANAK
    return Relationship.FAMILI_LAIN
