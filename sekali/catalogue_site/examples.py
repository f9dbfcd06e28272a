"""Examples of a topic as its rows of fields and values, and as the JSON that they are."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sekali.catalogue_site.fields import Field


@dataclass(frozen=True, slots=True)
class Block:
    """Values that belong together: the open fields (`group` None), a group, one member of a list of groups."""

    group: Field | None
    depth: int
    rows: tuple[tuple[Field, str], ...]


@dataclass(frozen=True, slots=True)
class Example:
    """`name` is the file's, in words."""

    name: str
    blocks: tuple[Block, ...]
    text: str

    @property
    def size(self) -> int:
        return sum(len(block.rows) for block in self.blocks)


def examples(folder: Path, fields: Sequence[Field]) -> list[Example]:
    """Those under a topic's `examples/`, the one with the most values first."""
    found = []
    for file in sorted(folder.glob("*.json")):
        record = json.loads(file.read_text(encoding="utf-8"))
        text = json.dumps(record, indent=2, ensure_ascii=False)
        found.append(Example(file.stem.replace("-", " "), tuple(_blocks(record, fields, None, 0)), text))
    return sorted(found, key=lambda example: (-example.size, example.name))


def _blocks(record: Mapping[str, Any], fields: Sequence[Field], group: Field | None, depth: int) -> Iterator[Block]:
    said = [(field, record[field.name]) for field in fields if record.get(field.name) is not None]
    yield Block(group, depth, tuple((field, _plain(value)) for field, value in said if not field.members))
    for field, value in said:
        if field.members:
            for member in value if isinstance(value, list) else [value]:
                yield from _blocks(member, field.members, field, depth + 1)


def _plain(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(_plain, value))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
