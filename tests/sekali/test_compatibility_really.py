"""What compatibility says is what really happens: one library writes, another reads, a third gives its verdict.

fastavro reads what was written; the meaning of each value, by its logical type, must be the written one.
Apache's own checker judges the same pairs without logical types.
"""

import copy
import io
import json
import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import avro.schema
import pytest
from avro.compatibility import ReaderWriterCompatibilityChecker, SchemaCompatibilityType
from fastavro import parse_schema, schemaless_reader
from hypothesis import HealthCheck, example, given, settings

from sekali.compatibility import Reason, parse
from sekali.compatibility.rules import resolve
from tests.examples import examples
from tests.sekali.avro_pairs import Branch, Schema, covering, encoded, full_name, pairs, schemas

MANY = settings(max_examples=examples(300), deadline=None, suppress_health_check=list(HealthCheck))
ADDED: Schema = {"name": "added", "type": ["null", "int"]}
DEFAULTED = (
    [
        {"type": "record", "name": "T1", "fields": [ADDED]},
        {"type": "record", "name": "T3", "fields": [ADDED | {"default": None}]},
    ],
    [{"type": "record", "name": "T1", "fields": []}, {"type": "record", "name": "T3", "fields": []}],
)
"""What T3 is read as is no T1: there the field has no default."""
UNITS = {"millis": 10**6, "micros": 10**3, "nanos": 1}


def reasons(reader: Schema, writer: Schema, *, bytes_as_text: bool = False) -> list[Reason]:
    return resolve(parse(reader), parse(writer), bytes_as_text=bytes_as_text)


def plain(schema: Schema) -> Schema:
    """Without logical types."""
    if isinstance(schema, list):
        return [plain(one) for one in schema]
    if isinstance(schema, str):
        return schema
    kept = {name: value for name, value in schema.items() if name not in {"logicalType", "precision", "scale"}}
    for member in ("items", "values"):
        if member in kept:
            kept[member] = plain(kept[member])
    if "fields" in kept:
        kept["fields"] = [field | {"type": plain(field["type"])} for field in kept["fields"]]
    return kept


def meaning(schema: Schema, value: Any) -> Any:
    """What people take a raw value for."""
    node = parse(schema)
    if isinstance(value, str) and node.kind != "enum":
        value = value.encode()
    if node.logical is None:
        return "number" if isinstance(value, int | float) and not isinstance(value, bool) else "plain", value
    name = str(node.logical[0])
    family, _, unit = name.rpartition("-")
    if name == "decimal":
        return "decimal", Fraction(int.from_bytes(value, "big", signed=True), 10 ** node.logical[2])
    return (family, value * UNITS[unit]) if unit in UNITS else (name, value)


def same(reader: Schema, read: Any, writer: Schema, written: Any) -> bool:
    if isinstance(writer, list):
        assert isinstance(written, Branch)
        return same(reader, read, writer[written.index], written.value)
    if isinstance(reader, list):
        return any(_is_of(branch, read) and same(branch, read, writer, written) for branch in reader)
    kinds = {one if isinstance(one, str) else one["type"] for one in (reader, writer)}
    if not kinds & {"record", "array", "map", "enum"}:
        return bool(meaning(reader, read) == meaning(writer, written))
    return len(kinds) == 1 and _same_whole(kinds.pop(), reader, read, writer, written)


def _is_of(schema: Schema, read: Any) -> bool:
    kind = schema if isinstance(schema, str) else schema["type"]
    number = isinstance(read, int | float) and not isinstance(read, bool)
    types: dict[str, Any] = {"array": list, "map": dict, "record": dict, "null": type(None), "boolean": bool}
    if kind in types:
        return isinstance(read, types[kind])
    return number if kind in {"int", "long", "float", "double"} else isinstance(read, str | bytes)


def _same_whole(kind: str, reader: Schema, read: Any, writer: Schema, written: Any) -> bool:
    if kind == "enum":
        return bool(read == (written if written in reader["symbols"] else reader.get("default")))
    if kind == "array":
        items = reader["items"], writer["items"]
        return len(read) == len(written) and all(
            same(items[0], one, items[1], two) for one, two in zip(read, written, strict=True)
        )
    if kind == "map":
        values = reader["values"], writer["values"]
        return read.keys() == written.keys() and all(
            same(values[0], read[key], values[1], written[key]) for key in written
        )
    return read.keys() == {field["name"] for field in reader["fields"]} and all(
        _same_field(field, read[field["name"]], writer, written) for field in reader["fields"]
    )


