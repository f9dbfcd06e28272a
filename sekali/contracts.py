"""What is said and what may be heard: topic cards, revisions of schemas, contracts, as they stand on disk.

A contract is the Avro reader schema that an agency reads a topic with.
Its sealed fields are those that the agency may open.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from fastavro import parse_schema

from sekali.cards import Card, load_card
from sekali.errors import SekaliError

__all__ = [
    "Card", "Catalogue", "CatalogueError", "Contract", "Revision", "SealedField", "Verified", "fingerprint",
    "sealed_fields",
]  # fmt: skip

Schema = dict[str, Any]
ATTRIBUTES = ("purpose", "legal_basis", "agreement", "retention_days", "valid_until")


class CatalogueError(SekaliError):
    """A file under schemas/ or contracts/ is not as it must be; the text names file, field and way out."""


@dataclass(frozen=True, slots=True)
class SealedField:
    """A sealed group: the field's name and the record under `seals`."""

    name: str
    inner: Schema


@dataclass(frozen=True, slots=True)
class Revision:
    topic: str
    number: int
    schema: Schema
    fingerprint: str
    sealed: tuple[SealedField, ...]


@dataclass(frozen=True, slots=True)
class Verified:
    """A field that the agency gets no value of: it asks the owner *match / no match*. `doc` says what for."""

    path: str
    doc: str


@dataclass(frozen=True, slots=True)
class Contract:
    """`purpose` is {"id", "en"}; `retention_days` counts from the end of the purpose.

    `verify`: dotted paths of the owner's fields that the agency may ask about at the owner's `POST /verify`.
    """

    agency: str
    topic: str
    schema: Schema
    purpose: Mapping[str, str]
    legal_basis: str
    agreement: str
    retention_days: int
    valid_until: date
    sealed: tuple[SealedField, ...]
    verify: tuple[Verified, ...] = ()


