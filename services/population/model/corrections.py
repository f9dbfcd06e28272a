"""Corrections of single fields: form F-1.06, and what citizens propose through the portal."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from pydantic import TypeAdapter, ValidationError

from sekali.errors import FieldError, Problem, conflict, invalid
from sekali.sentences import sentence
from services.population.model.addresses import address_of, postal_code_of
from services.population.model.codes import (
    ChangeKind,
    Life,
    MaritalStatus,
    Nationality,
    Relationship,
    Religion,
    Sex,
)
from services.population.model.dates import present, wrong_day, wrong_order
from services.population.model.fields import Day, Name, Text, Unit
from services.population.model.orders import AddressOrder
from services.population.model.records import Resident, age
from services.population.model.register import Register
from services.population.model.registration import MARRIED_FROM

# Field of population.resident.v1 -> field of the record, type of its value.
OF_RESIDENT: dict[str, tuple[str, Any]] = {
    "identity.full_name": ("full_name", Name),
    "identity.sex": ("sex", Sex),
    "birth.date": ("birth_date", Day),
    "birth.place": ("birth_place", Text),
    "life.died_on": ("died_on", Day),
    "civil.religion": ("religion", Religion),
    "civil.occupation": ("occupation", Text),
    "civil.nationality": ("nationality", Nationality),
    "family.relationship": ("relationship", Relationship),
    "family.mother_name": ("mother_name", Name),
}
OF_CARD = {
    "address.street": Text,
    "address.rt": Unit,
    "address.rw": Unit,
    "address.village_code": str,
    "address.postal_code": str,
}
ELSEWHERE = {
    "identity.nik": "A NIK is for life; a double registration is annulled.",
    "life.status": "A death is registered as one.",
    "civil.marital_status": "Marriage, divorce and death change it.",
    "family.kk_number": "A card gets a new number with a new head or by a move.",
    "address.district_code": "Correct address.village_code: the district follows.",
    "address.regency_code": "Correct address.village_code: the regency follows.",
    "address.province_code": "Correct address.village_code: the province follows.",
}
TIED = (Relationship.KEPALA_KELUARGA, Relationship.SUAMI, Relationship.ISTRI)


@dataclass(frozen=True, slots=True, repr=False)
class Correction:
    """`field` in dots, `value` as text; an officer orders it, or decides on it as a citizen's proposal."""

    field: str
    value: str
    is_proposal: bool = False

    @property
    def named(self) -> str:
        """What errors call the value."""
        return "proposed" if self.is_proposal else "value"

    def of_order(self, name: str) -> str:
        """The order's field of this name; a proposal is answered with a decision, which has no such field."""
        return "decision" if self.is_proposal else name


def correct(register: Register, resident: Resident, correction: Correction, today: date) -> None:
    """An address is the card's, so all its members change."""
    if correction.field in OF_RESIDENT:
        _correct_resident(register, resident, correction, today)
    elif correction.field in OF_CARD:
        _correct_card(register, resident, correction, today)
    else:
        raise _elsewhere(correction)


def _elsewhere(correction: Correction) -> Problem:
    detail = "This field is not corrected by itself."
    way_out = ELSEWHERE.get(correction.field, "Fields: " + ", ".join([*OF_RESIDENT, *OF_CARD]) + ".")
    if not correction.is_proposal:
        return invalid(FieldError("field", detail, way_out))
    way_out += " Accept this proposal once the register says so, or decline it with NOT_CORRECTABLE."
    return conflict("not-by-itself", "decision", detail, way_out)


def _correct_resident(register: Register, resident: Resident, correction: Correction, today: date) -> None:
    attribute, kind = OF_RESIDENT[correction.field]
    named = correction.named
    right = _parsed(kind, correction.value, named)
    if getattr(resident, attribute) == right:
        raise _nothing(named)
    check = CHECKS.get(attribute)
    wrong = check(resident, right, today, correction) if check else []
    if wrong:
        raise invalid(*wrong)
    event = ChangeKind.BIODATA_DIPERBARUI
    if attribute == "nationality":
        event = ChangeKind.KEWARGANEGARAAN_DIUBAH
    register.change(resident.resident_id, event, today, **{attribute: right})


