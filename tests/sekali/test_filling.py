"""A new agency's first hours: its empty copy is filled by COPY, exactly once, and goes on as any other."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from asyncpg import UniqueViolationError
from sqlalchemy import BigInteger, Column, DateTime, MetaData, Table, Text, Uuid, text

from sekali import outbox
from sekali.binary_rows import Row
from sekali.database import Database
from sekali.filling import LEAST, Filling
from sekali.inbox import Inbox
from sekali.lane import Lane
from sekali.testing import eventually
from tests.sekali.town import Town, counting, rows

PARCELS = Table(
    "parcel", MetaData(), Column("parcel_id", Uuid, primary_key=True), Column("version", BigInteger),
    Column("as_of", DateTime(timezone=True)), Column("use", Text), Column("heard_at", DateTime(timezone=True)),
)  # fmt: skip
AT = 1_700_000_000_123


@pytest_asyncio.fixture
async def database(agency_database: Callable[[], str]) -> AsyncIterator[Database]:
    made = Database(agency_database())
    async with made.transaction() as session:
        await session.execute(
            text("""create table parcel (parcel_id uuid primary key, version bigint, as_of timestamptz, use text,
                                         heard_at timestamptz)""")
        )
    yield made
    await made.close()


def filling() -> Filling:
    return Filling(PARCELS, ["parcel_id", "version", "as_of", "use"], {2: "timestamp-millis"}, always=3)


def parcels(count: int, use: str | None = "garden") -> list[Row]:
    return [(uuid4(), 1, AT, use) for _ in range(count)]


async def take(database: Database, one: Filling, said: list[Row]) -> bool:
    lane = Lane(database)
    try:
        async with lane.transaction_after("") as (session, _):
            return await one.take(session, said)
    finally:
        await lane.close()


async def held(database: Database) -> list[tuple[UUID, datetime, str]]:
    async with database.transaction() as session:
        return [(row.parcel_id, row.as_of, row.use) for row in await session.execute(text("select * from parcel"))]


async def test_an_empty_copy_is_filled_with_times_as_times(database: Database) -> None:
    said = parcels(LEAST)
    assert await take(database, filling(), said)
    assert sorted(await held(database)) == sorted(
        (row[0], datetime.fromtimestamp(AT / 1000, UTC), "garden") for row in said
    )


async def test_a_small_batch_and_a_copy_that_holds_something_are_left_to_the_upsert(database: Database) -> None:
    one = filling()
    assert not await take(database, one, parcels(LEAST - 1))
    assert await take(database, one, parcels(LEAST))
    assert not await take(database, filling(), parcels(LEAST))  # of a process that began later
    assert len(await held(database)) == LEAST


async def test_a_batch_with_a_key_that_is_there_is_refused_whole_and_the_third_is_the_last(database: Database) -> None:
    one, first = filling(), parcels(LEAST)
    assert await take(database, one, first)
    for _ in range(3):
        with pytest.raises(UniqueViolationError):
            await take(database, one, [*parcels(LEAST), first[0]])
    assert len(await held(database)) == LEAST
    assert not await take(database, one, parcels(LEAST))


async def test_a_row_that_fits_no_column_is_its_own_error_and_stores_nothing(database: Database) -> None:
    with pytest.raises(Exception, match=r"invalid byte sequence|0x00"):
        await take(database, filling(), [*parcels(LEAST), *parcels(1, "NUL\0")])
    assert await held(database) == []


async def test_a_bank_that_begins_late_has_every_parcel_in_its_last_state(town: Town) -> None:
    """Some are said twice, one waits for its survey, one can be written nowhere."""
    many, waiting = 2 * LEAST, uuid4()
    followed: list[UUID] = []

    async def follow(_: object, keys: list[UUID]) -> None:
        followed.extend(keys)

    def declared(of: Town) -> Inbox:
        return of.inbox(follow)

    async with town.open_land() as land:
        async with land.transaction() as session:
            await outbox.put(session, town.survey(waiting, 250))
            keys = [uuid4() for _ in range(many)]
            await outbox.put(session, *(town.parcel(key, 1, "garden", "MELATI CONTOH") for key in keys))
            await outbox.put(session, *(town.parcel(key, 2, "shop", "MELATI CONTOH") for key in keys[:5]))
            await outbox.put(session, town.parcel(uuid4(), 1, "NUL\0", None), town.parcel(waiting, 1, "shop", "SARI"))
        async with town.open_bank(declared) as bank:
            await eventually(counting(bank, "parcel", many + 1), "all parcels are there")
            await eventually(counting(bank, "survey", 1), "the survey that waited is entered")
            uses = {row.parcel_id: (row.version, row.use) for row in await rows(bank, "parcel")}
            assert [uses[key] for key in keys[:6]] == [(2, "shop")] * 5 + [(1, "garden")]
            assert [row.cause for row in await rows(bank, "dead_letter")] == ["NOT_APPLICABLE"]
            assert set(followed) == {*keys, waiting}
            async with land.transaction() as session:
                await outbox.put(session, *(town.parcel(key, 3, "field", None) for key in keys))

            async def all_are_fields() -> bool:
                return {row.use for row in await rows(bank, "parcel") if row.parcel_id != waiting} == {"field"}

            await eventually(all_are_fields, "later states arrive as ever")
