"""How the portal's rows become what it says."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sekali.outbox import Event, Tombstone
from services.portal import events

Row = Mapping[Any, Any]


def contact(row: Row) -> tuple[Event | Tombstone, ...]:
    """The contact as the row states it, on both of its topics; the older one is silent after its sunset."""
    return (contact_v2(row),) if row["v1_buried"] is not None else (contact_v1(row), contact_v2(row))


def contact_v1(row: Row) -> Event | Tombstone:
    """Both addresses under one key; a tombstone for a withdrawn contact, and for one that the sunset has buried."""
    if row["gone"] or row["v1_buried"] is not None:
        return Tombstone(events.Contact, row["resident_id"], max(row["v1_buried"] or 0, row["version"]))
    return events.Contact(
        resident_id=row["resident_id"],
        version=row["version"],
        said_at=row["said_at"],
        contact=events.ContactAddresses(email=row["email"], mobile=row["mobile"]),
    )


def contact_v2(row: Row) -> Event | Tombstone:
    """Each address under a key of its own; a tombstone for a withdrawn contact."""
    if row["gone"]:
        return Tombstone(events.ContactV2, row["resident_id"], row["version"])
    email, mobile = row["email"], row["mobile"]
    return events.ContactV2(
        resident_id=row["resident_id"],
        version=row["version"],
        said_at=row["said_at"],
        email=None if email is None else events.ContactV2Email(address=email),
        mobile=None if mobile is None else events.ContactV2Mobile(number=mobile),
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
    """On both topics."""
    return [
        Tombstone(topic, key, version) for key, version in withdrawn for topic in (events.Contact, events.ContactV2)
    ]


def correction_tombstones(ended: Iterable[tuple[UUID, int]]) -> list[Tombstone]:
    return [Tombstone(events.Correction, key, version) for key, version in ended]


def _proposal(row: Row) -> events.CorrectionProposal:
    return events.CorrectionProposal(
        resident_id=row["resident_id"],
        field=row["field"],
        proposed=row["proposed"],
        seen_version=row["seen_version"],
    )
