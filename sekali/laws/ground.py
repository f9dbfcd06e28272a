"""What the laws look at, and how they walk through a schema."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sekali.contracts import Catalogue, Revision

Schema = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ground:
    """`root` holds schemas/, contracts/ and services/; `today` is the day on which contracts must be in force."""

    root: Path
    catalogue: Catalogue
    today: date

    @classmethod
    def load(cls, root: Path, today: date) -> "Ground":
        return cls(root, Catalogue.load(root), today)

    def folder(self, topic: str) -> Path:
        return self.root / "schemas" / self.catalogue.cards[topic].owner / topic

    def place(self, revision: Revision) -> str:
        """How a sentence begins: agency, topic, revision."""
        return f"{self.catalogue.cards[revision.topic].owner}: {revision.topic} revision {revision.number}"


def namespace(topic: str) -> str:
    """The Avro namespace of a topic; Avro's names take no hyphen."""
    return topic.replace("-", "_")


def fields(schema: Schema, path: str = "") -> Iterator[tuple[str, Schema]]:
    """Every field of a record with its path in dots, groups and inner records too."""
    for field in schema["fields"]:
        here = f"{path}.{field['name']}" if path else field["name"]
        yield here, field
        for inner in records(field["type"]):
            yield from fields(inner, here)


def records(kind: Any) -> Iterator[Schema]:
    """The records right under a field's type: sealed, in an array, a map or a union."""
    for part in parts(kind):
        if part["type"] == "record":
            yield part
        elif part.get("logicalType") == "sealed":
            yield part["seals"]


def enums(kind: Any) -> Iterator[Schema]:
    """The enums defined right under a field's type."""
    return (part for part in parts(kind) if part["type"] == "enum")


def parts(kind: Any) -> Iterator[Schema]:
    if isinstance(kind, list):
        for branch in kind:
            yield from parts(branch)
    elif isinstance(kind, dict):
        yield kind
        yield from parts(kind.get("items") or kind.get("values"))
