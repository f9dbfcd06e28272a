"""Schemas that an owner could bring into the registry to harm who reads them; each with the body that does it."""

import copy
import random
from collections.abc import Callable
from typing import Any

from tests.fuzz.chance import PLANTED, varint

Schema = Any
Case = tuple[Schema, bytes | None]
NO_SCHEMAS: tuple[Any, ...] = (
    None, True, 7, "string", "nothing", [], {}, ["null", "string"], {"type": "record"}, {"type": "enum", "symbols": []},
    {"type": "record", "name": "R", "fields": 7}, {"type": "record", "name": 7, "fields": []}, [[[]]],
)  # fmt: skip
TYPES: tuple[Any, ...] = (
    "null", "int", "long", "string", "bytes", "double", "boolean", "text", 7, None, [], {}, ["null"], ["int", "null"],
    {"type": "array", "items": "string"}, {"type": "map", "values": "long"}, {"type": "enum", "name": "E"},
    {"type": "enum", "name": "E", "symbols": ["A"]}, {"type": "fixed", "name": "F", "size": 1 << 40},
    {"type": "fixed", "name": "F", "size": -1}, {"type": "string", "logicalType": "uuid"},
    {"type": "int", "logicalType": "timestamp-millis"}, {"type": "long", "logicalType": "date"},
    {"type": "bytes", "logicalType": "decimal", "precision": 1 << 30, "scale": 1 << 30}, {"type": {"type": "int"}},
    {"type": "bytes", "logicalType": "sealed"}, {"type": "bytes", "logicalType": "sealed", "seals": 7},
    ["null", {"type": "bytes", "logicalType": "sealed", "seals": {"type": "record", "name": "X", "fields": [7]}}],
)  # fmt: skip
NAMES = ("", "a b", "x'); raise SystemExit(7) #", "__class__", "\n", "b", "i", "n", PLANTED, 7, None, "é", "a" * 10_000)


def hostile(schema: Schema, chance: random.Random) -> Case:
    """None as a body: the true one of the schema that it was made from."""
    way: Callable[[Schema, random.Random], Case] = chance.choice(
        (_no_schema, _other_types, _other_types, _other_types, _other_names, _other_names, _members, _lists, _endless,
         _bursting, _of_nothing, _deep)
    )  # fmt: skip
    return way(copy.deepcopy(schema), chance)


def _no_schema(_schema: Schema, chance: random.Random) -> Case:
    return chance.choice(NO_SCHEMAS), None


def _other_types(schema: Schema, chance: random.Random) -> Case:
    for _ in range(chance.randrange(1, 4)):
        chance.choice(schema["fields"])["type"] = copy.deepcopy(chance.choice(TYPES))
    return schema, chance.choice((None, chance.randbytes(60)))


def _other_names(schema: Schema, chance: random.Random) -> Case:
    one = chance.choice([schema, *schema["fields"]])
    one["name"] = chance.choice(NAMES)
    return schema, None


def _members(schema: Schema, chance: random.Random) -> Case:
    one = chance.choice([schema, *schema["fields"]])
    if chance.random() < 0.5:
        one.pop(chance.choice(list(one)))
    else:
        one[chance.choice(("aliases", "default", "order", "namespace", "type", "fields"))] = chance.choice(TYPES)
    return schema, None


def _lists(schema: Schema, chance: random.Random) -> Case:
    fields = schema["fields"]
    schema["fields"] = chance.choice(
        ([], fields * 2, fields[::-1], [fields], {"a": 1}, fields[: chance.randrange(len(fields))])
    )
    return schema, None


def _with(schema: Schema, kind: Any, chance: random.Random) -> Schema:
    """One field more, first or last."""
    at = chance.choice((0, len(schema["fields"])))
    schema["fields"].insert(at, {"name": "more", "type": kind, "default": None})
    return schema


def _endless(schema: Schema, chance: random.Random) -> Case:
    """A type that holds itself: each byte of the body is one call deeper."""
    node = {"type": "record", "name": "Node", "fields": [{"name": "next", "type": ["null", "Node"]}]}
    return _with(schema, ["null", node], chance), b"\x02" * chance.choice((10, 5_000, 900_000))


def _bursting(schema: Schema, chance: random.Random) -> Case:
    """Small as text: each type holds the one before it many times."""
    inner: Any = "long"
    for level in range(chance.choice((3, 9, 30))):
        names = [f"f{number}" for number in range(9)]
        of: Schema = {"type": "record", "name": f"L{level}", "fields": [{"name": names[0], "type": inner}]}
        name = inner if isinstance(inner, str) else inner["name"]
        of["fields"] += [{"name": one, "type": name} for one in names[1:]]
        inner = of
    return _with(schema, ["null", inner], chance), None


def _of_nothing(schema: Schema, chance: random.Random) -> Case:
    """Items that take no byte: their count costs the writer nothing."""
    nothing: Any = chance.choice(
        ("null", {"type": "record", "name": "Empty", "fields": []}, {"type": "fixed", "name": "Zero", "size": 0})
    )
    if chance.random() < 0.3:
        nothing = {"type": "record", "name": "Nothings", "fields": [{"name": "a", "type": nothing}]}
    run = varint(chance.choice((1 << 21, 1 << 40, 1 << 62)))
    runs = chance.choice((1, 100, 200_000))
    return _with(schema, ["null", {"type": "array", "items": nothing}], chance), b"\x02" + run * runs + b"\0"


def _deep(schema: Schema, chance: random.Random) -> Case:
    kind: Any = "long"
    for level in range(chance.choice((5, 60, 400))):
        if chance.random() < 0.5:
            kind = {"type": "array", "items": kind}
        else:
            kind = {"type": "record", "name": f"D{level}", "fields": [{"name": "d", "type": kind}]}
    return _with(schema, ["null", kind], chance), b"\x02" * 500
