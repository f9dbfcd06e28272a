"""A connection that was severed on the way, so that we did not hear of it, holds up nobody for long."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
from asyncpg import PostgresConnectionError
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError

from faults.stand.network import Silent
from faults.stand.proxy import Proxy
from sekali import severed
from sekali.database import Database, is_worth_retrying
from sekali.lane import Lane
from sekali.testing import eventually
from tests.sekali.town import Town, counting

ASKING = text("select exists (select from pg_stat_activity where wait_event = 'PgSleep')")


@pytest.fixture
async def proxies() -> AsyncIterator[Callable[[str], tuple[Proxy, str]]]:
    """A way to the database of a URL, and the URL by that way."""
    made: list[Proxy] = []

    def to(url: str) -> tuple[Proxy, str]:
        straight = make_url(url)
        proxy = Proxy(f"{straight.host}:{straight.port}")
        proxy.begin()
        made.append(proxy)
        host, _, port = proxy.address.rpartition(":")
        return proxy, straight.set(host=host, port=int(port)).render_as_string(hide_password=False)

    yield to
    for one in made:
        await one.close()


@pytest.fixture
async def way(agency_database: Callable[[], str], proxies: Callable[[str], tuple[Proxy, str]]) -> tuple[Proxy, str]:
    return proxies(agency_database())


async def test_a_statement_that_would_wait_for_ever_fails_and_can_be_tried_again(way: tuple[Proxy, str]) -> None:
    proxy, url = way
    database = Database(url)
    assert await database.severed.look() == 0  # it has a connection of its own, which is severed too
    with pytest.raises(DBAPIError) as refused:
        async with database.transaction() as session:
            await session.execute(text("select 1"))
            assert await database.severed.look() == 0
            proxy.leave_half_open()
            waiting = asyncio.create_task(session.execute(text("select 2")))

            async def unheard() -> bool:
                return proxy.unheard > 0

            await eventually(unheard, "the statement was said to nobody")
            assert not waiting.done()
            assert await database.severed.look() == 1
            await waiting
    assert is_worth_retrying(refused.value)
    async with database.transaction() as session:
        assert await session.scalar(text("select 3")) == 3
    assert proxy.half_open == 0
    await database.close()


async def test_a_lane_goes_on_by_another_connection(way: tuple[Proxy, str]) -> None:
    proxy, url = way
    database = Database(url)
    lane = Lane(database)
    async with lane.transaction_after("select 1"):
        pass
    proxy.leave_half_open()
    looking = asyncio.create_task(_looked(database))
    with pytest.raises(PostgresConnectionError):
        async with lane.transaction_after("select 1"):
            pass
    async with lane.transaction_after("select 1") as (_, status):
        assert status == "SELECT 1"
    assert await looking == 1
    await lane.close()
    await database.close()


async def _looked(database: Database) -> int:
    """As soon as a statement waits."""
    await asyncio.sleep(0)
    return await database.severed.look()


async def test_a_statement_may_take_long_and_a_session_may_rest(way: tuple[Proxy, str]) -> None:
    database = Database(way[1])
    async with database.transaction() as resting, database.transaction() as session:
        await resting.execute(text("select 1"))
        slow = asyncio.create_task(session.execute(text("select pg_sleep(1)")))
        while not slow.done():
            assert await database.severed.look() == 0
            await asyncio.sleep(0.1)
        await slow
        await resting.execute(text("select 1"))
    await database.close()


async def test_a_severed_connection_that_rests_is_found_too(way: tuple[Proxy, str]) -> None:
    proxy, url = way
    database = Database(url)
    async with database.transaction() as one, database.transaction() as two:
        for session in (one, two):
            await session.execute(text("select 1"))
    proxy.leave_half_open()
    assert await database.severed.look() == 2
    async with database.transaction() as session:
        assert await session.scalar(text("select 1")) == 1
    await database.close()


async def test_where_nobody_answers_nothing_is_ended(way: tuple[Proxy, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(severed, "ASK_SECONDS", 0.2)
    proxy, url = way
    database = Database(url)
    async with database.transaction() as session:
        before = await session.scalar(text("select pg_backend_pid()"))
        async with proxy.under(Silent()):
            with pytest.raises(TimeoutError):
                await database.severed.look()
        assert await session.scalar(text("select pg_backend_pid()")) == before
    await database.close()


async def test_who_stops_while_it_asks_stops(way: tuple[Proxy, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A service that was told to stop once went on looking for ever."""
    monkeypatch.setattr(severed, "THERE", text("select pg_sleep(60) where cast(:pids as int[]) is not null"))
    monkeypatch.setattr(severed, "ASK_SECONDS", 60.0)
    database = Database(way[1])

    async def asks() -> bool:
        async with database.transaction() as session:  # its view of the others is made once
            return bool(await session.scalar(ASKING))

    assert not await asks()  # from here on there is a session to ask about
    looking = asyncio.create_task(database.severed.look())
    await eventually(asks, "it asks")
    looking.cancel()
    async with asyncio.timeout(5.0):
        await asyncio.wait([looking])
    assert looking.cancelled()
    await database.close()


async def test_the_server_looks_after_us_likewise(agency_database: Callable[[], str]) -> None:
    """Else the sessions of a machine that is gone, and their locks, stand for two hours."""
    database = Database(agency_database())
    async with database.transaction() as session:
        shown = [
            await session.scalar(text(f"show tcp_{name}"))
            for name in ("keepalives_idle", "keepalives_interval", "keepalives_count", "user_timeout")
        ]
    assert shown == ["10", "5", "3", "25000"]
    await database.close()


async def test_owner_and_subscriber_go_on_behind_a_network_that_was_cut(
    town: Town, proxies: Callable[[str], tuple[Proxy, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(severed, "LOOK_SECONDS", 0.2)
    ways = {agency: proxies(url) for agency, url in town.databases.items()}
    town.databases = {agency: url for agency, (_, url) in ways.items()}
    async with town.open_land() as land, town.open_bank() as bank:
        async with land.transaction() as session:
            await town.register(session, "field", "Melati CONTOH")
        await eventually(counting(bank, "parcel", 1), "the bank has heard of the field")
        for proxy, _ in ways.values():
            assert proxy.leave_half_open() > 0

        async def registered() -> bool:
            try:
                async with land.transaction() as session:
                    await town.register(session, "garden", "Sari CONTOH")
            except Exception as error:
                assert is_worth_retrying(error)
                return False
            return True

        async def known() -> bool:
            try:
                return bool(await counting(bank, "parcel", 2)())
            except Exception as error:
                assert is_worth_retrying(error)
                return False

        await eventually(registered, "land has a living connection again")
        await eventually(known, "the bank has heard of the garden")
