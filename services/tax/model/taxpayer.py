"""The register: what a taxpayer is, and what follows from a person's record.

Nothing here prints a person: the dataclasses with personal data have no repr of their fields.
"""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from uuid import UUID

FIRST_PLACE = 1  # serial 0 is the home


class Status(StrEnum):
    """Of a taxpayer's registration. ENDED stays inside: the registration is then said without its group."""

    AKTIF = "AKTIF"
    NON_AKTIF = "NON_AKTIF"
    ENDED = "ENDED"


class Category(StrEnum):
    """OP by oneself; PH, MT, HB: a married woman with her own obligations (by contract, by choice, by court)."""

    OP = "OP"
    PH = "PH"
    MT = "MT"
    HB = "HB"


class TaskKind(StrEnum):
    PILIH_KATEGORI = "PILIH_KATEGORI"
    WARIS = "WARIS"


@dataclass(frozen=True, slots=True, repr=False)
class Person:
    """What the copy of the resident's record says; version 0 = not heard yet, codes as population writes them."""

    resident_id: UUID
    version: int
    gone: bool = False
    standing: str | None = None
    life_status: str | None = None
    nik: str | None = None
    full_name: str | None = None
    marital_status: str | None = None
    relationship: str | None = None

    @property
    def ended(self) -> bool:
        return self.gone or self.standing == "ANNULLED"

    @property
    def counts(self) -> bool:
        return not self.gone and self.standing == "VALID"


@dataclass(frozen=True, slots=True, repr=False)
class Taxpayer:
    """A row of the register. `heard_version`: the version of the resident's record that the row follows."""

    resident_id: UUID
    version: int
    status: Status
    npwp: str | None
    registered_name: str | None
    activated_on: date
    category: Category
    marital_status: str | None
    relationship: str | None
    heard_version: int
    next_serial: int = FIRST_PLACE
    name_held: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class Following:
    """What a resident's new record does to the register."""

    taxpayer: Taxpayer
    said: bool = False
    open: tuple[tuple[TaskKind, str], ...] = ()
    close: tuple[TaskKind, ...] = ()


def follow(taxpayer: Taxpayer, person: Person) -> Following | None:
    """The register after the person's record, or None where nothing is to be done.

    Decided from states alone. The version is compared too: a rebuilt copy runs through old states again,
    and without it a marriage would be met twice.
    """
    if taxpayer.status is Status.ENDED or person.version <= taxpayer.heard_version:
        return None
    if person.ended:
        ended = replace(
            taxpayer, status=Status.ENDED, version=taxpayer.version + 1, heard_version=person.version,
            npwp=None, registered_name=None, marital_status=None, relationship=None,
        )  # fmt: skip
        return Following(ended, said=True, close=tuple(TaskKind))
    if not person.counts:
        return None
    status = {"ALIVE": Status.AKTIF, "DIED": Status.NON_AKTIF}.get(person.life_status or "", taxpayer.status)
    said = status is not taxpayer.status
    moved = _family(_named(taxpayer, person), person)
    after = replace(moved, status=status, version=taxpayer.version + said, heard_version=person.version)
    return Following(after, said, _opened(taxpayer, after, person), _closed(after))


def _named(taxpayer: Taxpayer, person: Person) -> Taxpayer:
    """The register's name follows population's, unless an officer holds it while it is being clarified."""
    if taxpayer.name_held or not person.full_name:
        return taxpayer
    return replace(taxpayer, registered_name=person.full_name)


def _family(taxpayer: Taxpayer, person: Person) -> Taxpayer:
    if not _known(person.marital_status) or not _known(person.relationship):
        return taxpayer
    category = taxpayer.category if person.marital_status == "KAWIN" else Category.OP
    return replace(taxpayer, marital_status=person.marital_status, relationship=person.relationship, category=category)


def _known(code: str | None) -> bool:
    return code is not None and code != "UNKNOWN"


def _opened(before: Taxpayer, after: Taxpayer, person: Person) -> tuple[tuple[TaskKind, str], ...]:
    """Each with its cause: the state that asks for the task, so that a replay finds it done."""
    if after.status is Status.NON_AKTIF and before.status is Status.AKTIF:
        return ((TaskKind.WARIS, "DIED"),)
    moved = after.relationship != before.relationship
    newly = before.marital_status != "KAWIN" and after.relationship != "KEPALA_KELUARGA"
    if after.status is Status.AKTIF and after.marital_status == "KAWIN" and (moved or newly):
        return ((TaskKind.PILIH_KATEGORI, f"KAWIN/{after.relationship}/{person.version}"),)
    return ()


def _closed(after: Taxpayer) -> tuple[TaskKind, ...]:
    """What has no ground any more: a choice for the unmarried or the dead, heirs of the living."""
    if after.status is Status.NON_AKTIF:
        return (TaskKind.PILIH_KATEGORI,)
    choice = () if after.marital_status == "KAWIN" else (TaskKind.PILIH_KATEGORI,)
    return (TaskKind.WARIS, *choice)
