"""Marriage and divorce: each changes two people, in one transaction."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from sekali.errors import FieldError, conflict, invalid
from services.population.model.addresses import address_of
from services.population.model.codes import ChangeKind, Issuer, MaritalStatus, Relationship, Religion, Sex
from services.population.model.dates import present, wrong_day, wrong_order
from services.population.model.household import (
    HEAD,
    SPOUSE,
    check_adult,
    new_card,
    settle_those_who_stay,
    unmarried_again,
)
from services.population.model.orders import DivorceOrder, MarriageOrder, Succession
from services.population.model.records import Resident, age
from services.population.model.register import Register

MARRIAGE_AGE = 19  # UU 16/2019, for both


def marry(register: Register, order: MarriageOrder, today: date) -> None:
    if order.husband_id == order.wife_id:
        raise invalid(FieldError("wife_id", "Husband and wife are the same person.", "Name two residents."))
    husband = register.living(order.husband_id, "husband_id", order.husband_version, "husband_version")
    wife = register.living(order.wife_id, "wife_id", order.wife_version, "wife_version")
    for one, field in ((husband, "husband_id"), (wife, "wife_id")):
        if one.marital_status is MaritalStatus.KAWIN:
            way_out = "Record the divorce or the death that ended the earlier marriage first."
            raise conflict("already-married", field, "This resident is married.", way_out)
    wrong = present(wrong_day(order.married_on, today, "married_on"))
    wrong += _wrong_couple(order, husband, wife)
    if wrong:
        raise invalid(*wrong)
    for one, spouse in ((husband, wife), (wife, husband)):
        fields = {"marital_status": MaritalStatus.KAWIN, "spouse_id": spouse.resident_id}
        register.change(one.resident_id, ChangeKind.KAWIN, order.married_on, **fields)
    _share(register, order, husband, wife)


def _wrong_couple(order: MarriageOrder, husband: Resident, wife: Resident) -> list[FieldError]:
    wrong = []
    if husband.sex is not Sex.L:
        wrong.append(FieldError("husband_id", "The register has a woman here.", "Exchange the two, or correct one."))
    if wife.sex is not Sex.P:
        wrong.append(FieldError("wife_id", "The register has a man here.", "Exchange the two, or correct one."))
    for one, field in ((husband, "husband_id"), (wife, "wife_id")):
        if age(one.birth_date, order.married_on) < MARRIAGE_AGE:
            detail = f"Younger than {MARRIAGE_AGE} on the day of the marriage (UU 16/2019)."
            wrong.append(FieldError(field, detail, "Check the day and the birth date.", "Belum cukup umur."))
    muslims = husband.religion is wife.religion is Religion.ISLAM
    if muslims is not (order.certificate.issuer is Issuer.KUA):
        detail = "KUA records the marriages of Muslims, Dukcapil those of others."
        wrong.append(FieldError("certificate.issuer", detail, "Check the certificate and both religions."))
    return wrong


def _share(register: Register, order: MarriageOrder, husband: Resident, wife: Resident) -> None:
    if order.household != "NEW_CARD" and (order.address or order.kk_number):
        field = "address" if order.address else "kk_number"
        raise invalid(FieldError(field, "Only a new card gets one here.", "Leave it out, or choose NEW_CARD."))
    if order.household == "APART":
        if order.child_ids:
            raise invalid(FieldError("child_ids", "Nobody changes cards.", "Leave it out, or choose a shared card."))
        return
    if order.household == "NEW_CARD":
        address = register.cards[husband.card_id].address
        if order.address:
            wrong: list[FieldError] = []
            address = address_of(order.address, "address", wrong)
            if wrong:
                raise invalid(*wrong)
        card_id = new_card(register, address, order.kk_number).card_id
        joining = [(husband, HEAD), (wife, Relationship.ISTRI)]
    else:
        host, guest = (husband, wife) if order.household == "HUSBAND_CARD" else (wife, husband)
        card_id = host.card_id
        joining = [(guest, _beside(host, guest))] if guest.card_id != card_id else []
    children = _children(register, order.child_ids, {husband.card_id, wife.card_id})
    joining += [(child, _child_on(register, card_id, husband, wife)) for child in children if child.card_id != card_id]
    _leave(register, joining, card_id, order.succession, order.married_on)


def _beside(host: Resident, guest: Resident) -> Relationship:
    if host.is_head:
        return SPOUSE[guest.sex]
    return Relationship.MENANTU if host.relationship is Relationship.ANAK else Relationship.FAMILI_LAIN


def _child_on(register: Register, card_id: UUID, husband: Resident, wife: Resident) -> Relationship:
    head = register.head(card_id)
    couple = {husband.resident_id, wife.resident_id}
    return Relationship.ANAK if head is None or head.resident_id in couple else Relationship.FAMILI_LAIN


def _children(register: Register, ids: Sequence[UUID], cards: Collection[UUID]) -> list[Resident]:
    children = [register.living(one, "child_ids") for one in dict.fromkeys(ids)]
    if any(child.card_id not in cards or child.is_head or child.spouse_id for child in children):
        way_out = "Name unmarried members of the couple's cards who are not heads."
        raise invalid(FieldError("child_ids", "Somebody can't come along.", way_out))
    return children


def _leave(
    register: Register,
    joining: Sequence[tuple[Resident, Relationship]],
    card_id: UUID,
    succession: Succession,
    on: date,
) -> None:
    """Put people on a card; the cards that lose their head by it get a new one."""
    left = [(one, register.cards[one.card_id]) for one, _ in joining if one.is_head]
    for one, relationship in joining:
        register.put_on(card_id, one.resident_id, relationship, ChangeKind.KK_DITERBITKAN, on)
    headless = [(one, card) for one, card in left if register.members(card.card_id)]
    if succession.is_given and not headless:
        way_out = "Leave it out: nobody needs a new head."
        raise invalid(FieldError("succession.new_head_id", "The others of the card keep their head.", way_out))
    for one, card in headless:
        settle_those_who_stay(register, card, one, succession, on)


def divorce(register: Register, order: DivorceOrder, today: date) -> None:
    husband = register.living(order.husband_id, "husband_id", order.husband_version, "husband_version")
    wife = register.living(order.wife_id, "wife_id", order.wife_version, "wife_version")
    if husband.spouse_id != wife.resident_id or husband.sex is not Sex.L:
        way_out = "Find both residents again; the register names the spouse."
        raise conflict("not-married", "wife_id", "The two are not married to each other.", way_out)
    wrong = present(
        wrong_day(order.effective_on, today, "effective_on"),
        wrong_day(order.ruling.issued_on, today, "ruling.issued_on"),
        wrong_order(order.effective_on, max(husband.birth_date, wife.birth_date), "effective_on", "a birth"),
    )
    if wrong:
        raise invalid(*wrong)
    for one in (husband, wife):
        unmarried_again(register, one.resident_id, MaritalStatus.CERAI_HIDUP, order.effective_on)
    _part(register, order, husband, wife)


def _part(register: Register, order: DivorceOrder, husband: Resident, wife: Resident) -> None:
    if husband.card_id != wife.card_id:
        if order.leaver_id or order.child_ids or order.kk_number or order.address:
            raise invalid(FieldError("leaver_id", "The two have no shared card.", "Leave it out; move the children."))
        return
    if order.leaver_id not in (husband.resident_id, wife.resident_id):
        way_out = "Name which of the two leaves the shared card."
        raise invalid(FieldError("leaver_id", "Divorced people do not share a card.", way_out))
    leaver, stayer = (husband, wife) if order.leaver_id == husband.resident_id else (wife, husband)
    children = _children(register, order.child_ids, {leaver.card_id})
    wrong: list[FieldError] = []
    shared = register.cards[leaver.card_id]
    address = address_of(order.address, "address", wrong) if order.address else shared.address
    if wrong:
        raise invalid(*wrong)
    check_adult(leaver, order.effective_on, "leaver_id")
    opened = new_card(register, address, order.kk_number)
    register.put_on(opened.card_id, leaver.resident_id, HEAD, ChangeKind.KK_DITERBITKAN, order.effective_on)
    for child in children:
        relation = Relationship.ANAK if child.relationship is Relationship.ANAK else Relationship.FAMILI_LAIN
        register.put_on(opened.card_id, child.resident_id, relation, ChangeKind.KK_DITERBITKAN, order.effective_on)
    if leaver.is_head:
        heir = Succession(new_head_id=stayer.resident_id)
        settle_those_who_stay(register, shared, leaver, heir, order.effective_on)
    elif stayer.relationship in (Relationship.MENANTU, *SPOUSE.values()):
        # The head's child has left the in-law behind, or the stayer was a spouse of nobody here any more.
        register.change(
            stayer.resident_id, ChangeKind.CERAI_HIDUP, order.effective_on, relationship=Relationship.FAMILI_LAIN
        )
