"""Birth, death, change of name, annulment of a double registration."""

from datetime import date

import uuid_utils.compat as uuids

from sekali.errors import FieldError, conflict, invalid, not_found, stale_version
from services.population.model.codes import (
    ChangeKind,
    Life,
    MaritalStatus,
    Nationality,
    Relationship,
    Sex,
    Standing,
)
from services.population.model.dates import present, wrong_day, wrong_order
from services.population.model.household import settle_those_who_stay, unmarried_again
from services.population.model.orders import AnnulmentOrder, BirthOrder, DeathOrder, ErasureOrder, NameChangeOrder
from services.population.model.records import Resident, age
from services.population.model.register import Register

YOUNGEST_MOTHER = 10
OLDEST_MOTHER = 65
NO_OCCUPATION = "BELUM/TIDAK BEKERJA"
TO_CHILD_OF = {
    Relationship.KEPALA_KELUARGA: Relationship.ANAK,
    Relationship.ISTRI: Relationship.ANAK,
    Relationship.SUAMI: Relationship.ANAK,
    Relationship.ANAK: Relationship.CUCU,
    Relationship.MENANTU: Relationship.CUCU,
}


def give_birth(register: Register, order: BirthOrder, today: date) -> Resident:
    """The newborn, still without a NIK."""
    mother = register.known(order.mother_id, "mother_id")
    father = register.known(order.father_id, "father_id") if order.father_id else None
    wrong = present(wrong_day(order.birth_date, today, "birth_date"))
    wrong += _wrong_parents(order, mother, father)
    parent = mother if order.card_of == "MOTHER" else father
    if parent is None or not parent.is_present:
        wrong.append(FieldError("card_of", "That parent has no card.", "Choose the card of a living parent."))
    if wrong or parent is None:
        raise invalid(*wrong)
    newborn = Resident(
        resident_id=uuids.uuid7(),
        version=1,
        standing=Standing.VALID,
        registered_at=register.at,
        card_id=parent.card_id,
        nik="",
        full_name=order.full_name,
        sex=order.sex,
        life=Life.ALIVE,
        died_on=None,
        birth_date=order.birth_date,
        birth_place=order.birth_place,
        religion=order.religion or mother.religion,
        marital_status=MaritalStatus.BELUM_KAWIN,
        occupation=NO_OCCUPATION,
        nationality=order.nationality or _nationality(mother, father),
        relationship=TO_CHILD_OF.get(parent.relationship, Relationship.FAMILI_LAIN),
        mother_name=mother.full_name,
        spouse_id=None,
        duplicate_of=None,
        change_kind=ChangeKind.LAHIR,
        change_on=order.birth_date,
    )
    register.add(newborn)
    return newborn


def _wrong_parents(order: BirthOrder, mother: Resident, father: Resident | None) -> list[FieldError]:
    wrong = []
    if mother.sex is not Sex.P:
        wrong.append(FieldError("mother_id", "The register has a man here.", "Name the woman who gave birth."))
    if not YOUNGEST_MOTHER <= age(mother.birth_date, order.birth_date) <= OLDEST_MOTHER:
        wrong.append(FieldError("mother_id", "Her age makes this birth impossible.", "Check both birth dates."))
    if mother.died_on is not None and mother.died_on < order.birth_date:
        wrong.append(FieldError("mother_id", "She had died before this day.", "Check the day of birth."))
    if father is not None and father.sex is not Sex.L:
        wrong.append(FieldError("father_id", "The register has a woman here.", "Name the father, or leave it out."))
    if father is not None and father.birth_date >= order.birth_date:
        wrong.append(FieldError("father_id", "He is not older than the child.", "Check both birth dates."))
    return wrong


def _nationality(mother: Resident, father: Resident | None) -> Nationality:
    parents = [mother, father] if father else [mother]
    return Nationality.WNI if any(one.nationality is Nationality.WNI for one in parents) else Nationality.WNA