def _correct_card(register: Register, resident: Resident, correction: Correction, today: date) -> None:
    card, named = register.cards[resident.card_id], correction.named
    now = card.address
    codes = {"village_code": now.village_code, "postal_code": now.postal_code}
    corrected = {correction.field.removeprefix("address."): correction.value}
    if corrected.get("village_code", now.village_code) != now.village_code:
        codes["postal_code"] = postal_code_of(correction.value)
    given = {"street": now.street, "rt": now.rt, "rw": now.rw, **codes, **corrected}
    try:
        order = AddressOrder.model_validate(given)
    except ValidationError as error:
        raise _shapeless(error, named) from None
    wrong: list[FieldError] = []
    address = address_of(order, "address", wrong)
    if wrong:
        raise invalid(*(FieldError(named, one.detail, one.way_out, one.detail_id) for one in wrong))
    if address == now:
        raise _nothing(named)
    if not resident.is_present:
        raise conflict(
            "died",
            correction.of_order("resident_id"),
            "The address is that of the living.",
            "Name a living member of the card.",
        )
    register.readdress(replace(card, address=address), ChangeKind.BIODATA_DIPERBARUI, today)


def _wrong_birth(resident: Resident, day: date, today: date, correction: Correction) -> list[FieldError]:
    named = correction.named
    impossible = wrong_day(day, today, named)
    if impossible is not None:
        return [impossible]
    late = resident.died_on is not None and resident.died_on < day
    death = FieldError(named, "This day is after the death.", "Check both days.") if late else None
    return present(death, _too_young(resident, day, today, named))


def _too_young(resident: Resident, day: date, today: date, named: str) -> FieldError | None:
    born = replace(resident, birth_date=day)
    married = resident.marital_status is not MaritalStatus.BELUM_KAWIN
    if married and age(day, today) < MARRIED_FROM:
        return FieldError(named, "This resident has married, and would be too young for it.", "Check the day.")
    if resident.is_head and resident.is_present and not born.is_adult(today):
        return FieldError(named, "A child can't head a family.", "Let an adult head the card first.")
    return None


def _wrong_death(resident: Resident, day: date, today: date, correction: Correction) -> list[FieldError]:
    named = correction.named
    if resident.life is Life.ALIVE:
        return [FieldError(correction.of_order("field"), "This resident lives.", "Register the death instead.")]
    return present(wrong_day(day, today, named), wrong_order(day, resident.birth_date, named, "the birth"))


def _wrong_sex(resident: Resident, _: Sex, __: date, correction: Correction) -> list[FieldError]:
    if resident.spouse_id is None:
        return []
    return [FieldError(correction.named, "A marriage hangs on it.", "The marriage needs to be looked at first.")]


def _wrong_relationship(resident: Resident, right: Relationship, _: date, correction: Correction) -> list[FieldError]:
    if resident.relationship not in TIED and right not in TIED:
        return []
    way_out = "A move, marriage, divorce or death changes who is head or spouse."
    return [FieldError(correction.named, "Heads and spouses are not made by a correction.", way_out)]


CHECKS: dict[str, Callable[..., list[FieldError]]] = {
    "birth_date": _wrong_birth,
    "died_on": _wrong_death,
    "sex": _wrong_sex,
    "relationship": _wrong_relationship,
}


def _parsed(kind: Any, value: str, named: str) -> Any:
    try:
        return TypeAdapter(kind).validate_python(value)
    except ValidationError as error:
        raise _shapeless(error, named) from None


def _shapeless(error: ValidationError, named: str) -> Problem:
    first = error.errors(include_input=False, include_url=False)[0]
    return invalid(FieldError(named, sentence(first), "Give the value as it is asked here."))


def _nothing(named: str) -> Problem:
    return conflict("nothing-changes", named, "The register already says so.", "Nothing needs to be done.")
