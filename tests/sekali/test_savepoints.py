"""Savepoints in one round trip each: what they undo, and that none of them is prepared."""

from collections.abc import AsyncIterator, Callable

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from sekali.database import Database, is_worth_retrying
from sekali.lane import Lane

NOTE = text("insert into note values (:number)")
NOTES = text("select number from note order by number")
PREPARED = text("select count(*) from pg_prepared_statements where statement ~* '^(savepoint|release)'")


@pytest.fixture
async def database(agency_database: Callable[[], str]) -> AsyncIterator[Database]:
    made = Database(agency_database())
    async with made.transaction() as session:
        await session.execute(text("create table note (number int primary key)"))
    yield made
    await made.close()


async def _notes(database: Database) -> list[int]:
    async with database.transaction() as session:
        return list((await session.scalars(NOTES)).all())


async def _one_fails(session: AsyncSession) -> None:
    """1 stands, 2 twice does not, 3 stands."""
    await session.execute(NOTE, {"number": 1})
    with pytest.raises(Exception, match="duplicate key"):
        async with session.begin_nested():
            await session.execute(NOTE, {"number": 2})
            await session.execute(NOTE, {"number": 2})
    async with session.begin_nested():
        await session.execute(NOTE, {"number": 3})


async def test_what_failed_is_undone_and_what_stands_beside_it_stays(database: Database) -> None:
    async with database.transaction() as session:
        await _one_fails(session)
    assert await _notes(database) == [1, 3]


async def test_the_same_in_a_lane_and_none_is_prepared(database: Database) -> None:
    lane = Lane(database)
    async with lane.transaction_after("select 1") as (session, _):
        await _one_fails(session)
        for number in range(10, 20):
            async with session.begin_nested():
                await session.execute(NOTE, {"number": number})
        assert await session.scalar(PREPARED) == 0
    await lane.close()
    assert await _notes(database) == [1, 3, *range(10, 20)]


async def test_a_savepoint_that_is_the_first_statement_is_in_a_transaction(database: Database) -> None:
    with pytest.raises(KeyError):
        async with database.transaction() as session:
            async with session.begin_nested():
                await session.execute(NOTE, {"number": 1})
            raise KeyError
    assert not await _notes(database)


async def test_a_server_that_is_away_is_worth_another_try(database: Database) -> None:
    with pytest.raises(Exception) as ended:  # the driver's or SQLAlchemy's, whoever saw it first
        async with database.transaction() as session:
            await session.execute(NOTE, {"number": 1})
            async with session.begin_nested():
                await session.execute(text("select pg_terminate_backend(pg_backend_pid())"))
    assert is_worth_retrying(ended.value)
    assert not await _notes(database)