def fingerprint(schema: Schema) -> str:
    """First 16 hex digits of SHA-256 over the schema's JSON, keys sorted, no spaces, non-ASCII escaped."""
    text = json.dumps(schema, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def sealed_fields(schema: Schema) -> tuple[SealedField, ...]:
    """The sealed groups of a record schema, in its order."""
    found: list[SealedField] = []
    for field in schema["fields"]:
        branches = field["type"] if isinstance(field["type"], list) else [field["type"]]
        found += [SealedField(field["name"], branch["seals"]) for branch in branches if _is_sealed(branch)]
    return tuple(found)


def _is_sealed(branch: object) -> bool:
    return isinstance(branch, dict) and branch.get("logicalType") == "sealed"


class Catalogue:
    """All cards, revisions and contracts. Its agencies are those that own a topic or hold a contract."""

    def __init__(self, cards: Mapping[str, Card], revisions: Mapping[str, Sequence[Revision]],
                 contracts: Mapping[tuple[str, str], Contract]) -> None:  # fmt: skip
        self.cards = cards
        self.revisions = revisions
        self.contracts = contracts

    @classmethod
    def load(cls, root: Path) -> Catalogue:
        """Read `schemas/` and `contracts/` under root. Raises `CatalogueError`."""
        cards: dict[str, Card] = {}
        revisions: dict[str, Sequence[Revision]] = {}
        for path in sorted(root.glob("schemas/*/*/topic.yaml")):
            card = load_card(path, CatalogueError)
            if path.parent.name != card.topic or path.parent.parent.name != card.owner:
                raise CatalogueError(f"{_short(path)}: it lies in the wrong folder. Put it under "
                                     f"schemas/{card.owner}/{card.topic}/.")  # fmt: skip
            cards[card.topic] = card
            revisions[card.topic] = _revisions(path.parent, card)
        paths = sorted(root.glob("contracts/*/*.avsc"))
        contracts = {(path.parent.name, path.stem): _contract(path) for path in paths}
        return cls(cards, revisions, contracts)

    @cached_property
    def agencies(self) -> list[str]:
        return sorted({card.owner for card in self.cards.values()} | {agency for agency, _ in self.contracts})

    def latest(self, topic: str) -> Revision:
        return self.revisions[topic][-1]

    def revision(self, topic: str, number: int) -> Revision:
        for revision in self.revisions[topic]:
            if revision.number == number:
                return revision
        raise CatalogueError(f"{topic} has no revision {number}: schemas/…/{topic}/{number}.avsc does not exist.")

    def has(self, topic: str, number: int) -> bool:
        return any(revision.number == number for revision in self.revisions[topic])

    def says(self, agency: str) -> list[Card]:
        return [card for card in self.cards.values() if card.owner == agency]

    def hears(self, agency: str) -> list[Contract]:
        return [contract for contract in self.contracts.values() if contract.agency == agency]

    def kind(self, topic: str) -> Literal["state", "fact"]:
        return self.cards[topic].kind


def _revisions(folder: Path, card: Card) -> tuple[Revision, ...]:
    found = []
    for path in folder.glob("*.avsc"):
        if not path.stem.isdecimal() or path.stem.startswith("0"):
            raise CatalogueError(f"{_short(path)}: a revision's file is called 1.avsc, 2.avsc and so on. Rename it.")
        schema = read_schema(path)
        found.append(Revision(card.topic, int(path.stem), schema, fingerprint(schema), sealed_fields(schema)))
    found.sort(key=lambda revision: revision.number)
    if [revision.number for revision in found] != list(range(1, len(found) + 1)) or not found:
        raise CatalogueError(f"{_short(folder)}: revisions have a hole; they run 1, 2, 3. Add what is missing.")
    return tuple(found)


def _contract(path: Path) -> Contract:
    schema = read_schema(path)
    missing = [name for name in ATTRIBUTES if not schema.get(name)]
    if missing:
        raise CatalogueError(f"{_short(path)}: {path.parent.name}'s contract lacks {', '.join(missing)}. Add it beside "
                             "the record's name.")  # fmt: skip
    try:
        valid_until = date.fromisoformat(schema["valid_until"])
    except (TypeError, ValueError):
        raise CatalogueError(f"{_short(path)}: valid_until is no date. Write it as 2028-12-31.") from None
    days = schema["retention_days"]
    if not isinstance(days, int) or isinstance(days, bool) or days < 1:
        raise CatalogueError(f"{_short(path)}: retention_days is no positive number of days. Write it as 365.")
    if not isinstance(schema["purpose"], dict):
        raise CatalogueError(f'{_short(path)}: purpose is no pair of texts. Write {{"id": "…", "en": "…"}}.')
    return Contract(path.parent.name, path.stem, schema, schema["purpose"], str(schema["legal_basis"]),
                    str(schema["agreement"]), days, valid_until, sealed_fields(schema),
                    _verified(path, schema))  # fmt: skip


def _verified(path: Path, schema: Schema) -> tuple[Verified, ...]:
    listed = schema.get("verify", [])
    if not isinstance(listed, list) or not all(
        isinstance(one, dict) and one.keys() == {"field", "doc"} for one in listed
    ):
        raise CatalogueError(
            f'{_short(path)}: verify is no list of fields. Write [{{"field": "group.field", "doc": "…"}}].'
        )
    return tuple(Verified(str(one["field"]), str(one["doc"])) for one in listed)


def read_schema(path: Path) -> Schema:
    """A record schema from a file. Raises `CatalogueError` with a sentence where it is no valid Avro."""
    try:
        schema = json.loads(path.read_text(encoding="utf-8"))
        parse_schema(schema, _write_hint=False)
    except Exception as wrong:
        raise CatalogueError(f"{_short(path)}: it is no valid Avro schema ({wrong}). Correct it.") from wrong
    if not isinstance(schema, dict) or schema.get("type") != "record":
        raise CatalogueError(f"{_short(path)}: a topic carries a record. Begin with " + '{"type": "record", ...}.')
    if not isinstance(schema.get("fields"), list):  # fastavro takes a record without
        raise CatalogueError(f"{_short(path)}: the record lacks its fields. Add a list of them.")
    for group in sealed_fields(schema):
        try:
            parse_schema(group.inner, _write_hint=False)
        except Exception as wrong:
            raise CatalogueError(f"{_short(path)}: what {group.name} seals is no self-contained Avro record ({wrong}). "
                                 "Define there each type that it names.") from wrong  # fmt: skip
    return schema


def _short(path: Path) -> str:
    """The last parts of a path, from schemas/ or contracts/ on."""
    parts = path.parts
    for name in ("schemas", "contracts"):
        if name in parts:
            return "/".join(parts[len(parts) - 1 - parts[::-1].index(name) :])
    return path.name