def _same_field(field: Schema, read: Any, writer: Schema, written: Any) -> bool:
    for source in writer["fields"]:
        if source["name"] in {field["name"], *field.get("aliases", [])}:
            return same(field["type"], read, source["type"], written[source["name"]])
    return "default" in field and bool(read == field["default"])  # without one, it is another branch of a union


def misread(reader: Schema, writer: Schema) -> Iterator[str]:
    """A line for each datum that fastavro cannot read, or reads as something else."""
    readers, writers = (parse_schema(copy.deepcopy(plain(one)), _write_hint=False) for one in (reader, writer))
    for datum in covering(writer):
        try:
            read = schemaless_reader(io.BytesIO(encoded(writer, datum)), writers, readers)
        except Exception as wrong:
            yield f"{datum}: {wrong!r}"
            continue
        if not same(reader, read, writer, datum):
            yield f"{datum} was read as {read!r}"


@MANY
@given(pairs())
def test_what_is_called_compatible_is_read_rightly(pair: tuple[Schema, Schema]) -> None:
    reader, writer = pair
    if not reasons(reader, writer):
        assert list(misread(reader, writer)) == []


@MANY
@given(pairs())
@example(DEFAULTED)
def test_what_is_refused_would_go_wrong(pair: tuple[Schema, Schema]) -> None:
    """For each refused pair there is a datum that shows why; but for a decimal's precision, which only grows wrong."""
    reader, writer = pair
    found = reasons(reader, writer)
    if found and covering(writer) and not all("precision" in reason.message for reason in found):
        assert list(misread(reader, writer)), found


@MANY
@given(pairs())
def test_apaches_checker_gives_the_same_verdict(pair: tuple[Schema, Schema]) -> None:
    reader, writer = (plain(one) for one in pair)
    checker: Any = ReaderWriterCompatibilityChecker  # it is untyped
    theirs = checker().get_compatibility(*(avro.schema.parse(json.dumps(one)) for one in (reader, writer)))
    assert (theirs.compatibility is SchemaCompatibilityType.compatible) == (
        not reasons(reader, writer, bytes_as_text=True)
    ), theirs.messages


@MANY
@given(schemas())
def test_every_schema_reads_its_own_data(schema: Schema) -> None:
    assert reasons(schema, copy.deepcopy(schema)) == []


@MANY
@given(pairs())
def test_each_reason_says_where_and_what_to_do(pair: tuple[Schema, Schema]) -> None:
    reader, writer = pair
    for reason in reasons(reader, writer):
        assert reason.message
        assert reason.way_out
        assert re.fullmatch(r"(\w+|\[\])?(\[\]|\.\w+)*", reason.path)


def test_the_tests_can_fail() -> None:
    """The readers of this file see a wrong unit and a lost branch."""
    millis, micros = ({"type": "long", "logicalType": f"timestamp-{unit}"} for unit in ("millis", "micros"))
    assert list(misread(micros, millis))
    assert list(misread("int", ["int", "string"]))
    assert not list(misread(["string", "double"], "int"))
    assert full_name({"type": "map", "values": "int"}) == "map"


@pytest.mark.parametrize("kind", ["union", "record"])
def test_a_type_that_is_used_twice_a_level_is_judged_once(kind: str) -> None:
    """Without that, forty levels would take 2^40 steps."""

    def nested(last: str) -> Schema:
        schema: Schema = {"type": "record", "name": "L0", "fields": [{"name": "v", "type": last}]}
        for level in range(1, 41):
            inner = [schema, "null"] if kind == "union" else schema
            again = [f"L{level - 1}", "null"] if kind == "union" else f"L{level - 1}"
            fields = [{"name": "a", "type": inner}, {"name": "b", "type": again}]
            schema = {"type": "record", "name": f"L{level}", "fields": fields}
        return schema

    assert reasons(nested("long"), nested("int")) == []
    assert reasons(nested("int"), nested("int")) == []
