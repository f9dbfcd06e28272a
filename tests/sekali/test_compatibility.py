"""Avro's resolution rules, and what is stricter here: each case with a way out that names the field."""

import json
from pathlib import Path
from typing import Any

import pytest

from sekali import cli
from sekali.compatibility import InvalidSchema, compare, incompatibilities, parse, parse_text

Schema = Any


def record(*fields: Schema, name: str = "R", **more: Any) -> Schema:
    return {"type": "record", "name": name, "fields": list(fields), **more}


def one(kind: Schema, name: str = "f", **more: Any) -> Schema:
    return record({"name": name, "type": kind, **more})


def enum(*symbols: str, **more: Any) -> Schema:
    return {"type": "enum", "name": "E", "symbols": list(symbols), **more}


def decimal(precision: int, scale: int) -> Schema:
    return {"type": "bytes", "logicalType": "decimal", "precision": precision, "scale": scale}


def logical(kind: str, name: str) -> Schema:
    return {"type": kind, "logicalType": name}


def sealed(inner: Schema) -> Schema:
    return ["null", {"type": "bytes", "logicalType": "sealed", "seals": inner}]


NODE = record({"name": "v", "type": "int"}, {"name": "next", "type": ["null", "R"], "default": None})
LONG_NODE = record({"name": "v", "type": "long"}, {"name": "next", "type": ["null", "R"], "default": None})

