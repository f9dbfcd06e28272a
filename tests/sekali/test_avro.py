"""Code made for a pair of schemas reads what fastavro reads, and refuses what is no Avro."""

import io
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import pytest
from fastavro import parse_schema, schemaless_reader, schemaless_writer
from hypothesis import given, settings
from hypothesis import strategies as st

from sekali import avro
from sekali.contracts import Catalogue
from tests.examples import examples

ROOT = Path(__file__).parents[2]
SYMBOLS = ["A", "B", "C", "D"]
TYPES: dict[str, tuple[Any, st.SearchStrategy[Any]]] = {
    "string": ("string", st.text(max_size=200)),
    "bytes": ("bytes", st.binary(max_size=200)),
    "int": ("int", st.integers(-(2**31), 2**31 - 1)),
    "long": ("long", st.integers(-(2**63), 2**63 - 1)),
    "double": ("double", st.floats(allow_nan=False)),
    "float": ("float", st.floats(allow_nan=False, width=32)),
    "boolean": ("boolean", st.booleans()),
    "enum": ({"type": "enum", "name": "Kind", "symbols": SYMBOLS, "default": "A"}, st.sampled_from(SYMBOLS)),
    "uuid": ({"type": "string", "logicalType": "uuid"}, st.uuids()),
    "day": ({"type": "int", "logicalType": "date"}, st.dates()),
    "time": (
        {"type": "long", "logicalType": "timestamp-millis"},
        st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)).map(
            lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000)
        ),
    ),
    "words": ({"type": "array", "items": "string"}, st.lists(st.text(max_size=5), max_size=70)),
}


