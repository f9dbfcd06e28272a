"""Reading the outbox while others write: each row once, a key's rows in order, whoever commits late."""

import asyncio
import random
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import asyncpg
import pytest_asyncio

from sekali import migrations
from sekali.database import Database
from sekali.outgoing import Outgoing

SAY = """
    insert into outbox (id, aggregatetype, aggregateid, type, revision, version)
    select gen_random_uuid(), 'parcel', $1, 'parcel', 1, version from generate_series($2::bigint, $3::bigint) version
"""
WRITERS, USE_CASES, KEYS = 8, 60, 5


class Office:
    """A database with an outbox; each clerk writes by a connection of their own."""

    def __init__(self, url: str) -> None:
        self._url = url.replace("+asyncpg", "")
        self._clerks: list[Any] = []

    async def clerk(self) -> Any:
        self._clerks.append(await asyncpg.connect(self._url))
        return self._clerks[-1]

    async def close(self) -> None:
        for clerk in self._clerks:
            await clerk.close()


@pytest_asyncio.fixture
async def office(agency_database: Callable[[], str]) -> AsyncIterator[Office]:
    url = agency_database()
    database, library = Database(url), Path(migrations.__file__).parent
    await database.migrate([library / "versions"], library)
    await database.close()
    made = Office(url)
    yield made
    await made.close()


async def say(clerk: Any, key: str, first: int, last: int | None = None) -> None:
    await clerk.execute(SAY, key, first, last or first)


async def read(outgoing: Outgoing) -> list[tuple[str, int]]:
    """(key, version) of what the next read brings."""
    return [(row[2].decode(), int(row[6] or 0)) for row in await outgoing.read()]


async def test_a_row_that_commits_late_comes_before_the_next_of_its_key(office: Office) -> None:
    melati, sari = await office.clerk(), await office.clerk()
    outgoing = Outgoing(await office.clerk())
    late = melati.transaction()
    await late.start()
    await say(melati, "garden", 1)
    await say(sari, "field", 1)
    assert await read(outgoing) == [("field", 1)]
    await late.commit()
    await say(sari, "garden", 2)
    assert await read(outgoing) == [("garden", 1), ("garden", 2)]
    assert await read(outgoing) == []


async def test_what_commits_late_and_fills_more_than_a_page_comes_whole_and_once(office: Office) -> None:
    melati, sari, joko = [await office.clerk() for _ in range(3)]
    outgoing = Outgoing(await office.clerk(), page=4)
    early, late = joko.transaction(), melati.transaction()
    await early.start()
    await say(joko, "house", 1)
    await late.start()
    await say(melati, "garden", 1, 9)
    await say(sari, "field", 1)
    assert await read(outgoing) == [("field", 1)]
    await late.commit()
    await say(sari, "garden", 10)
    found = await read(outgoing)
    await early.commit()
    await say(sari, "house", 2)
    for _ in range(4):
        found += await read(outgoing)
    assert [version for key, version in found if key == "garden"] == list(range(1, 11))
    assert [version for key, version in found if key == "house"] == [1, 2]
    assert len(found) == 12


async def test_who_only_looks_does_not_hold_the_floor_and_who_writes_does(office: Office) -> None:
    """Under the floor lie the dead rows that no vacuum takes while somebody looks."""
    melati, sari, auditor = [await office.clerk() for _ in range(3)]
    outgoing = Outgoing(await office.clerk())
    looking = auditor.transaction(isolation="repeatable_read")
    await looking.start()
    await auditor.fetchval("select count(*) from outbox")
    await say(sari, "field", 1, 100)
    assert len(await read(outgoing)) == 100
    await read(outgoing)
    assert outgoing.floor == 100
    late = melati.transaction()
    await late.start()
    await say(melati, "garden", 1)
    await say(sari, "field", 101, 200)
    assert len(await read(outgoing)) == 100
    await read(outgoing)
    await read(outgoing)
    assert outgoing.floor == 100, "Melati's row stands at 101, not yet to be seen"
    await late.commit()
    assert await read(outgoing) == [("garden", 1)]
    await read(outgoing)
    assert outgoing.floor == 201
    await looking.rollback()


async def test_whoever_inserts_has_a_number_before_a_position(office: Office) -> None:
    """The floor rests on it: else a position could be taken by a transaction that no snapshot knows."""
    clerk = await office.clerk()
    await clerk.execute("""
        create function told() returns bigint language plpgsql as
            'begin return pg_current_xact_id_if_assigned()::text::bigint; end';
        alter table outbox add column number bigint
    """)
    async with clerk.transaction():
        assert await clerk.fetchval("select told()") is None
        await clerk.execute("""
            insert into outbox (id, aggregatetype, aggregateid, type, revision, number)
            select gen_random_uuid(), 'parcel', 'garden', 'parcel', 1, told() from generate_series(1, 1)
        """)
        assert await clerk.fetchval("select number = xid from outbox")


async def test_eight_clerks_who_commit_out_of_order_and_give_up_at_times(office: Office) -> None:
    """Each use case takes the key's lock, so its versions stand in order; one in ten is rolled back."""
    watcher = await office.clerk()
    await watcher.execute("create table parcel (key text primary key, version bigint not null)")
    await watcher.executemany("insert into parcel values ($1, 0)", [(f"key {number}",) for number in range(KEYS)])
    chance, over = random.Random(7), asyncio.Event()
    outgoing = Outgoing(await office.clerk(), page=7)

    async def work(clerk: Any, chance: random.Random) -> None:
        for _ in range(USE_CASES):
            case = clerk.transaction()
            await case.start()
            key = f"key {chance.randrange(KEYS)}"
            moved = "update parcel set version = version + 3 where key = $1 returning version"
            version = await clerk.fetchval(moved, key)
            await say(clerk, key, version - 2, version)
            await clerk.fetchval("select pg_sleep($1)", chance.random() / 200)
            await (case.rollback() if chance.random() < 0.1 else case.commit())

    async def carried() -> list[tuple[str, int]]:
        said = []
        while True:
            rows = await read(outgoing)
            said += rows
            if not rows and over.is_set():
                return said

    reading = asyncio.create_task(carried())
    seeds = [random.Random(chance.random()) for _ in range(WRITERS)]
    clerks = [await office.clerk() for _ in seeds]
    await asyncio.gather(*(work(clerk, seed) for clerk, seed in zip(clerks, seeds, strict=True)))
    over.set()
    of_key: dict[str, list[int]] = defaultdict(list)
    for key, version in await asyncio.wait_for(reading, 30.0):
        of_key[key].append(version)
    ends = {row["key"]: row["version"] for row in await watcher.fetch("select key, version from parcel")}
    assert of_key == {key: list(range(1, end + 1)) for key, end in ends.items()}
    assert outgoing.floor > 0
