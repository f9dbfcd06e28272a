"""Carries outbox rows to Kafka: read in order, publish, delete exactly the acknowledged ones.

Nothing is remembered from one relay to the next: what was not deleted is read from the beginning, and sent once more.
One relay works at a time, under an advisory lock; `log.py` notices when another wrote all the same.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any

from aiokafka import AIOKafkaProducer
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from sekali import metrics
from sekali.contracts import Catalogue
from sekali.database import Database
from sekali.errors import SekaliError
from sekali.flight import Flight
from sekali.kafka import REQUEST_MS, Connection
from sekali.log import Acknowledged, AnotherRelay, Current, OwnLog
from sekali.outgoing import PAGE, Outgoing
from sekali.registry import Registry
from sekali.sending import Frames, Sender, SendFailed, acknowledged

LARGEST_BATCH = 1_000_000  # bytes; the broker's message.max.bytes is 1 MiB
POLL_SECONDS = 0.25
SOON_SECONDS = 0.002
"""Behind the last row: what is committed here wakes the relay, what another process says is looked for so soon."""
DELETE_SECONDS = 0.05
"""Nobody waits for a deletion: at 300 events a second one transaction takes 15 of them."""
IDLE_CHECK_SECONDS = 5.0
BACK_OFF_SECONDS = (0.2, 5.0)
LASTED_SECONDS = 10.0
"""What fails after so long is another failure than the one before it."""

logger = logging.getLogger(__name__)

# Nobody is told of this commit: a crash of the database that loses it brings rows and expected offsets back together.
# The rows are sent once more, in order, and the hole is mended. So no service's commit waits in line behind its fsync.
LAZILY = "set synchronous_commit = off"
DELETE = text("delete from outbox where position = any(cast(:positions as bigint[]))")
# Both or nothing, in one round trip, where no hole is to be mended.
FORGET = """
    with expected as (
        select * from unnest($1::text[], $2::int[], $3::bigint[], $4::bigint[]) as _ (topic, partition, expected, ends)
    ), held as materialized (
        select topic, partition, ends from relay_offset join expected using (topic, partition)
        where next_offset = expected for update of relay_offset
    ), moved as (
        update relay_offset set next_offset = held.ends from held
        where relay_offset.topic = held.topic and relay_offset.partition = held.partition
          and (select count(*) from held) = cardinality($1::text[])
        returning 1
    ), gone as (
        delete from outbox where position = any($5::bigint[]) and (select count(*) from held) = cardinality($1::text[])
    )
    select count(*) from moved
