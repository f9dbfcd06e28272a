"""A lane is one connection for many transactions: what ends it, or the work on it, leaves nothing half done behind."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
from asyncpg import PostgresError
from sqlalchemy import text

from sekali.database import DRIVER, Database, after_commit, is_worth_retrying
from sekali.lane import Lane
from sekali.testing import eventually
from tests.sekali.notebook import noted

NOTE = "insert into note values ({}) on conflict do nothing"


@pytest.fixture
async def lane(notebook: Database) -> AsyncIterator[Lane]:
    made = Lane(notebook)
    yield made
    await made.close()


async def backend(lane: Lane) -> int:
    async with lane.transaction_after("") as (session, _):
        return int(await session.info[DRIVER].fetchval("select pg_backend_pid()"))


async def test_one_connection_carries_transaction_after_transaction(lane: Lane, notebook: Database) -> None:
    first = await backend(lane)
    called: list[int] = []
    for number in (1, 2):
        async with lane.transaction_after(NOTE.format(number)) as (session, status):
            assert status == "INSERT 0 1"
            after_commit(session, lambda: called.append(1))
            assert number not in await noted(notebook)
        assert number in await noted(notebook)
    assert await backend(lane) == first
    assert called == [1, 1]


async def test_driver_and_session_are_in_the_same_transaction(lane: Lane, notebook: Database) -> None:
    with pytest.raises(ValueError, match="undone"):
        async with lane.transaction_after(NOTE.format(1)) as (session, _):
            await session.execute(text(NOTE.format(2)))
            await session.info[DRIVER].execute(NOTE.format(3))
            raise ValueError("undone")
    assert await noted(notebook) == []
    await backend(lane)


async def test_after_a_statement_that_failed_the_lane_goes_on(lane: Lane, notebook: Database) -> None:
    first = await backend(lane)
    with pytest.raises(PostgresError) as wrong:
        async with lane.transaction_after(NOTE.format(1)) as (session, _):
            await session.info[DRIVER].execute("select 1 / 0")
    assert not is_worth_retrying(wrong.value)
    assert await backend(lane) == first
    assert await noted(notebook) == []


async def test_a_connection_that_is_ended_in_the_middle_is_replaced(lane: Lane, notebook: Database) -> None:
    first = await backend(lane)
    with pytest.raises(PostgresError) as ended:
        async with lane.transaction_after(NOTE.format(1)) as (session, _):
            await session.info[DRIVER].execute("select pg_terminate_backend(pg_backend_pid())")
    assert is_worth_retrying(ended.value)
    assert await backend(lane) != first
    assert await noted(notebook) == []


async def test_a_connection_that_was_ended_while_it_rested_is_noticed(lane: Lane, notebook: Database) -> None:
    first = await backend(lane)
    async with notebook.transaction() as session:
        await session.execute(text("select pg_terminate_backend(:first)"), {"first": first})

    async def another_answers() -> bool:
        try:
            return await backend(lane) != first
        except Exception as error:  # whatever asyncpg was doing when the server's word came
            assert is_worth_retrying(error), error
            return False

    await eventually(another_answers, "the lane has another connection")


async def test_who_is_cancelled_leaves_nothing_behind(lane: Lane, notebook: Database) -> None:
    async def work() -> None:
        async with lane.transaction_after(NOTE.format(1)) as (session, _):
            begun.set()
            await session.info[DRIVER].execute("select pg_sleep(60)")

    begun = asyncio.Event()
    task = asyncio.create_task(work())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await noted(notebook) == []
    await backend(lane)


async def test_a_closed_lane_gives_its_connection_back(notebook: Database, agency_database: Callable[[], str]) -> None:
    lane = Lane(notebook)
    first = await backend(lane)
    await lane.close()
    left = text("select exists (select from pg_stat_activity where pid = :first)")

    async def is_gone() -> bool:
        async with notebook.transaction() as session:
            return not await session.scalar(left, {"first": first})

    await eventually(is_gone, "the server knows of its end")
    assert notebook.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
    assert await backend(lane) != first
    await lane.close()
