"""Which errors of the database pass by themselves, and which are the data's."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from sekali import database as databases
from sekali.database import Database, after_commit, is_worth_retrying, now
from sekali.testing import eventually


@pytest.mark.parametrize(
    ("statement", "value"),
    [
        ("select cast(:value as int)", 2**40),
        ("select cast(:value as text)", "NUL\0CONTOH"),
        ("select cast(:value as uuid)", "no uuid"),
        ("select 1 / cast(:value as int)", 0),
        ("select * from nowhere where :value = 1", 1),
    ],
)
async def test_what_is_wrong_with_a_value_is_not_tried_again(
    agency_database: Callable[[], str], statement: str, value: object
) -> None:
    database = Database(agency_database())
    with pytest.raises(DBAPIError) as refused:
        async with database.transaction() as session:
            await session.execute(text(statement), {"value": value})
    await database.close()
    assert not is_worth_retrying(refused.value)
    assert "CONTOH" not in str(refused.value)


async def test_a_session_that_is_terminated_is_worth_another_try(agency_database: Callable[[], str]) -> None:
    database = Database(agency_database())
    with pytest.raises(DBAPIError) as ended:
        async with database.transaction() as session:
            await session.execute(text("select pg_terminate_backend(pg_backend_pid())"))
    assert is_worth_retrying(ended.value)
    async with database.transaction() as session:
        assert (await session.execute(text("select 1"))).scalar_one() == 1
    await database.close()


async def test_connections_that_were_ended_while_they_rested_are_handed_to_nobody(
    agency_database: Callable[[], str],
) -> None:
    url = agency_database()
    database, other = Database(url), Database(url)
    async with database.transaction() as one, database.transaction() as two:
        ended = [await session.scalar(text("select pg_backend_pid()")) for session in (one, two)]

    async def gone() -> bool:
        async with other.transaction() as session:
            left = text("select count(*) from pg_stat_activity where pid = any(:ended)")
            return not await session.scalar(left, {"ended": ended})

    async with other.transaction() as session:
        await session.execute(
            text("select pg_terminate_backend(pid) from unnest(cast(:ended as int[])) pid"), {"ended": ended}
        )
    await eventually(gone, "the server has ended both")
    for _ in ended:
        assert await _backend(database) not in ended
    for one_ in (database, other):
        await one_.close()


async def test_a_connection_that_rested_long_is_asked_first(
    agency_database: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(agency_database())
    first = await _backend(database)
    assert await _backend(database) == first
    monkeypatch.setattr(databases, "ASKED_AFTER_SECONDS", -1.0)
    assert await _backend(database) == first

    def silent(_connection: object) -> None:
        raise database.engine.dialect.loaded_dbapi.OperationalError("no answer")

    monkeypatch.setattr(database.engine.dialect, "do_ping", silent)
    assert await _backend(database) != first
    await database.close()


async def _backend(database: Database) -> int:
    async with database.transaction() as session:
        return int((await session.execute(text("select pg_backend_pid()"))).scalar_one())


async def test_a_database_that_is_not_there_is_worth_another_try() -> None:
    database = Database("postgresql+asyncpg://nobody:hidden@127.0.0.1:1/none")
    with pytest.raises(OSError) as refused:
        async with database.transaction() as session:
            await session.execute(text("select 1"))
    assert is_worth_retrying(refused.value)


async def test_what_waits_for_the_commit_is_called_once_and_not_at_a_savepoint(
    agency_database: Callable[[], str],
) -> None:
    called: list[str] = []

    def call() -> None:
        called.append("committed")

    database = Database(agency_database(), clock=lambda: datetime(2026, 11, 22, tzinfo=UTC))
    async with database.transaction() as session:
        async with session.begin_nested():
            after_commit(session, call)
            await session.execute(text("select 1"))
        after_commit(session, call)
        assert called == []
        assert now(session) == datetime(2026, 11, 22, tzinfo=UTC)
    assert called == ["committed"]
    with pytest.raises(ZeroDivisionError):
        async with database.transaction() as session:
            after_commit(session, call)
            _ = 1 / 0
    assert called == ["committed"]
    await database.close()
