"""How the portal's rows become what it says."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sekali.outbox import Event, Tombstone
from services.portal import events

Row = Mapping[Any, Any]


def contact(row: Row) -> Event | Tombstone:
    """The contact as the row states it; a tombstone for a withdrawn one."""
    if row["gone"]:
        return Tombstone(events.Contact, row["resident_id"], row["version"])
    return events.Contact(
        resident_id=row["resident_id"],
        version=row["version"],
        said_at=row["said_at"],
        contact=events.ContactAddresses(email=row["email"], mobile=row["mobile"]),
    )


def correction(row: Row) -> Event | Tombstone:
    """The proposal while it is open; without its content once closed; a tombstone after its keeping time."""
    if row["gone"]:
        return Tombstone(events.Correction, row["correction_id"], row["version"])
    closed = row["closed_at"] is not None
    return events.Correction(
        correction_id=row["correction_id"],
        version=row["version"],
        said_at=row["said_at"],
        standing=events.CorrectionStanding.CLOSED if closed else events.CorrectionStanding.OPEN,
        proposal=None if closed else _proposal(row),
    )


def contact_tombstones(withdrawn: Iterable[tuple[UUID, int]]) -> list[Tombstone]:
    return [Tombstone(events.Contact, key, version) for key, version in withdrawn]


def correction_tombstones(ended: Iterable[tuple[UUID, int]]) -> list[Tombstone]:
    return [Tombstone(events.Correction, key, version) for key, version in ended]


def _proposal(row: Row) -> events.CorrectionProposal:
    return events.CorrectionProposal(
        resident_id=row["resident_id"],
        field=row["field"],
        proposed=row["proposed"],
        seen_version=row["seen_version"],
    )
