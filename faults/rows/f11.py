"""F11: not a byte is left on the disk of the broker's log, or of the database; later there is room again.

The servers' data lie on small file systems of their own, which a file fills to the last byte and keeps full.
The server says it in its log, the bus in its own; nothing that was acknowledged is lost, and all goes on by itself.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from random import Random
from typing import NamedTuple

import asyncpg

from faults.confined import confined
from faults.row import Blow, Row
from faults.stand import country, room
from faults.stand.children import NotStruck
from faults.stand.stand import Stand
from faults.stand.standstill import Lines
from sekali.testing import NeverHappened, eventually

FULL = "no byte is left"
NO_SPACE = "No space left on device"
FULL_SECONDS = 30.0
SAID_SECONDS = 45.0
"""A producer tries for 20 s before it gives a batch up."""
AGAIN_SECONDS = 0.1
# Else PostgreSQL would fill the file system by itself, with a log of up to 1 GB.
SMALL_LOG = ("alter system set max_wal_size = '96MB'", "select pg_reload_conf()")


class Told(NamedTuple):
    """Words of the bus, of which one stands in the log of one of these agencies."""

    words: Sequence[str]
    agencies: Sequence[str]


SAYS: Mapping[str, Told] = {
    "kafka": Told(("Kafka has acknowledged nothing for", "The relay stopped and begins again"), country.OWNERS),
    "postgres": Told(("DiskFullError",), country.AGENCIES),
}


def plan(chance: Random, count: int) -> Sequence[Blow]:
    """In turn, either of them first. `number`: seconds that it lasts behind the bus's word."""
    servers = chance.sample(sorted(SAYS), len(SAYS))
    return [Blow(FULL, servers[one % len(servers)], round(chance.uniform(1.0, 5.0), 1)) for one in range(count)]


async def first(stand: Stand) -> None:
    sql = await asyncpg.connect(stand.place.platform.admin.postgres_url)
    try:
        for statement in SMALL_LOG:
            await sql.execute(statement)
    finally:
        await sql.close()


async def strike(stand: Stand, blow: Blow) -> None:
    server = Lines(stand.place.platform.place.logs / f"{blow.whom}.log")
    said = [Lines(child) for child in stand.children if child.agency in SAYS[blow.whom].agencies]

    async def told() -> bool:
        return any([await one.say(words) for one in said for words in SAYS[blow.whom].words])

    async with _full(room.Ballast(room.folder(stand.place.folders.state, blow.whom))):
        try:
            await eventually(lambda: server.say(NO_SPACE), f"{blow.whom} says that its disk is full", FULL_SECONDS)
        except NeverHappened as never:
            raise NotStruck(str(never)) from None
        try:
            await eventually(told, f"the bus says what a full disk of {blow.whom} means to it", SAID_SECONDS)
        except NeverHappened as never:
            stand.found.setdefault("F11", []).append(str(never))
        await stand.works(blow.number)


@asynccontextmanager
async def _full(ballast: room.Ballast) -> AsyncIterator[None]:
    """And stays so, whatever the server gives up meanwhile."""

    async def fill() -> None:
        while True:
            await asyncio.to_thread(ballast.fill)
            await asyncio.sleep(AGAIN_SECONDS)

    filling = asyncio.create_task(fill())
    try:
        yield
    finally:
        filling.cancel()
        with suppress(asyncio.CancelledError):
            await filling
        ballast.drop()


ROW = Row(
    "F11",
    "a full disk at the broker's log, and at the database",
    full=4,
    smoke=1,
    holds=("I1", "I2", "I3", "I4", "I5", "I6", "I9"),
    plan=plan,
    strike=strike,
    first=first,
    group=2,
    alone=confined("F11"),
)
