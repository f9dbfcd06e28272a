"""A parsed Avro schema: names resolved, everything that the rules look at in one place."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Logical = tuple[Any, ...]
MISSING: Any = object()


@dataclass(slots=True, eq=False)
class Field:
    name: str
    node: Node
    default: Any = MISSING
    aliases: tuple[str, ...] = ()


@dataclass(slots=True, eq=False)
class Node:
    """`kind` is a primitive's name, or record, enum, fixed, array, map, union. `name` and `aliases` are full names.

    `logical` is the logical type with what belongs to it, None where Avro says to ignore it. `sealed` is the record
    under `seals`, a document of its own.
    """

    kind: str
    name: str = ""
    aliases: tuple[str, ...] = ()
    fields: list[Field] = field(default_factory=list)
    symbols: tuple[str, ...] = ()
    default: Any = MISSING
    size: int = 0
    items: Node | None = None
    branches: list[Node] = field(default_factory=list)
    logical: Logical | None = None
    sealed: Node | None = None

    @property
    def simple_name(self) -> str:
        return self.name.rpartition(".")[2]

    def __str__(self) -> str:
        """As a person would call it: string, timestamp-millis, enum Sex, array of int."""
        if self.kind == "union":
            return "union of " + ", ".join(map(str, self.branches)) if self.branches else "empty union"
        if self.items is not None:
            return f"{self.kind} of {self.items}"
        text = f"{self.kind} {self.simple_name}" if self.name else self.kind
        return f"{text} ({logical_text(self.logical)})" if self.logical else text


def logical_text(logical: Logical | None) -> str:
    if logical is None:
        return "no logical type"
    name, *rest = logical
    return f"decimal with precision {rest[0]} and scale {rest[1]}" if name == "decimal" else str(name)