def die(register: Register, order: DeathOrder, today: date) -> None:
    resident = register.known(order.resident_id, "resident_id")
    if resident.life is Life.DIED:
        way_out = "If the day is wrong, correct life.died_on."
        raise conflict("already-died", "resident_id", "This death is registered.", way_out)
    register.living(order.resident_id, "resident_id", order.version)
    wrong = present(
        wrong_day(order.died_on, today, "died_on"),
        wrong_order(order.died_on, resident.birth_date, "died_on", "the birth"),
    )
    if wrong:
        raise invalid(*wrong)
    fields = {"life": Life.DIED, "died_on": order.died_on, "spouse_id": None}
    register.change(resident.resident_id, ChangeKind.MENINGGAL, order.died_on, **fields)
    if resident.spouse_id is not None and register.residents[resident.spouse_id].is_present:
        unmarried_again(register, resident.spouse_id, MaritalStatus.CERAI_MATI, order.died_on)
    settle_those_who_stay(register, register.cards[resident.card_id], resident, order.succession, order.died_on)


def rename(register: Register, order: NameChangeOrder, today: date) -> None:
    resident = register.living(order.resident_id, "resident_id", order.version)
    wrong = present(
        wrong_day(order.effective_on, today, "effective_on"),
        wrong_day(order.ruling.issued_on, today, "ruling.issued_on"),
        wrong_order(order.effective_on, resident.birth_date, "effective_on", "the birth"),
        wrong_order(order.effective_on, order.ruling.issued_on, "effective_on", "the ruling"),
    )
    if len(order.full_name.split()) < 2 or not order.full_name.replace(" ", "").isalpha():
        detail = "A new name has two words or more, of letters only (Permendagri 73/2022)."
        wrong.append(FieldError("full_name", detail, "Write it as the ruling does.", "Nama baru minimal dua kata."))
    if order.full_name == resident.full_name:
        wrong.append(FieldError("full_name", "The register already has this name.", "Nothing needs to be done."))
    if wrong:
        raise invalid(*wrong)
    register.change(resident.resident_id, ChangeKind.NAMA_DIUBAH, order.effective_on, full_name=order.full_name)


def annul(register: Register, order: AnnulmentOrder, today: date) -> None:
    """The record stays in the register, marked; on the bus only its standing is left."""
    if order.resident_id not in register.residents:
        raise not_found("resident")
    resident = register.known(order.resident_id, "resident_id")
    if order.version is not None and order.version != resident.version:
        register.living(order.resident_id, "resident_id", order.version)
    if order.duplicate_of == order.resident_id:
        way_out = "Name the other record of the same person, which stays."
        raise invalid(FieldError("duplicate_of", "A record is no double of itself.", way_out))
    register.known(order.duplicate_of, "duplicate_of")
    if resident.spouse_id is not None:
        way_out = "Annul the other record instead, or have the marriage put on it first."
        raise conflict("married-record", "resident_id", "A marriage hangs on this record.", way_out)
    fields = {"standing": Standing.ANNULLED, "duplicate_of": order.duplicate_of}
    register.change(resident.resident_id, ChangeKind.DIBATALKAN, today, **fields)
    if resident.life is Life.ALIVE:
        settle_those_who_stay(register, register.cards[resident.card_id], resident, order.succession, today)


def withdraw(register: Register, order: ErasureOrder, today: date) -> None:
    """The record stays in the register, marked, and nothing more happens to it; the others of the card live on.

    A marriage stays as it is: the spouse's record says that it was, and a death or ruling will end it there.
    """
    resident = register.known(order.resident_id, "resident_id")
    if order.version is not None and order.version != resident.version:
        raise stale_version()
    register.change(resident.resident_id, ChangeKind.DITARIK, today, standing=Standing.WITHDRAWN)
    if resident.life is Life.ALIVE:
        settle_those_who_stay(register, register.cards[resident.card_id], resident, order.succession, today)
