"""Pairs of Avro schemas, one grown out of the other, and data of them; for tests of compatibility.

A datum is raw (no logical types): a union's is `Branch`, so that it is known which branch was written.
"""

import copy
import io
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

Schema = Any
Draw = Callable[[st.SearchStrategy[Any]], Any]
PRIMITIVES = ("null", "boolean", "int", "long", "float", "double", "bytes", "string")
LOGICAL: dict[str, tuple[dict[str, Any], ...]] = {
    "int": ({"logicalType": "date"}, {"logicalType": "time-millis"}, {"logicalType": "score"}),
    "long": tuple(
        {"logicalType": name} for name in ("timestamp-millis", "timestamp-micros", "timestamp-nanos", "time-micros",
                                           "local-timestamp-millis", "local-timestamp-micros", "date")
    ),
    "string": ({"logicalType": "uuid"}, {"logicalType": "decimal", "precision": 4}),
    "bytes": tuple({"logicalType": "decimal", "precision": p, "scale": s} for p, s in ((4, 2), (6, 2), (6, 4), (2, 4))),
}  # fmt: skip
NAMES = ("A", "B", "C")
ODDS = st.integers(0, 5)


@dataclass(frozen=True)
class Branch:
    index: int
    value: Any


@st.composite
def schemas(draw: Draw, depth: int = 3) -> Schema:
    """A schema whose named types all have their own names."""
    return _Made(draw).schema(depth, in_union=False)


class _Made:
    def __init__(self, draw: Draw) -> None:
        self._draw = draw
        self._count = 0

    def name(self) -> str:
        self._count += 1
        return f"{self._draw(st.sampled_from(('x.', 'y.')))}T{self._count}"

    def schema(self, depth: int, *, in_union: bool) -> Schema:
        kinds = ["primitive", "primitive", "enum", "fixed"]
        if depth:
            kinds += ["record", "record", "record", "array", "map"] + ["union"] * (not in_union)
        make: dict[str, Callable[[int], Schema]] = {
            "primitive": self._primitive, "enum": self._enum, "fixed": self._fixed, "record": self._record,
            "array": lambda d: {"type": "array", "items": self.schema(d - 1, in_union=False)},
            "map": lambda d: {"type": "map", "values": self.schema(d - 1, in_union=False)}, "union": self._union,
        }  # fmt: skip
        return make[self._draw(st.sampled_from(kinds))](depth)

    def _primitive(self, depth: int) -> Schema:
        kind = self._draw(st.sampled_from(PRIMITIVES))
        return _dressed(self._draw, kind)

    def _enum(self, depth: int) -> Schema:
        return {"type": "enum", "name": self.name(), "symbols": list(NAMES[: self._draw(st.integers(1, 3))])}

    def _fixed(self, depth: int) -> Schema:
        return {"type": "fixed", "name": self.name(), "size": self._draw(st.sampled_from([2, 12, 16]))}

    def _record(self, depth: int) -> Schema:
        fields = [
            {"name": name, "type": self.schema(depth - 1, in_union=False)}
            for name in ("f", "g", "h")[: self._draw(st.integers(0, 3))]
        ]
        return {"type": "record", "name": self.name(), "fields": fields}

    def _union(self, depth: int) -> Schema:
        found: dict[str, Schema] = {}
        for _ in range(self._draw(st.integers(1, 3))):
            branch = self.schema(depth - 1, in_union=True)
            found.setdefault(full_name(branch), branch)
        return list(found.values())


def _dressed(draw: Draw, kind: str) -> Schema:
    if kind in LOGICAL and draw(st.booleans()):
        return {"type": kind} | draw(st.sampled_from(LOGICAL[kind]))
    return kind


@st.composite
def pairs(draw: Draw) -> tuple[Schema, Schema]:
    """(reader, writer)."""
    writer = draw(schemas())
    return _grown(draw, copy.deepcopy(writer)), writer


def _grown(draw: Draw, schema: Schema) -> Schema:
    """Changed here and there, as developers do; some changes are allowed, some are not."""
    if isinstance(schema, list):
        branches = [_grown(draw, branch) for branch in schema]
        if draw(ODDS) == 0:
            branches.append(draw(st.sampled_from(PRIMITIVES)))
        if draw(ODDS) == 0:
            branches.reverse()
        kept = {full_name(branch): branch for branch in branches if not isinstance(branch, list)}
        return list(kept.values()) if draw(ODDS) else branches[0]
    kind = schema if isinstance(schema, str) else schema["type"]
    if kind in PRIMITIVES:
        changed = _dressed(draw, draw(st.sampled_from(PRIMITIVES))) if draw(ODDS) == 0 else schema
        return ["null", changed] if changed != "null" and draw(ODDS) == 0 else changed
    if kind in {"array", "map"}:
        member = "items" if kind == "array" else "values"
        return schema | {member: _grown(draw, schema[member])}
    grown: Schema = {"enum": _enum_grown, "fixed": _fixed_grown, "record": _record_grown}[kind](draw, schema)
    if draw(ODDS) == 0:
        old = grown["name"]
        grown["name"] = old + "N" if draw(st.booleans()) else "z." + old.rpartition(".")[2]
        if draw(st.booleans()):
            grown["aliases"] = [old]
    return grown


