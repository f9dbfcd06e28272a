"""One entry of the chain, its canonical bytes and its hash.

hash = SHA-256 of the entry as JSON under RFC 8785 (JCS): one object, keys sorted, no spaces, UTF-8. Its members:

    {"act", "agency", "agreement", "at", "contract", "fields": […], "format": "sekali.use.1", "holder", "kind",
     "legal_basis", "number", "officer", "previous", "purpose": {"en", "id"}, "resident_id", "topic", "way"}

`holder` is the agency whose database it is, so an entry of one agency's chain fits into no other's.
`previous` is the hash of the entry before, in hex; of the first one 64 zeros. `at` is UTC with six digits of a second.
Absent texts are null. `number` is the only number, and small, so that any JCS library gives the same bytes.
"""

import hashlib
import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from uuid import UUID

FORMAT = "sekali.use.1"
GENESIS = bytes(32)


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of `use_entry`. `fields` are dotted, sorted; `act` is shared by the entries of one answer."""

    number: int
    act: UUID
    at: datetime
    kind: str
    agency: str
    officer: str | None = field(repr=False)
    resident_id: UUID
    topic: str
    fields: tuple[str, ...]
    way: str
    purpose_id: str
    purpose_en: str
    legal_basis: str | None
    agreement: str | None
    contract: str | None
    previous: bytes = GENESIS
    hash: bytes = b""


def canonical(holder: str, entry: Entry) -> bytes:
    """The bytes that are hashed."""
    members = {
        "act": str(entry.act),
        "agency": entry.agency,
        "agreement": entry.agreement,
        "at": entry.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "contract": entry.contract,
        "fields": list(entry.fields),
        "format": FORMAT,
        "holder": holder,
        "kind": entry.kind,
        "legal_basis": entry.legal_basis,
        "number": entry.number,
        "officer": entry.officer,
        "previous": entry.previous.hex(),
        "purpose": {"en": entry.purpose_en, "id": entry.purpose_id},
        "resident_id": str(entry.resident_id),
        "topic": entry.topic,
        "way": entry.way,
    }
    return json.dumps(members, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def hash_of(holder: str, entry: Entry) -> bytes:
    return hashlib.sha256(canonical(holder, entry)).digest()


def chained(holder: str, entry: Entry, number: int, previous: bytes) -> Entry:
    """The entry in its place behind `previous`."""
    placed = replace(entry, number=number, previous=previous)
    return replace(placed, hash=hash_of(holder, placed))
