"""Examples of a topic as its rows of fields and values, and as the JSON that they are."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sekali.catalogue_site.fields import Field


@dataclass(frozen=True, slots=True)
class Row:
    """A value of an example; of a group that holds further fields `value` is empty."""

    field: Field
    value: str
    depth: int


@dataclass(frozen=True, slots=True)
class Example:
    """`name` is the file's, in words."""

    name: str
    rows: tuple[Row, ...]
    text: str


def examples(folder: Path, fields: Sequence[Field]) -> list[Example]:
    """Those under a topic's `examples/`, the one with the most values first."""
    found = []
    for file in sorted(folder.glob("*.json")):
        record = json.loads(file.read_text(encoding="utf-8"))
        text = json.dumps(record, indent=2, ensure_ascii=False)
        found.append(Example(file.stem.replace("-", " "), tuple(_rows(record, fields, 0)), text))
    return sorted(found, key=lambda example: (-len(example.rows), example.name))


def _rows(record: Mapping[str, Any], fields: Sequence[Field], depth: int) -> Iterator[Row]:
    for field in fields:
        value = record.get(field.name)
        if value is None:
            continue
        if not field.members:
            yield Row(field, _plain(value), depth)
            continue
        yield Row(field, "", depth)
        for member in value if isinstance(value, list) else [value]:
            yield from _rows(member, field.members, depth + 1)


def _plain(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(_plain, value))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