"""


class Relay:
    """One agency's relay. `wake()` after a commit; `run()` for as long as the service lives."""

    def __init__(
        self,
        agency: str,
        *,
        database: Database,
        catalogue: Catalogue,
        registry: Registry,
        connection: Connection,
        current: Mapping[str, Current],
    ) -> None:
        self._agency = agency
        self._database = database
        self._catalogue = catalogue
        self._registry = registry
        self._connection = connection
        self._current = current
        self._wake = asyncio.Event()
        self._frames: Frames = {}
        self.trouble: str | None = None

    def wake(self) -> None:
        self._wake.set()

    async def run(self) -> None:
        """Carry until cancelled; whatever fails is tried again, and nothing is lost meanwhile."""
        loop, wait = asyncio.get_running_loop(), BACK_OFF_SECONDS[0]
        while True:
            begun = loop.time()
            try:
                await self._carry()
            except Exception as error:
                if loop.time() - begun > LASTED_SECONDS:
                    wait = BACK_OFF_SECONDS[0]
                cause = _first(error)
                told = str(cause) if isinstance(cause, SekaliError) else type(cause).__name__
                self.trouble = f"waits: {told}"
                metrics.RELAY_FAILURES.labels(type(cause).__name__).inc()
                logger.warning("The relay stopped and begins again in %.1f s: %s", wait, told)
            else:
                wait = BACK_OFF_SECONDS[0]
            await asyncio.sleep(wait)
            wait = min(wait * 2, BACK_OFF_SECONDS[1])

    async def _carry(self) -> None:
        async with AsyncExitStack() as stack:
            reading = await stack.enter_async_context(self._connected())
            if not await self._lock(reading):
                self.trouble = None
                await asyncio.sleep(1.0)
                return
            deleting = await stack.enter_async_context(self._connected())
            await deleting.execute(text(LAZILY))
            producer = AIOKafkaProducer(
                **self._connection,
                client_id=f"{self._agency}.relay",
                acks="all",
                enable_idempotence=True,
                max_batch_size=LARGEST_BATCH,
                request_timeout_ms=REQUEST_MS,
            )
            stack.push_async_callback(producer.stop)
            await producer.start()
            own = OwnLog(
                agency=self._agency,
                catalogue=self._catalogue,
                connection=self._connection,
                producer=producer,
                database=self._database,
                current=self._current,
            )
            await stack.enter_async_context(own)
            sender = Sender(self._agency, self._catalogue, self._registry, producer, self._frames)
            self.trouble = None
            flight = Flight()
            async with asyncio.TaskGroup() as group:
                group.create_task(self._send(Outgoing(await _driver(reading), PAGE), sender, flight, own))
                group.create_task(self._delete(await _driver(deleting), flight, own))

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[AsyncConnection]:
        """Closed afterwards, not given back to the pool: locks and settings end with their session."""
        async with self._database.engine.connect() as connection:
            try:
                yield await connection.execution_options(isolation_level="AUTOCOMMIT")
            finally:
                await connection.invalidate()

    async def _lock(self, connection: AsyncConnection) -> bool:
        answer = await connection.execute(text("select pg_try_advisory_lock(hashtext('sekali.relay'))"))
        return bool(answer.scalar_one())

    async def _send(self, outgoing: Outgoing, sender: Sender, flight: Flight, own: OwnLog) -> None:
        """Without end. While nothing flies, the log's ends are looked at, and the outbox from its beginning."""
        loop = asyncio.get_running_loop()
        checked = loop.time()
        while True:
            self._wake.clear()
            metrics.RELAY_SWEEPS.inc()
            if rows := await outgoing.read():
                await flight.put(await sender.send(rows))
                if len(rows) < PAGE:  # the producer gets the loop first, and the database nothing to do in vain
                    await _until(self._wake, SOON_SECONDS)
                continue
            if flight.is_empty and loop.time() - checked > IDLE_CHECK_SECONDS:
                await own.check()
                outgoing.again()
                checked = loop.time()
            await _until(self._wake, POLL_SECONDS)

    async def _delete(self, connection: Any, flight: Flight, own: OwnLog) -> None:
        """Behind the sender, in its order: one transaction takes all that is acknowledged by then."""
        while True:
            taken = await flight.take(DELETE_SECONDS)
            batches, failure = await acknowledged(taken)
            if batches:
                await self._forget(connection, batches, own)
            if failure is not None:
                raise SendFailed(f"Kafka did not take a batch ({type(failure).__name__}); it is sent again.")
            flight.landed(taken)

    async def _forget(self, connection: Any, batches: Sequence[Acknowledged], own: OwnLog) -> None:
        positions = [position for one in batches for position in one.positions]
        moved, holes = await own.moving(batches)
        if holes:
            async with self._database.transaction() as session:
                await own.mend(session, holes, moved)
                await session.execute(DELETE, {"positions": positions})
        elif await connection.fetchval(FORGET, *own.swapped(moved), positions) != len(moved):
            raise AnotherRelay
        own.moved(moved)
        for one in batches:
            metrics.RELAY_EVENTS.labels(one.topic).inc(len(one.positions))
            metrics.RELAY_BATCHES.labels(one.topic).inc()


async def _driver(connection: AsyncConnection) -> Any:
    """asyncpg's own connection: it reads rows 3 times as fast as SQLAlchemy."""
    return (await connection.get_raw_connection()).driver_connection


async def _until(event: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()


def _first(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