@st.composite
def pairs(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """(writer's schema, contract, a value): the contract lists some fields, in another order, and one more."""
    kinds = draw(st.lists(st.sampled_from(sorted(TYPES)), min_size=1, max_size=6))
    fields, value = [], {}
    for place, kind in enumerate(kinds):
        schema, values = TYPES[kind]
        if isinstance(schema, dict) and schema["type"] == "enum":
            schema = schema | {"name": f"Kind{place}"}
        optional = draw(st.sampled_from(["no", "null first", "null last"]))
        of_type = {"no": schema, "null first": ["null", schema], "null last": [schema, "null"]}[optional]
        fields.append({"name": f"f{place}", "type": of_type})
        value[f"f{place}"] = draw(values if optional == "no" else st.none() | values)
    listed = draw(st.permutations([field for field in fields if draw(st.booleans())]))
    more = {"name": "later", "type": ["null", "string"], "default": None}
    if draw(st.booleans()):
        named = {"type": "enum", "name": "Named", "symbols": SYMBOLS, "default": "A"}
        step = {"type": "record", "name": "Step", "fields": [{"name": "kind", "type": "land.Named"}]}
        fields += [{"name": "named", "type": named}, {"name": "steps", "type": {"type": "array", "items": step}}]
        value |= {"named": "B", "steps": [{"kind": "C"}] * draw(st.integers(0, 3))}
        listed = [*listed, *fields[-2:]]
    record = {"type": "record", "name": "land.Parcel"}
    return record | {"fields": fields}, record | {"fields": [*listed, more]}, value


def written(schema: dict[str, Any], value: dict[str, Any]) -> bytes:
    out = io.BytesIO()
    schemaless_writer(out, parse_schema(schema), value)
    return out.getvalue()


@settings(max_examples=examples(500), deadline=None)
@given(pairs(), st.binary(max_size=5), st.randoms())
def test_it_reads_what_fastavro_reads(
    pair: tuple[dict[str, Any], dict[str, Any], dict[str, Any]], before: bytes, chance: Random
) -> None:
    writer, contract, value = pair
    body = written(writer, value)
    right = schemaless_reader(io.BytesIO(body), parse_schema(writer), parse_schema(contract))
    assert avro.reader(writer, contract)(before + body, len(before)) == right
    names = [field["name"] for field in contract["fields"]]
    assert isinstance(right, dict)
    asked = chance.sample(names, chance.randint(0, len(names)))  # the others are read over
    assert avro.reader(writer, contract, asked)(body, 0) == tuple(right[name] for name in asked)
    with pytest.raises(Exception):  # noqa: B017
        avro.reader(writer, contract, asked)(body[:-1] if body else b"\0", 0)


def made_and_general(
    writer: dict[str, Any], contract: dict[str, Any]
) -> tuple[Callable[[bytes], Any], Callable[[bytes], Any]]:
    made = avro.reader(writer, contract)

    def general(body: bytes) -> Any:
        stream = io.BytesIO(body)
        found = schemaless_reader(stream, parse_schema(writer), parse_schema(contract))
        assert stream.tell() == len(body)
        return found

    return lambda body: made(body, 0), general


@settings(max_examples=examples(500), deadline=None)
@given(pairs(), st.data())
def test_what_is_cut_short_changed_or_too_long_is_never_read_as_something_else(
    pair: tuple[dict[str, Any], dict[str, Any], dict[str, Any]], data: st.DataObject
) -> None:
    writer, contract, value = pair
    body = written(writer, value)
    made, general = made_and_general(writer, contract)
    with pytest.raises(Exception):  # noqa: B017
        made(body + b"\0")
    for end in range(len(body)):
        with pytest.raises(Exception):  # noqa: B017
            made(body[:end])
    if body:
        place = data.draw(st.integers(0, len(body) - 1))
        changed = body[:place] + bytes([data.draw(st.integers(0, 255))]) + body[place + 1 :]
        try:
            found = made(changed)
        except Exception:
            return
        right = general(changed)
        assert repr(sorted(found.items())) == repr(sorted(right.items()))  # by text: NaN equals nothing, itself neither


@pytest.mark.parametrize("tenth", [0x02, 0x7F, 0x80])
def test_a_number_of_more_than_64_bits_is_refused(tenth: int) -> None:
    """fastavro drops the bits that are too many, and reads another number."""
    schema = {"type": "record", "name": "land.Parcel", "fields": [{"name": "area", "type": "long"}]}
    read = avro.reader(schema, schema)
    assert read(b"\x80" * 9 + b"\x01", 0) == {"area": 2**62}
    with pytest.raises(ValueError, match="more than 64 bits"):
        read(b"\x80" * 9 + bytes([tenth, 1]), 0)


EVERY = [
    (contract, revision)
    for catalogue in [Catalogue.load(ROOT)]
    for contract in catalogue.contracts.values()
    for revision in catalogue.revisions[contract.topic]
]


@pytest.mark.parametrize(
    ("contract", "revision"), EVERY, ids=lambda one: f"{one.topic}-{getattr(one, 'agency', one)}"[:60]
)
def test_every_contract_of_ours_is_read_by_made_code(contract: Any, revision: Any) -> None:
    """None of them falls back to the general reader: that would be right, and slow."""
    pairs_of = [(revision.schema, contract.schema)]
    agreed = {group.name: group.inner for group in contract.sealed}
    pairs_of += [(group.inner, agreed[group.name]) for group in revision.sealed if group.name in agreed]
    for writer, reader in pairs_of:
        assert avro.is_made(writer, reader), json.dumps(reader)[:200]


def test_a_pair_that_needs_more_is_read_by_fastavro() -> None:
    writer = {"type": "record", "name": "P", "fields": [{"name": "area", "type": "int"}]}
    contract = {"type": "record", "name": "P", "fields": [{"name": "area", "type": "double"}]}
    assert not avro.is_made(writer, contract)
    assert avro.reader(writer, contract)(written(writer, {"area": 7}), 0) == {"area": 7.0}
    with pytest.raises(ValueError, match="behind the end"):
        avro.reader(writer, contract)(written(writer, {"area": 7}) + b"\0", 0)


def test_a_symbol_that_the_contract_does_not_know_is_its_default() -> None:
    fields = [{"name": "kind", "type": {"type": "enum", "name": "K", "symbols": ["A", "B"], "default": "A"}}]
    later = [{"name": "kind", "type": {"type": "enum", "name": "K", "symbols": ["A", "B", "C"], "default": "A"}}]
    record = {"type": "record", "name": "P"}
    body = written(record | {"fields": later}, {"kind": "C"})
    assert avro.reader(record | {"fields": later}, record | {"fields": fields})(body, 0) == {"kind": "A"}


def test_raw_fields_come_as_avro_carries_them() -> None:
    kinds: dict[str, Any] = {
        "id": {"type": "string", "logicalType": "uuid"},
        "on": ["null", {"type": "int", "logicalType": "date"}],
        "at": {"type": "long", "logicalType": "timestamp-millis"},
    }
    schema = {"type": "record", "name": "P", "fields": [{"name": name, "type": kind} for name, kind in kinds.items()]}
    value = {"id": UUID(int=7), "on": date(1970, 1, 3), "at": datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)}
    plain = avro.raw(schema, frozenset(kinds))
    assert avro.reader(plain, plain, ["at", "on", "id"])(written(schema, value), 0) == (1000, 2, str(UUID(int=7)))
