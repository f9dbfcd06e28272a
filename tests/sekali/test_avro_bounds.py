"""A schema that would hold its readers up is refused before anything is read by it, in words that name nothing."""

from pathlib import Path
from typing import Any

import pytest

from sekali.avro_bounds import Boundless, refuse_boundless
from sekali.contracts import Catalogue

ROOT = Path(__file__).parents[2]
CATALOGUE = Catalogue.load(ROOT)
EVERY = [one.schema for many in CATALOGUE.revisions.values() for one in many]
EVERY += [one.schema for one in CATALOGUE.contracts.values()]


def record(*kinds: Any, name: str = "land.Parcel") -> dict[str, Any]:
    fields = [{"name": f"f{number}", "type": kind} for number, kind in enumerate(kinds)]
    return {"type": "record", "name": name, "fields": fields}


def bursting(levels: int) -> dict[str, Any]:
    """Nine of nine of nine …: a kilobyte of text for each few levels."""
    inner: Any = "long"
    for level in range(levels):
        name = inner if isinstance(inner, str) else inner["name"]
        inner = record(inner, *[name] * 8, name=f"L{level}")
    return record(inner)


def deep(levels: int) -> dict[str, Any]:
    kind: Any = "long"
    for _ in range(levels):
        kind = {"type": "array", "items": kind}
    return record(kind)


EMPTY = record(name="Empty")
BAD: dict[str, tuple[Any, str]] = {
    "nine to the third": (bursting(4), "more than 5000 types"),
    "nine to the fiftieth": (bursting(50), "types|deep"),
    "holds itself": (record(["null", record(["null", "Node"], name="Node")]), "holds itself"),
    "holds itself at once": (record(record("x.Node", name="x.Node")), "holds itself"),
    "nulls": (record({"type": "array", "items": "null"}), "take no bytes"),
    "empty records": (record({"type": "array", "items": EMPTY}), "take no bytes"),
    "records of empty records": (record(EMPTY, {"type": "array", "items": record("Empty", name="X")}), "no bytes"),
    "fixed of nothing": (record({"type": "array", "items": {"type": "fixed", "name": "Z", "size": 0}}), "no bytes"),
    "inside a sealed group": (
        record(
            ["null", {"type": "bytes", "logicalType": "sealed", "seals": record({"type": "array", "items": "null"})}]
        ),
        "take no bytes",
    ),
    "deep": (deep(100), "deep"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_would_hold_a_reader_up_is_refused(name: str) -> None:
    schema, words = BAD[name]
    with pytest.raises(Boundless, match=words) as refused:
        refuse_boundless(schema)
    assert "Node" not in str(refused.value)


@pytest.mark.parametrize("schema", EVERY, ids=lambda one: f"{one['namespace']}-{one['name']}")
def test_every_schema_of_ours_is_taken(schema: dict[str, Any]) -> None:
    refuse_boundless(schema)


def test_what_is_large_and_ends_is_taken() -> None:
    refuse_boundless(record(*["long"] * 4_000))
    refuse_boundless(
        record({"type": "array", "items": ["null", "string"]}, {"type": "map", "values": "null"}, deep(20))
    )
    refuse_boundless(record(EMPTY, "Empty"))
