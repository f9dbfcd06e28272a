"""Avro's resolution rules, and what is stricter here: each case with a way out that names the field."""

from typing import Any

import pytest

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


def decimal_of(precision: int, scale: int) -> Schema:
    return {"logicalType": "decimal", "precision": precision, "scale": scale}


def fixed(size: int, **more: Any) -> Schema:
    return {"type": "fixed", "name": "F", "size": size, **more}


def logical(kind: str, name: str) -> Schema:
    return {"type": kind, "logicalType": name}


def sealed(inner: Schema) -> Schema:
    return ["null", {"type": "bytes", "logicalType": "sealed", "seals": inner}]


NODE = record({"name": "v", "type": "int"}, {"name": "next", "type": ["null", "R"], "default": None})
LONG_NODE = record({"name": "v", "type": "long"}, {"name": "next", "type": ["null", "R"], "default": None})

MUTUAL = record(
    {"name": "a", "type": ["null", one(["null", "R"]) | {"name": "S"}]}, {"name": "b", "type": ["S", "null"]}
)
SEALS = {"type": "bytes", "logicalType": "sealed", "seals": record({"name": "g", "type": "string"}, name="G")}
SEALED_LONG = {"type": "bytes", "logicalType": "sealed", "seals": record({"name": "g", "type": "long"}, name="G")}

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
    "text in a union beside bytes": (one(["null", "string", "bytes"]), one(["null", "string", "bytes"])),
    "a date beside its number": (one([logical("long", "timestamp-millis"), "int"]), one("int")),
    "big decimals": (one(logical("bytes", "big-decimal")), one(logical("bytes", "big-decimal"))),
    "a duration": (one(fixed(12, logicalType="duration")), one(fixed(12, logicalType="duration"))),
    "a duration that Avro ignores": (one(fixed(8, logicalType="duration")), one(fixed(8))),
    "a decimal that Avro ignores": (one(decimal(2, 4)), one("bytes")),
    "a decimal in too few bytes": (one(fixed(2) | decimal_of(9, 2)), one(fixed(2))),
    "scale 0 said or not": (one(decimal(9, 0)), one({"type": "bytes", "logicalType": "decimal", "precision": 9})),
    "a fixed by its alias": (one(fixed(4) | {"name": "N", "aliases": ["F"]}), one(fixed(4))),
    "an enum by its alias": (one(enum("A") | {"name": "N", "aliases": ["E"]}), one(enum("A"))),
    "an alias that names its namespace": (
        one("int") | {"name": "New", "namespace": "b", "aliases": ["a.R"]}, one("int") | {"namespace": "a"},
    ),
    "mutually recursive records": (MUTUAL, MUTUAL),
    "a map of promoted values": (one({"type": "map", "values": "double"}), one({"type": "map", "values": "float"})),
    "fields in another order": (
        record({"name": "b", "type": "int"}, {"name": "a", "type": "int"}),
        record({"name": "a", "type": "int"}, {"name": "b", "type": "int"}),
    ),
    "an empty group": (one(sealed(record()), default=None), one(sealed(record()), default=None)),
    "a group more": (one(sealed(record()), default=None), record()),
    "a group less": (record(), one(sealed(record()), default=None)),
    "a group in an array": (one({"type": "array", "items": SEALS}), one({"type": "array", "items": SEALS})),
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
    "an open field made a group": (one(sealed(record())), one(["null", "string"]), "f", "string"),
    "open bytes made a group": (one(SEALS), one("bytes"), "f", "no logical type is read as sealed"),
    "a group renamed by an alias": (
        one(["null", SEALS], "new", aliases=["f"], default=None), one(["null", SEALS], default=None), "new", "bound to",
    ),
    "a group in an array changed": (
        one({"type": "array", "items": SEALS}), one({"type": "array", "items": SEALED_LONG}), "f[].g", "long is read",
    ),
    "a group in a map changed": (
        one({"type": "map", "values": SEALED_LONG}), one({"type": "map", "values": SEALS}), "f[].g", "string is read",
    ),
    "one of two groups in unions": (
        one(["null", "int", SEALED_LONG]), one(["null", "int", SEALS]), "f.g", "string is read as long",
    ),
    "a symbol less in a group": (
        one(sealed(one(enum("A"), "g"))), one(sealed(one(enum("A", "B"), "g"))), "f.g", "may hold B",
    ),
    "a scale in a group": (
        one(sealed(one(decimal(9, 4), "g"))), one(sealed(one(decimal(9, 2), "g"))), "f.g", "scale 2",
    ),
    "a group deep in a group": (
        one(sealed(one(one(enum("A")) | {"name": "S"}, "g"))), one(sealed(one(one(enum("B")) | {"name": "S"}, "g"))),
        "f.g.f", "may hold B",
    ),
    "an old name that came back": (
        record({"name": "a", "type": "int"}, {"name": "b", "type": "int", "aliases": ["a"], "default": 0}),
        one("int", "a"),
        "a b", "more than one field (a)",
    ),
    "a name and an alias that both were written": (
        one("int", "b", aliases=["a"]), record({"name": "a", "type": "int"}, {"name": "b", "type": "int"}), "b",
        "more than one field (b, a)",
    ),
    "nanos as micros": (
        one(logical("long", "timestamp-nanos")), one(logical("long", "timestamp-micros")), "f", "timestamp-micros",
    ),
    "local time as an instant": (
        one(logical("long", "timestamp-millis")), one(logical("long", "local-timestamp-millis")), "f", "local",
    ),
    "a time of day promoted": (
        one(logical("long", "time-micros")), one(logical("int", "time-millis")), "f", "written as time-millis",
    ),
    "a uuid as text": (one("string"), one(logical("string", "uuid")), "f", "written as uuid"),
    "a uuid from text to bytes": (
        one(fixed(16, logicalType="uuid")), one(logical("string", "uuid")), "f", "is read as fixed F (uuid)",
    ),
    "a duration as bytes": (one(fixed(12)), one(fixed(12, logicalType="duration")), "f", "written as duration"),
    "a decimal in a fixed": (
        one(fixed(8) | decimal_of(9, 2)), one(fixed(8) | decimal_of(9, 4)), "f", "scale 4",
    ),
    "text read as a decimal": (one(decimal(9, 2)), one("string"), "f", "no logical type is read as decimal"),
    "a date that no branch takes": (one(["null", "long"]), one(["null", logical("int", "date")]), "f", "date"),
    "an empty union": (one([]), one("int"), "f", "none of the branches"),
    "a fixed of another name": (one(fixed(4) | {"name": "G"}), one(fixed(4)), "f", "read as G"),
    "a map as a record": (one(record(name="S")), one({"type": "map", "values": "int"}), "f", "map of int"),
    "in a map": (one({"type": "map", "values": "int"}), one({"type": "map", "values": "string"}), "f[]", "string"),
    "a type in a group": (one(sealed(one("int", "g"))), one(sealed(one("string", "g"))), "f.g", "string"),
    "a date in a group": (one(sealed(one("int", "g"))), one(sealed(one(logical("int", "date"), "g"))), "f.g", "date"),
    "a required field in a group": (one(sealed(one("int", "g"))), one(sealed(record())), "f.g", "no default"),
    "another record in a group": (one(sealed(record(name="Q"))), one(sealed(record())), "f", "read as Q"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_refused_with_path_and_way_out(name: str) -> None:
    reader, writer, path, words = REFUSED[name]
    reasons = incompatibilities(reader, writer)
    assert [reason.path for reason in reasons] == path.split(" ")
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
        ("BACKWARD", OLD, [], []),
        ("NONE", REQUIRED, [OLD, one("string")], []),
        ("FORWARD", OLD, [REQUIRED, OLD], []),
        ("FULL", OLD, [one("string"), OLD], []),
        ("BACKWARD_TRANSITIVE", one("long"), [one("int"), one("string")], [(True, 2)]),
        ("FULL_TRANSITIVE", one("string"), [one("int"), one("string")], [(True, 1), (False, 1)]),
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
    "NaN": (one("double", default="NaN"), "the default is wrong"),
    "a fraction for a whole number": (one("long", default=1.0), "the default is wrong"),
    "text for bytes beyond them": (one("bytes", default="€"), "the default is wrong"),
    "a fixed default of another length": (one(fixed(4), default="abc"), "the default is wrong"),
    "an enum default of a field": (one(enum("A"), default="B"), "none of the symbols of E"),
    "a wrong item": (one({"type": "array", "items": "int"}, default=["x"]), "the default is wrong"),
    "a wrong value": (one({"type": "map", "values": "int"}, default={"k": None}), "the default is wrong"),
    "a symbol with a hyphen": (enum("a-b"), "no list of names"),
    "a namespace with a hyphen": (one("int") | {"namespace": "a-b"}, "namespace is not valid"),
    "an order that nobody knows": (one("int", order="upward"), "its order is unknown"),
    "a type in a type": (one({"type": {"type": "string"}}), "a type's name"),
    "a primitive's name": (enum("A") | {"name": "string"}, "primitive type"),
    "used before it is defined": (
        record({"name": "a", "type": "E"}, {"name": "b", "type": enum("A")}), "'E' is not defined",
    ),
    "two fixed of one name in a union": ([fixed(4), fixed(8)], "'F' is defined twice"),
    "two dates in a union": (["int", logical("int", "date")], "int twice"),
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


def test_the_way_out_is_for_the_one_who_asks() -> None:
    """A developer may change the new schema only, so what older readers lack is kept, not added to them."""
    (backward,) = compare("BACKWARD", parse(REQUIRED), [parse(OLD)])
    assert "Give it a default" in str(backward)
    (forward,) = compare("FORWARD", parse(OLD), [parse(REQUIRED)])
    assert "Keep the field 'g'" in str(forward)
    (symbol,) = compare("FORWARD", parse(one(enum("A", "B"))), [parse(one(enum("A")))])
    assert "under a new name" in str(symbol)


def test_a_wide_schema_is_judged_at_once() -> None:
    wide = record(*({"name": f"f{n}", "type": "int", "aliases": [f"g{n}"]} for n in range(3_000)))
    assert incompatibilities(wide, record(*({"name": f"g{n}", "type": "int"} for n in range(3_000)))) == []
