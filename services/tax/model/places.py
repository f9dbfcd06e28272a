"""NITKU: the number of a place of business."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

HOME = 0


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