READABLE = {
    "the same": (one("int"), one("int")),
    "int as long": (one("long"), one("int")),
    "long as float": (one("float"), one("long")),
    "float as double": (one("double"), one("float")),
    "text as bytes": (one("bytes"), one("string")),
    "a new optional field": (one(["null", "int"], default=None), record()),
    "a dropped field": (record(), one("int")),
    "a field by its alias": (one("int", "new", aliases=["f"]), one("int")),
    "a record by its alias": (one("int") | {"name": "New", "aliases": ["R"]}, one("int")),
    "another namespace": (one("int") | {"namespace": "a"}, one("int") | {"namespace": "b"}),
    "one made optional": (one(["null", "int"]), one("int")),
    "a branch more": (one(["null", "int", "string"]), one(["null", "int"])),
    "a symbol more": (one(enum("A", "B")), one(enum("A"))),
    "an unknown symbol with a default": (one(enum("A", default="A")), one(enum("A", "B"))),
    "a recursive record": (LONG_NODE, NODE),
    "an array of promoted items": (one({"type": "array", "items": "long"}), one({"type": "array", "items": "int"})),
    "an unknown logical type kept": (one(logical("int", "score")), one(logical("int", "score"))),
    "a logical type that Avro ignores": (one(logical("string", "date")), one("string")),
    "a group with an optional field more": (
        one(sealed(one(["null", "int"], "g", default=None)), default=None), one(sealed(record()), default=None),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", READABLE)
def test_readable(name: str) -> None:
    reader, writer = READABLE[name]
    assert incompatibilities(reader, writer) == []


REFUSED: dict[str, tuple[Schema, Schema, str, str]] = {
    "another type": (one("int"), one("string"), "f", "string is read as int"),
    "narrowed": (one("int"), one("long"), "f", "long is read as int"),
    "no default": (one("int"), record(), "f", "no default"),
    "made required": (one("int"), one(["null", "int"]), "f", "may hold null"),
    "a branch less": (one(["null", "int"]), one(["null", "int", "string"]), "f", "may hold string"),
    "a symbol less": (one(enum("A")), one(enum("A", "B")), "f", "may hold B"),
    "a renamed enum": (one(enum("A") | {"name": "X"}), one(enum("A")), "f", "read as X"),
    "an alias of another namespace": (
        one("int") | {"name": "New", "namespace": "b", "aliases": ["R"]}, one("int") | {"namespace": "a"}, "",
        "a.R is read as b.New",
    ),
    "another size": (
        one({"type": "fixed", "name": "H", "size": 8}), one({"type": "fixed", "name": "H", "size": 4}), "f", "4 bytes",
    ),
    "deep down": (one(one("int", "g") | {"name": "S"}), one(one("string", "g") | {"name": "S"}), "f.g", "string"),
    "in an array": (one({"type": "array", "items": "int"}), one({"type": "array", "items": "string"}), "f[]", "string"),
    "in a recursive record": (NODE, LONG_NODE, "v", "long is read as int"),
    "bytes read as text": (one("string"), one("bytes"), "f", "not UTF-8"),
    "another scale": (one(decimal(9, 4)), one(decimal(9, 2)), "f", "scale 2"),
    "another precision": (one(decimal(12, 2)), one(decimal(9, 2)), "f", "precision 9"),
    "another unit": (
        one(logical("long", "timestamp-micros")), one(logical("long", "timestamp-millis")), "f", "timestamp-millis",
    ),
    "a logical type dropped": (one("int"), one(logical("int", "date")), "f", "date"),
    "a logical type added": (one(logical("int", "date")), one("int"), "f", "date"),
    "a date promoted to a number": (one("long"), one(logical("int", "date")), "f", "no logical type"),
    "a date in a union": (one(["null", "int"]), one(["null", logical("int", "date")]), "f", "date"),
    "an unknown logical type changed": (one(logical("int", "b")), one(logical("int", "a")), "f", "written as a"),
    "a group made open": (one(["null", "bytes"]), one(sealed(record())), "f", "sealed"),
    "a type in a group": (one(sealed(one("int", "g"))), one(sealed(one("string", "g"))), "f.g", "string"),
    "a date in a group": (one(sealed(one("int", "g"))), one(sealed(one(logical("int", "date"), "g"))), "f.g", "date"),
    "a required field in a group": (one(sealed(one("int", "g"))), one(sealed(record())), "f.g", "no default"),
    "another record in a group": (one(sealed(record(name="Q"))), one(sealed(record())), "f", "read as Q"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_refused_with_path_and_way_out(name: str) -> None:
    reader, writer, path, words = REFUSED[name]
    reasons = incompatibilities(reader, writer)
    assert [reason.path for reason in reasons] == [path]
    assert words in reasons[0].message
    assert reasons[0].way_out


def test_every_reason_is_told_at_once() -> None:
    reader = record({"name": "a", "type": "int"}, {"name": "b", "type": "int"}, {"name": "c", "type": "int"})
    writer = record({"name": "a", "type": "string"}, {"name": "b", "type": "int"})
    assert [reason.path for reason in incompatibilities(reader, writer)] == ["a", "c"]


OLD = one("int")
OPTIONAL = record({"name": "f", "type": "int"}, {"name": "g", "type": ["null", "int"], "default": None})
REQUIRED = record({"name": "f", "type": "int"}, {"name": "g", "type": "int"})


@pytest.mark.parametrize(
    ("mode", "new", "olds", "found"),
    [
        ("NONE", one("string"), [OLD], []),
        ("BACKWARD", REQUIRED, [OLD], [(True, 1)]),
        ("BACKWARD", REQUIRED, [OLD, REQUIRED], []),
        ("BACKWARD_TRANSITIVE", REQUIRED, [OLD, REQUIRED], [(True, 1)]),
        ("FORWARD", REQUIRED, [OLD], []),
        ("FORWARD", OLD, [REQUIRED], [(False, 1)]),
        ("FORWARD_TRANSITIVE", OLD, [REQUIRED, OLD], [(False, 1)]),
        ("FULL", OPTIONAL, [OLD], []),
        ("FULL", one("long"), [OLD], [(False, 1)]),
        ("FULL_TRANSITIVE", OPTIONAL, [OLD, OPTIONAL], []),
        ("FULL_TRANSITIVE", REQUIRED, [OLD, OPTIONAL], [(True, 1), (True, 2)]),
        ("FULL_TRANSITIVE", OLD, [], []),
    ],
)
def test_modes(mode: str, new: Schema, olds: list[Schema], found: list[tuple[bool, int]]) -> None:
    assert [(one.backward, one.old) for one in compare(mode, parse(new), [parse(old) for old in olds])] == found


INVALID: dict[str, tuple[Schema, str]] = {
    "unknown type": (one("text"), "'text' is not defined"),
    "no type": (record({"name": "f"}), "no type"),
    "no name": ({"type": "record", "fields": []}, "no valid name"),
    "a name with a space": (one("int", "a b"), "no valid name"),
    "fields twice": (record({"name": "f", "type": "int"}, {"name": "f", "type": "int"}), "two fields are called 'f'"),
    "a type twice": (
        record({"name": "a", "type": enum("A")}, {"name": "b", "type": enum("B")}), "'E' is defined twice",
    ),
    "a symbol twice": (enum("A", "A"), "stands twice"),
    "an enum default from nowhere": (enum("A", default="B"), "none of its symbols"),
    "a union in a union": ([["null", "int"]], "holds a union"),
    "a branch twice": (["int", "int"], "int twice"),
    "a text as null": (one(["null", "string"], default="null"), "f: the default is wrong"),
    "a number for null": (one(["null", "long"], default=0), "f: the default is wrong"),
    "too large": (one("int", default=2**31), "f: the default is wrong"),
    "true for a number": (one("int", default=True), "f: the default is wrong"),
    "an incomplete record": (one(one("int", "g") | {"name": "S"}, default={}), "lacks 'g'"),
    "a wrong default in a group": (one(sealed(one("int", "g", default="x"))), "the default is wrong"),
    "a group that seals nothing": (one(logical("bytes", "sealed")), "what it seals"),
    "a group that leans on the outer record": (
        record({"name": "e", "type": enum("A")}, {"name": "f", "type": sealed(one("E", "g"))}), "'E' is not defined",
    ),
    "no size": ({"type": "fixed", "name": "H"}, "no valid size"),
    "aliases as text": (one("int", aliases="g"), "aliases is no list"),
}  # fmt: skip


@pytest.mark.parametrize("name", INVALID)
def test_not_a_valid_schema(name: str) -> None:
    schema, words = INVALID[name]
    with pytest.raises(InvalidSchema, match=words):
        parse(schema)


def test_a_member_that_stands_twice_is_refused() -> None:
    with pytest.raises(InvalidSchema, match="twice in an object: type"):
        parse_text('{"type": "string", "type": "int"}')


def test_the_command_answers_by_exit_code_and_reason(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new, old, no_schema = (tmp_path / name for name in ("new.avsc", "old.avsc", "none.avsc"))
    new.write_text(json.dumps(REQUIRED))
    old.write_text(json.dumps(OLD))
    no_schema.write_text("{")
    call = ["schemas", "compatible", "--mode"]
    assert cli.run([*call, "FORWARD", str(new), str(old)]) == 0
    assert cli.run([*call, "FULL", str(new), str(old)]) == 1
    assert '"g": the field' in capsys.readouterr().out
    assert cli.run([*call, "FULL", str(no_schema), str(old)]) == 2
    assert "none.avsc: It is no JSON" in capsys.readouterr().err


def test_a_batch_is_answered_line_by_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [
        {"mode": "FULL", "new": OPTIONAL, "old": [OLD]},
        {"mode": "FULL", "new": REQUIRED, "old": [OLD]},
        {"mode": "FULL", "new": "text", "old": [OLD]},
    ]
    file = tmp_path / "batch.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert cli.run(["schemas", "compatible", "--batch", str(file)]) == 0
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [answer["exit"] for answer in answers] == [0, 1, 2]
    assert [bool(answer["reasons"]) for answer in answers] == [False, True, True]
