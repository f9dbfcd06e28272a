"""Compatibility of Avro schemas, with the modes of Confluent's registry."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sekali.compatibility.nodes import Node
from sekali.compatibility.parse import InvalidSchema, load_text, parse, parse_text
from sekali.compatibility.rules import Reason, resolve

__all__ = [
    "MODES", "Finding", "InvalidSchema", "Node", "Reason", "compare", "incompatibilities", "load_text", "parse",
    "parse_text",
]  # fmt: skip

MODES = ("NONE", "BACKWARD", "BACKWARD_TRANSITIVE", "FORWARD", "FORWARD_TRANSITIVE", "FULL", "FULL_TRANSITIVE")


@dataclass(frozen=True, slots=True)
class Finding:
    """A reason, in which direction, and against which older schema (numbered from 1, oldest first)."""

    reason: Reason
    backward: bool
    old: int

    def __str__(self) -> str:
        direction = "the new schema cannot read data of" if self.backward else "its data cannot be read with"
        return f"{direction} schema {self.old}: {self.reason.told(to_writer=not self.backward)}"


def incompatibilities(reader: Any, writer: Any) -> list[Reason]:
    """Why data of `writer` cannot be read rightly with `reader`; both as JSON gives them. Raises `InvalidSchema`."""
    return resolve(parse(reader), parse(writer))


def compare(mode: str, new: Node, olds: Sequence[Node], *, bytes_as_text: bool = False) -> list[Finding]:
    """Everything that the mode forbids; `olds` oldest first. Without TRANSITIVE only the last counts.

    `bytes_as_text` as in `rules.resolve`.
    """
    numbered = list(enumerate(olds, 1))
    if not mode.endswith("TRANSITIVE"):
        numbered = numbered[-1:]
    backward, forward = mode.startswith(("BACKWARD", "FULL")), mode.startswith(("FORWARD", "FULL"))
    found = []
    for number, old in numbered:
        for here, reader, writer in ((backward, new, old), (forward, old, new)):
            reasons = resolve(reader, writer, bytes_as_text=bytes_as_text) if here else []
            found += [Finding(reason, backward=reader is new, old=number) for reason in reasons]
    return found
