"""The tax rules, pure: numbers, what follows from a person's record, KSWP, KLU.

Nothing here prints a person: the dataclasses with personal data have no repr of their fields.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from uuid import UUID

import yaml

HOME = 0
KEPT_AFTER_END = timedelta(days=365)  # an application's topic keeps it one year after its end


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


class ReturnState(StrEnum):
    FILED = "FILED"
    DUE = "DUE"


class Reason(StrEnum):
    """Why KSWP says NOT_VALID; coarse on purpose (tax secrecy)."""

    NOT_REGISTERED = "NOT_REGISTERED"
    NAME_DIFFERS = "NAME_DIFFERS"
    RETURNS_OPEN = "RETURNS_OPEN"


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
    next_serial: int = HOME + 1
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


# --- numbers and places -------------------------------------------------------------------------------------------


def nitku(npwp: str, serial: int) -> str:
    """22 digits: the NPWP and a serial of six; 000000 is the home (PER-7/PJ/2025 art. 31-33)."""
    if len(npwp) != 16 or not (npwp.isascii() and npwp.isdigit()):
        raise ValueError("An NPWP has 16 digits.")
    if not 0 <= serial <= 999_999:
        raise ValueError("The serial of a NITKU has six digits: all are used up.")
    return f"{npwp}{serial:06d}"


@dataclass(frozen=True, slots=True)
class Permit:
    """A licence as the copy says it: enough to know whether its place gets a number."""

    licence_id: UUID
    status: str | None
    issued_on: date | None


IN_FORCE = frozenset({"TERBIT", "BELUM_TERVERIFIKASI", "TERVERIFIKASI", "TERBIT_OTOMATIS"})


def in_force(permits: Iterable[Permit]) -> list[Permit]:
    """Those in force, earliest first (day of issue, then id)."""
    dated = [(permit.issued_on, permit) for permit in permits if permit.status in IN_FORCE]
    pairs = sorted((day, permit.licence_id, permit) for day, permit in dated if day)
    return [permit for _, _, permit in pairs]


def places_due(permits: Iterable[Permit], numbered: Collection[UUID]) -> list[UUID]:
    """Licences whose place still needs a NITKU, in the order in which they get it."""
    return [permit.licence_id for permit in in_force(permits) if permit.licence_id not in numbered]


# --- returns and KSWP ---------------------------------------------------------------------------------------------


def return_due_on(tax_year: int) -> date:
    """A person's yearly return is due on 31 March of the next year (UU KUP art. 3)."""
    return date(tax_year + 1, 3, 31)


def years_due(activated_on: date, day: date) -> list[int]:
    """The last two tax years whose deadline has passed; none before the activation."""
    last = day.year - 1 if day > return_due_on(day.year - 1) else day.year - 2
    return [year for year in (last - 1, last) if year >= activated_on.year]


def open_years(activated_on: date, returns: Mapping[int, ReturnState], day: date) -> list[int]:
    """Years that keep KSWP from being valid: due and not filed, or marked due by an officer."""
    due = set(years_due(activated_on, day))
    oldest = day.year - 3
    marked = {y for y, state in returns.items() if state is ReturnState.DUE and y >= max(activated_on.year, oldest)}
    return sorted(year for year in due | marked if returns.get(year) is not ReturnState.FILED)


def kswp(taxpayer: Taxpayer | None, person: Person, returns: Mapping[int, ReturnState], day: date) -> Reason | None:
    """None = VALID. Name and number agree, and the last two years' returns were filed (PER-43/PJ/2015)."""
    if taxpayer is None or taxpayer.status is not Status.AKTIF or not person.counts:
        return Reason.NOT_REGISTERED
    if not same_name(taxpayer.registered_name, person.full_name):
        return Reason.NAME_DIFFERS
    return Reason.RETURNS_OPEN if open_years(taxpayer.activated_on, returns, day) else None


def same_name(one: str | None, other: str | None) -> bool:
    """Case and spacing do not make another person."""
    return one is not None and other is not None and one.casefold().split() == other.casefold().split()


# --- KLU ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class KluTable:
    """DJP's own list of activities, as far as this demo needs it; `klu.yaml` names the sources."""

    by_kbli: Mapping[tuple[str, str], str]
    divisions: frozenset[str]

    @classmethod
    def load(cls, path: Path) -> "KluTable":
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        rows = {(str(row["kbli_version"]), str(row["kbli_code"])): str(row["klu"]) for row in data["mapping"]}
        return cls(rows, frozenset(str(division) for division in data["divisions"]))

    def of(self, kbli_version: str | None, kbli_code: str | None) -> str | None:
        """The KLU of a KBLI code in its edition; None: the citizen is asked."""
        return self.by_kbli.get((kbli_version or "", kbli_code or ""))

    def refuse(self, code: str) -> str | None:
        """What is wrong with a typed KLU, in words; None if nothing."""
        if len(code) != 5 or not (code.isascii() and code.isdigit()):
            return "A KLU has five digits."
        return None if code[:2] in self.divisions else "The first two digits are no division of the KLU list."
