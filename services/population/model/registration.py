"""Registering families: form F-1.01."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import uuid_utils.compat as uuids

from sekali.errors import FieldError, invalid
from services.population.model.addresses import address_of
from services.population.model.codes import ChangeKind, Life, MaritalStatus, Relationship, Sex, Standing
from services.population.model.dates import wrong_day
from services.population.model.orders import CardOrder, Member
from services.population.model.records import ADULT_AGE, FamilyCard, Resident, age

MARRIED_FROM = 16  # UU 1/1974 art. 7 before UU 16/2019; who married then is on cards today
SPOUSES = {Relationship.ISTRI: Sex.P, Relationship.SUAMI: Sex.L}


@dataclass(frozen=True, slots=True, repr=False)
class Registration:
    """Cards with their members, members in the order of the form."""

    cards: Sequence[FamilyCard]
    members: Sequence[Sequence[Resident]]


def register(orders: Sequence[tuple[str, CardOrder]], at: datetime, today: date) -> Registration:
    """`orders`: each with the path of its fields in the request, as "cards.3.". Raises all that is wrong at once."""
    wrong: list[FieldError] = _doubles(orders)
    cards, members = [], []
    for path, order in orders:
        wrong += _wrong_family(path, order, today)
        card = FamilyCard(
            card_id=uuids.uuid7(),
            kk_number=order.kk_number.digits,
            address=address_of(order.address, f"{path}address", wrong),
        )
        cards.append(card)
        members.append(_residents(order.members, card.card_id, at))
    if wrong:
        raise invalid(*wrong)
    return Registration(cards, members)


def _doubles(orders: Sequence[tuple[str, CardOrder]]) -> list[FieldError]:
    wrong, niks, kks = [], set[str](), set[str]()
    for path, order in orders:
        if order.kk_number.digits in kks:
            wrong.append(FieldError(f"{path}kk_number", "This number stands twice in the request.", "Keep one."))
        kks.add(order.kk_number.digits)
        for index, member in enumerate(order.members):
            if member.nik.digits in niks:
                field = f"{path}members.{index}.nik"
                wrong.append(FieldError(field, "This number stands twice in the request.", "Keep one."))
            niks.add(member.nik.digits)
    return wrong


def _wrong_family(path: str, order: CardOrder, today: date) -> list[FieldError]:
    field = f"{path}members"
    wrong = []
    for index, member in enumerate(order.members):
        day = wrong_day(member.birth_date, today, f"{field}.{index}.birth_date")
        if day:
            wrong.append(day)
    heads = [member for member in order.members if member.relationship is Relationship.KEPALA_KELUARGA]
    if len(heads) != 1:
        way_out = "Give exactly one member the relationship KEPALA_KELUARGA."
        return [*wrong, FieldError(field, "A family card has one head.", way_out, "KK memiliki satu kepala keluarga.")]
    head = heads[0]
    if head.marital_status is MaritalStatus.BELUM_KAWIN and age(head.birth_date, today) < ADULT_AGE:
        index = order.members.index(head)
        way_out = f"Choose a head of {ADULT_AGE} or older, or put the children on another card."
        wrong.append(FieldError(f"{field}.{index}.relationship", "The head is no adult.", way_out))
    for index, member in enumerate(order.members):
        wrong += _wrong_member(f"{field}.{index}", member, head, today)
    return wrong + _wrong_couple(field, order.members, head)


def _wrong_member(field: str, member: Member, head: Member, today: date) -> list[FieldError]:
    wrong = []
    if member.marital_status is not MaritalStatus.BELUM_KAWIN and age(member.birth_date, today) < MARRIED_FROM:
        way_out = "Check the birth date and the marital status."
        wrong.append(FieldError(f"{field}.marital_status", "Too young to have married.", way_out))
    if member.relationship is Relationship.ANAK and member.birth_date <= head.birth_date:
        wrong.append(FieldError(f"{field}.relationship", "A child is younger than the head.", "Check the birth dates."))
    if member.relationship is Relationship.ORANG_TUA and member.birth_date >= head.birth_date:
        wrong.append(FieldError(f"{field}.relationship", "A parent is older than the head.", "Check both birth dates."))
    if member.relationship in SPOUSES and member.sex is not SPOUSES[member.relationship]:
        wrong.append(FieldError(f"{field}.relationship", "ISTRI is a wife, SUAMI a husband.", "Check the sex."))
    return wrong


def _wrong_couple(field: str, members: Sequence[Member], head: Member) -> list[FieldError]:
    spouses = [(index, member) for index, member in enumerate(members) if member.relationship in SPOUSES]
    if len(spouses) > 1:
        return [FieldError(field, "This register keeps one spouse for a head.", "Register one spouse on this card.")]
    wrong = []
    for index, spouse in spouses:
        if head.sex is spouse.sex:
            wrong.append(FieldError(f"{field}.{index}.sex", "Head and spouse have the same sex.", "Check both."))
        if not head.marital_status is spouse.marital_status is MaritalStatus.KAWIN:
            way_out = "Head and spouse are both KAWIN, or the relationship is another."
            wrong.append(FieldError(f"{field}.{index}.marital_status", "A spouse is married to the head.", way_out))
    return wrong


def _residents(members: Sequence[Member], card_id: UUID, at: datetime) -> list[Resident]:
    ids = [uuids.uuid7() for _ in members]
    couple = {
        member.relationship in SPOUSES: one
        for one, member in zip(ids, members, strict=True)
        if member.relationship in SPOUSES or member.relationship is Relationship.KEPALA_KELUARGA
    }
    spouse_of = {couple[True]: couple[False], couple[False]: couple[True]} if len(couple) == 2 else {}
    return [
        Resident(
            resident_id=one,
            version=1,
            standing=Standing.VALID,
            registered_at=at,
            card_id=card_id,
            nik=member.nik.digits,
            full_name=member.full_name,
            sex=member.sex,
            life=Life.ALIVE,
            died_on=None,
            birth_date=member.birth_date,
            birth_place=member.birth_place,
            religion=member.religion,
            marital_status=member.marital_status,
            occupation=member.occupation,
            nationality=member.nationality,
            relationship=member.relationship,
            mother_name=member.mother_name,
            spouse_id=spouse_of.get(one),
            duplicate_of=None,
            change_kind=ChangeKind.TERDAFTAR,
            change_on=None,
        )
        for one, member in zip(ids, members, strict=True)
    ]
