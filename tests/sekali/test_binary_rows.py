"""Rows that are packed by made code arrive in PostgreSQL as what asyncpg makes of the same values."""

import asyncio
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sekali.binary_rows import Column, Row, packer

TIME = "timestamp with time zone"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
AT = 1_700_000_000_123_456
SIGNS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=300)
Kind = tuple[Column, st.SearchStrategy[Any], Callable[[Any], Any]]


def same(value: Any) -> Any:
    return value


def long(bits: int) -> st.SearchStrategy[int]:
    return st.integers(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)


KINDS: dict[str, Kind] = {
    "id": (Column("uuid"), st.uuids(), same),
    "other": (Column("uuid", "uuid"), st.uuids().map(str), UUID),
    "version": (Column("bigint"), long(64), same),
    "floor": (Column("integer"), long(32), same),
    "rooms": (Column("smallint"), long(16), same),
    "area": (Column("double precision"), st.floats(allow_nan=False), same),
    "gone": (Column("boolean"), st.booleans(), same),
    "as_of": (Column(TIME, "timestamp-millis"), st.integers(-(10**13), 10**13),
              lambda value: EPOCH + timedelta(milliseconds=value)),
    "sold_at": (Column(TIME, "timestamp-micros"), st.integers(-(10**16), 10**16),
                lambda value: EPOCH + timedelta(microseconds=value)),
    "built_on": (Column("date", "date"), st.integers(-700_000, 2_900_000),
                 lambda value: date.fromordinal(EPOCH.toordinal() + value)),
    "use": (Column("text"), SIGNS, same),
    "street": (Column("character varying"), SIGNS, same),
    "papers": (Column("jsonb"), st.sampled_from(["{}", '{"pages": 7}', "[1, 2]"]), same),
    "plan": (Column("bytea"), st.binary(max_size=300), same),
}  # fmt: skip


@pytest.fixture
def url(agency_database: Callable[[], str]) -> str:
    return agency_database().replace("+asyncpg", "")


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[Column], list[Row]]:
    """(columns, their kinds, rows): some lead and are never null, behind them all may be."""
    names = draw(st.permutations(sorted(KINDS)))[: draw(st.integers(1, len(KINDS)))]
    never_null = draw(st.integers(0, len(names)))
    columns = [KINDS[name][0]._replace(nullable=place >= never_null) for place, name in enumerate(names)]
    values = [KINDS[name][1] if place < never_null else st.none() | KINDS[name][1] for place, name in enumerate(names)]
    return names, columns, draw(st.lists(st.tuples(*values), max_size=30))


async def both_ways(
    url: str, names: list[str], columns: list[Column], rows: list[Row]
) -> tuple[list[asyncpg.Record], list[asyncpg.Record]]:
    pack = packer(columns)
    assert pack is not None
    heard_at = EPOCH + timedelta(microseconds=AT)
    plain = [
        (*(None if value is None else KINDS[name][2](value) for name, value in zip(names, row, strict=True)), heard_at)
        for row in rows
    ]
    listed = ", ".join(f"{name} {column.kind}" for name, column in zip(names, columns, strict=True))
    sql = await asyncpg.connect(url)
    try:
        for table in ("packed", "plain"):
            await sql.execute(f"create temporary table {table} ({listed}, heard_at {TIME})")
        body: Any = memoryview(pack(rows, AT))
        await sql.copy_to_table("packed", source=body, format="binary")
        await sql.copy_records_to_table("plain", records=plain)
        return await sql.fetch("select * from packed"), await sql.fetch("select * from plain")
    finally:
        await sql.close()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tables())
def test_packed_rows_are_read_as_what_asyncpg_writes(
    url: str, drawn: tuple[list[str], list[Column], list[Row]]
) -> None:
    packed, plain = asyncio.run(both_ways(url, *drawn))
    assert packed == plain


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("id", "no uuid"), ("other", "no uuid"), ("version", 2**63), ("version", "7"), ("version", 0.5),
        ("floor", 2**31), ("rooms", 2**15), ("area", "wide"), ("gone", "yes"), ("gone", 7), ("as_of", 2**62),
        ("built_on", 2**40), ("use", 7), ("use", "\ud800"), ("use", b"garden"), ("street", UUID(int=1)), ("papers", {}),
        ("plan", "paper"),
    ],
)  # fmt: skip
def test_what_fits_no_column_is_never_packed_as_something_else(kind: str, value: Any) -> None:
    for nullable in (True, False):
        pack = packer([KINDS[kind][0]._replace(nullable=nullable)])
        assert pack is not None
        with pytest.raises(Exception):  # noqa: B017  # which one depends on the kind
            pack([(value,)], AT)


def test_null_where_it_may_not_stand_and_a_row_of_another_length_are_refused() -> None:
    pack = packer([Column("uuid", nullable=False), Column("text")])
    assert pack is not None
    for row in [(None, "garden"), (UUID(int=1),), (UUID(int=1), "garden", "shop")]:
        with pytest.raises((AttributeError, ValueError)):
            pack([row], AT)


def test_a_type_that_is_not_known_is_left_to_others() -> None:
    assert packer([Column("uuid"), Column("numeric")]) is None
    assert packer([Column("date")]) is None  # a day as Python's own, not as Avro's number
