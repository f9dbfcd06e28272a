"""Savepoints in one round trip each: what they undo, and that none of them is prepared."""

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from sekali.database import Database, is_worth_retrying
from sekali.lane import Lane
from tests.sekali.notebook import noted

NOTE = text("insert into note values (:number)")
PREPARED = text("select count(*) from pg_prepared_statements where statement ~* '^(savepoint|release)'")


async def _one_fails(session: AsyncSession) -> None:
    """1 stands, 2 twice does not, 3 stands."""
    await session.execute(NOTE, {"number": 1})
    with pytest.raises(Exception, match="duplicate key"):
        async with session.begin_nested():
            await session.execute(NOTE, {"number": 2})
            await session.execute(NOTE, {"number": 2})
    async with session.begin_nested():
        await session.execute(NOTE, {"number": 3})


async def test_what_failed_is_undone_and_what_stands_beside_it_stays(notebook: Database) -> None:
    async with notebook.transaction() as session:
        await _one_fails(session)
    assert await noted(notebook) == [1, 3]


async def test_the_same_in_a_lane_and_none_is_prepared(notebook: Database) -> None:
    lane = Lane(notebook)
    async with lane.transaction_after("select 1") as (session, _):
        await _one_fails(session)
        for number in range(10, 20):
            async with session.begin_nested():
                await session.execute(NOTE, {"number": number})
        assert await session.scalar(PREPARED) == 0
    await lane.close()
    assert await noted(notebook) == [1, 3, *range(10, 20)]


async def test_a_savepoint_that_is_the_first_statement_is_in_a_transaction(notebook: Database) -> None:
    with pytest.raises(KeyError):
        async with notebook.transaction() as session:
            async with session.begin_nested():
                await session.execute(NOTE, {"number": 1})
            raise KeyError
    assert not await noted(notebook)


async def test_a_server_that_is_away_is_worth_another_try(notebook: Database) -> None:
    with pytest.raises(Exception) as ended:  # the driver's or SQLAlchemy's, whoever saw it first
        async with notebook.transaction() as session:
            await session.execute(NOTE, {"number": 1})
            async with session.begin_nested():
                await session.execute(text("select pg_terminate_backend(pg_backend_pid())"))
    assert is_worth_retrying(ended.value)
    assert not await noted(notebook)