def _enum_grown(draw: Draw, schema: Schema) -> Schema:
    if draw(ODDS) < 2:
        schema["symbols"] = list(NAMES[: draw(st.integers(1, 3))])
    if draw(st.booleans()):
        schema["default"] = schema["symbols"][0]
    return schema


def _fixed_grown(draw: Draw, schema: Schema) -> Schema:
    return schema | ({"size": 4} if draw(ODDS) == 0 else {})


def _record_grown(draw: Draw, schema: Schema) -> Schema:
    fields = [field | {"type": _grown(draw, field["type"])} for field in schema["fields"] if draw(ODDS)]
    for field in fields:
        if draw(ODDS) == 0:
            old = field["name"]
            field.update({"name": f"{old}_new"} | ({"aliases": [old]} if draw(st.booleans()) else {}))
    if draw(ODDS) == 0:
        fields.append({"name": "added", "type": ["null", "int"]} | ({"default": None} if draw(st.booleans()) else {}))
    return schema | {"fields": draw(st.permutations(fields))}


def full_name(schema: Schema) -> str:
    """A union holds each of these once."""
    if isinstance(schema, list):
        return "union"
    return str(schema if isinstance(schema, str) else schema.get("name", schema["type"]))


def covering(schema: Schema) -> list[Any]:
    """Data in which each branch, symbol and edge of each type stands at least once."""
    if isinstance(schema, list):
        return [Branch(number, value) for number, one in enumerate(schema) for value in covering(one)]
    kind = schema if isinstance(schema, str) else schema["type"]
    simple: dict[str, list[Any]] = {
        "null": [None], "boolean": [True, False], "int": [7, -(2**31)], "long": [7, 2**62], "float": [0.5],
        "double": [0.1], "string": ["7", "ä"], "bytes": [b"7", b"\xff\x00"],
    }  # fmt: skip
    if kind in {"array", "map"}:
        inner = covering(schema["items" if kind == "array" else "values"])
        return [[], *([value] for value in inner)] if kind == "array" else [{}, *({"k": value} for value in inner)]
    if kind == "record":
        return _covering_fields({field["name"]: covering(field["type"]) for field in schema["fields"]})
    named = {} if kind in simple else {"enum": schema.get("symbols"), "fixed": [bytes(range(schema.get("size", 0)))]}
    return list((simple | named)[kind])


def _covering_fields(every: dict[str, list[Any]]) -> list[Any]:
    if not all(every.values()):
        return []
    first = {name: values[0] for name, values in every.items()}
    return [first, *(first | {name: value} for name, values in every.items() for value in values[1:])]


def encoded(schema: Schema, datum: Any) -> bytes:
    """Avro's binary form, written for itself from the specification."""
    out = io.BytesIO()
    _encode(out, schema, datum)
    return out.getvalue()


def _encode(out: io.BytesIO, schema: Schema, datum: Any) -> None:
    if isinstance(schema, list):
        _long(out, datum.index)
        _encode(out, schema[datum.index], datum.value)
        return
    kind = schema if isinstance(schema, str) else schema["type"]
    if kind == "boolean":
        out.write(b"\x01" if datum else b"\x00")
    elif kind in {"int", "long", "enum"}:
        _long(out, schema["symbols"].index(datum) if kind == "enum" else datum)
    elif kind in {"float", "double"}:
        out.write(struct.pack("<f" if kind == "float" else "<d", datum))
    elif kind in {"string", "bytes"}:
        body = datum.encode() if kind == "string" else datum
        _long(out, len(body))
        out.write(body)
    elif kind == "fixed":
        out.write(datum)
    elif kind == "record":
        for field in schema["fields"]:
            _encode(out, field["type"], datum[field["name"]])
    elif kind in {"array", "map"}:
        _blocks(out, schema, datum)


def _blocks(out: io.BytesIO, schema: Schema, datum: Any) -> None:
    if datum:
        _long(out, len(datum))
        for item in datum:
            if schema["type"] == "map":
                _encode(out, "string", item)
                _encode(out, schema["values"], datum[item])
            else:
                _encode(out, schema["items"], item)
    _long(out, 0)


def _long(out: io.BytesIO, number: int) -> None:
    left = (number << 1) ^ (number >> 63)
    while left & ~0x7F:
        out.write(bytes([(left & 0x7F) | 0x80]))
        left >>= 7
    out.write(bytes([left]))
