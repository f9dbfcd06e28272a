"""In whatever order, however often and in whatever batches the records of a state come: the copy ends the same."""

import asyncio
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from asyncpg import UniqueViolationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from sekali import filling, migrations
from sekali.codec import Heard
from sekali.database import Database
from sekali.deadletter import StoredRecord
from sekali.inbox import Projection
from sekali.lane import Lane
from sekali.local.databases import create, drop
from sekali.local.platform import Platform
from sekali.local.secrets import new_password
from sekali.projection import Copy, last_versions
from tests.examples import examples
from tests.sekali.town import BANK_TABLES, bank_parcel

TOPIC = "land.parcel.v1"
KEYS = [UUID(int=number << 120 | number) for number in range(5)]
AT = 1_700_000_000_000
LIBRARY = Path(migrations.__file__).parent
TABLE = BANK_TABLES.split(";", maxsplit=1)[0]


class Said(NamedTuple):
    """A version of a parcel; what it says follows from both."""

    key: UUID
    version: int
    gone: bool

    @property
    def row(self) -> tuple[UUID, int, bool, str | None, str | None]:
        if self.gone:
            return (self.key, self.version, True, None, None)
        return (self.key, self.version, False, f"use {self.version}", None if self.version % 2 else "SARI CONTOH")

    def heard(self, place: int) -> Heard:
        value = None if self.gone else self.row[3:]
        record = StoredRecord(TOPIC, 0, place, AT + place, str(self.key).encode(), None, [])
        return Heard(record, self.key, UUID(int=place), self.version, value, None)


@st.composite
def told(draw: st.DrawFn) -> list[Said]:
    """Versions of a few parcels, some of them ends, in any order and some more than once."""
    ends = draw(st.sets(st.tuples(st.sampled_from(KEYS), st.integers(1, 6)), max_size=6))
    places = draw(st.lists(st.tuples(st.sampled_from(KEYS), st.integers(1, 6)), min_size=1, max_size=30))
    return [Said(key, version, (key, version) in ends) for key, version in places]


def last(said: Sequence[Said]) -> list[Said]:
    """The highest version of each key, in the order of keys."""
    return [max(one for one in said if one.key == key) for key in sorted({one.key for one in said})]


@settings(max_examples=examples(100), deadline=None)
@given(told())
def test_of_each_key_the_highest_version_is_left(said: list[Said]) -> None:
    found = last_versions([one.heard(place) for place, one in enumerate(said)])
    assert [(one.key, one.version, one.value is None) for one in found] == [tuple(one) for one in last(said)]


class Bench:
    """A database with one copy, one connection and one event loop for all examples."""

    def __init__(self, url: str) -> None:
        self._runner = asyncio.Runner()
        self._database = Database(url)
        self._lane = Lane(self._database)
        self._runner.run(self._made())

    async def _made(self) -> None:
        await self._database.migrate([LIBRARY / "versions"], LIBRARY)
        async with self._database.transaction() as session:
            await session.execute(text(TABLE))

    def ends_with(self, batches: Sequence[Sequence[Heard]], ways: Sequence[bool]) -> list[tuple[Any, ...]]:
        """The copy's rows behind the batches, each applied the fast way or the other."""
        return self._runner.run(self._ends_with(batches, ways))

    async def _ends_with(self, batches: Sequence[Sequence[Heard]], ways: Sequence[bool]) -> list[tuple[Any, ...]]:
        projection = Projection(TOPIC, bank_parcel, {"use": "use", "owner": "owner"})
        copy = Copy(projection)
        async with self._lane.transaction_after("truncate parcel"):
            pass
        for batch, fast in zip(batches, ways, strict=True):
            for _ in range(filling.DOUBLES + 1):
                try:
                    async with self._lane.transaction_after("select 1") as (session, _status):
                        await copy.apply(session, batch, fast=fast)
                except UniqueViolationError:  # a key was there: the batch comes again
                    continue
                break
        async with self._database.transaction() as session:
            rows = await session.execute(text("select parcel_id, version, gone, use, owner from parcel order by 1"))
            return [tuple(row) for row in rows]

    def close(self) -> None:
        self._runner.run(self._lane.close())
        self._runner.run(self._database.close())
        self._runner.close()


@pytest.fixture(scope="module")
def bench(platform: Platform) -> Iterator[Bench]:
    name = f"agency_{new_password()[:16]}"
    made = Bench(create(platform.admin, name, new_password()))
    yield made
    made.close()
    drop(platform.admin, name)


@pytest.fixture
def filled_by_few(monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty copy is filled by COPY, however small the batch."""
    monkeypatch.setattr(filling, "LEAST", 1)


def cut(heard: Sequence[Heard], places: Sequence[int]) -> list[Sequence[Heard]]:
    borders = [0, *sorted({place % len(heard) for place in places} - {0}), len(heard)]
    return [heard[begin:end] for begin, end in pairwise(borders)]


@settings(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=told(), places=st.lists(st.integers(0, 30), max_size=5), fast=st.lists(st.booleans(), min_size=6))
def test_any_batches_in_any_order_end_in_the_row_of_the_highest_version(
    bench: Bench, filled_by_few: None, said: list[Said], places: list[int], fast: list[bool]
) -> None:
    batches = cut([one.heard(place) for place, one in enumerate(said)], places)
    assert bench.ends_with(batches, fast[: len(batches)]) == [one.row for one in last(said)]
