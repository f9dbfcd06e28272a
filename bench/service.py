"""Population as a service that says facts: its database with the outbox, and the relay that its commits wake."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bench import stock
from bench.carrier import idle, nothing_is_mended
from bench.place import OWNER, Place
from bench.stock import Sql
from sekali import collector, outbox
from sekali.database import Database
from sekali.registry import Registry
from sekali.relay import Relay


@dataclass(frozen=True, slots=True)
class Service:
    """`sql`: a connection beside, for what is not measured."""

    database: Database
    relay: Relay
    sql: Sql

    async def say(self, *events: outbox.Event) -> None:
        """One use case: one transaction."""
        async with self.database.transaction() as session:
            await outbox.put(session, *events)


@asynccontextmanager
async def serving(place: Place) -> AsyncIterator[Service]:
    """With an empty outbox and an idle relay."""
    collector.calm()  # as a service does when it starts
    sql = await stock.emptied(place)

    def wake() -> None:
        relay.wake()

    writer = outbox.Writer(OWNER, place.catalogue, place.keyring(OWNER), wake)
    database = Database(place.settings(OWNER).database_url, info={outbox.WRITER: writer})
    registry = Registry(place.platform.endpoints.registry.url)
    relay = Relay(
        OWNER,
        database=database,
        catalogue=place.catalogue,
        registry=registry,
        connection=place.kafka(),
        current=nothing_is_mended(place.catalogue),
    )
    running = asyncio.create_task(relay.run())
    try:
        await idle(sql)
        yield Service(database, relay, sql)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await database.close()
        await registry.close()
        await sql.close()
