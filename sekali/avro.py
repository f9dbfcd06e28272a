"""Avro read by code that is made for one pair of schemas, several times as fast as a general reader.

It knows the shapes that the bus carries: records, strings, bytes, numbers, booleans, enums, arrays, one type or null,
and the logical types uuid, date and timestamp. A pair that needs more (aliases, promotions, maps, wider unions) is
read by fastavro, whose answers the made code equals: tests compare them.
"""

import io
from collections.abc import Sequence
from typing import Any

from fastavro import parse_schema, schemaless_reader
from fastavro.types import Schema

from sekali.avro_made import PRIMITIVES, UUID, Read, Unknown, made

__all__ = ["UUID", "Read", "is_made", "parsed", "raw", "reader"]


def parsed(schema: Any) -> Schema:
    """Ready for fastavro: without what only people and laws read, and parsed once, not again for each value."""
    return parse_schema(_plain(schema))


def reader(writer: Any, contract: Any, fields: Sequence[str] | None = None) -> Read:
    """What reads bodies of the writer's record with the contract's. `fields`: answer a tuple of these, in this order.

    Raises KeyError where the contract lacks a field that is asked.
    """
    writing, reading = _plain(writer), _plain(contract)
    try:
        return made(writing, reading, fields)
    except Unknown:
        return _general(parse_schema(writing), parse_schema(reading), fields)


def is_made(writer: Any, contract: Any) -> bool:
    """Whether the pair is read by code made for it."""
    try:
        made(_plain(writer), _plain(contract), None)
    except Unknown:
        return False
    return True


def raw(schema: Any, names: frozenset[str]) -> Any:
    """The record schema with the logical types of these fields taken off: they are read as numbers and strings."""
    fields = [
        field | {"type": _without_logic(field["type"])} if field["name"] in names else field
        for field in schema["fields"]
    ]
    return schema | {"fields": fields}


def _without_logic(kind: Any) -> Any:
    if isinstance(kind, list):
        return [_without_logic(branch) for branch in kind]
    return kind["type"] if isinstance(kind, dict) and kind["type"] in PRIMITIVES else kind


def _plain(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_plain(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("logicalType") == "sealed":
        return "bytes"
    return {name: _plain(part) for name, part in schema.items() if name not in {"doc", "label"}}


def _general(writer: Schema, contract: Schema, fields: Sequence[str] | None) -> Read:
    def read(body: bytes, begin: int) -> Any:
        stream = io.BytesIO(body)
        stream.seek(begin)
        value = schemaless_reader(stream, writer, contract)
        if stream.tell() != len(body):
            raise ValueError("bytes behind the end")
        if fields is None:
            return value
        assert isinstance(value, dict)
        return tuple(value[name] for name in fields)

    return read
