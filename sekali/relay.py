"""Carries outbox rows to Kafka: read in order, publish, delete exactly the acknowledged ones.

There is no cursor across sweeps: a row that commits late has a lower position, and the next sweep still finds it.
One relay works at a time, under an advisory lock; `log.py` notices when another wrote all the same.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from typing import Protocol, cast

from aiokafka import AIOKafkaProducer
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from sekali import metrics
from sekali.contracts import Catalogue
from sekali.database import Database
from sekali.errors import SekaliError
from sekali.kafka import Connection
from sekali.log import Acknowledged, Current, OwnLog
from sekali.registry import Registry
from sekali.sending import Row, Sender, SendFailed, Sending, acknowledged

PAGE = 2_000
IN_FLIGHT = 4
SWEEP_SECONDS = 1.0
LARGEST_BATCH = 1_000_000  # bytes; the broker's message.max.bytes is 1 MiB
POLL_SECONDS = 0.25
IDLE_CHECK_SECONDS = 5.0
BACK_OFF_SECONDS = (0.2, 5.0)

logger = logging.getLogger(__name__)

# In PostgreSQL's words: the relay reads with asyncpg itself, in the order of `sending.Row`.
ROWS = """
    select position, aggregatetype, aggregateid, payload, revision, fingerprint, version::text, tracingspancontext,
           id::text, cast(extract(epoch from created_at) * 1000 as bigint)
    from outbox where position > $1 order by position limit $2
"""
# Nobody is told of this commit: a crash of the database that loses it brings rows and expected offsets back together.
# The rows are sent once more, in order, and the hole is mended. So no service's commit waits in line behind its fsync.
LAZILY = text("set local synchronous_commit = off")
DELETE = text("delete from outbox where position = any(cast(:positions as bigint[]))")


class Reading(Protocol):
    """asyncpg's connection, as far as it is used here: its rows are read 3 times as fast as SQLAlchemy's."""

    async def fetch(self, query: str, *arguments: object) -> list[Row]: ...


class Pages:
    """Pages of batches on their way to Kafka, in row order; `idle` is set while there is none."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[list[Sending] | None] = asyncio.Queue(IN_FLIGHT)
        self.idle = asyncio.Event()

    async def put(self, page: list[Sending] | None) -> None:
        self.idle.clear()
        await self._queue.put(page)

    async def take(self) -> list[list[Sending] | None]:
        """All that wait, at least one; whoever asks is done with what was taken before."""
        if self._queue.empty():
            self.idle.set()
        taken = [await self._queue.get()]
        while not self._queue.empty():
            taken.append(self._queue.get_nowait())
        return taken


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
        self.trouble: str | None = None

    def wake(self) -> None:
        self._wake.set()

    async def run(self) -> None:
        """Carry until cancelled; whatever fails is tried again, and nothing is lost meanwhile."""
        wait = BACK_OFF_SECONDS[0]
        while True:
            try:
                await self._carry()
            except Exception as error:
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
            connection = await stack.enter_async_context(self._database.engine.connect())
            connection = await connection.execution_options(isolation_level="AUTOCOMMIT")
            if not await self._lock(connection):
                self.trouble = None
                await asyncio.sleep(1.0)
                return
            # Closed, not given back to the pool: the lock ends with its session, whatever state that is in.
            stack.push_async_callback(connection.invalidate)
            producer = AIOKafkaProducer(
                **self._connection,
                client_id=f"{self._agency}.relay",
                acks="all",
                enable_idempotence=True,
                max_batch_size=LARGEST_BATCH,
                request_timeout_ms=20_000,
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
            sender = Sender(self._agency, self._catalogue, self._registry, producer)
            await self._work(connection, sender, own)

    async def _work(self, connection: AsyncConnection, sender: Sender, own: OwnLog) -> None:
        loop = asyncio.get_running_loop()
        checked = loop.time()
        self.trouble = None
        reading = cast(Reading, (await connection.get_raw_connection()).driver_connection)
        while True:
            if await self._sweep(reading, sender, own):
                continue
            if loop.time() - checked > IDLE_CHECK_SECONDS:
                await own.check()
                checked = loop.time()
            await _first_of(POLL_SECONDS, self._wake)

    async def _lock(self, connection: AsyncConnection) -> bool:
        answer = await connection.execute(text("select pg_try_advisory_lock(hashtext('sekali.relay'))"))
        return bool(answer.scalar_one())

    async def _sweep(self, reading: Reading, sender: Sender, own: OwnLog) -> int:
        """Carry what is visible, and what follows while that is on its way; returns how many went.

        It ends after a while in any case: rows that commit late with a lower position are the next sweep's.
        """
        loop = asyncio.get_running_loop()
        until, after = loop.time() + SWEEP_SECONDS, 0
        pages = Pages()
        async with asyncio.TaskGroup() as group:
            deleting = group.create_task(self._delete(pages, own))
            while True:
                self._wake.clear()
                if rows := await reading.fetch(ROWS, after, PAGE):
                    after = rows[-1][0]
                    await pages.put(await sender.send(rows))
                elif pages.idle.is_set() or not await _first_of(until - loop.time(), self._wake, pages.idle):
                    break
                if loop.time() > until:
                    break
            await pages.put(None)
        metrics.RELAY_SWEEPS.inc()
        return deleting.result()

    async def _delete(self, pages: Pages, own: OwnLog) -> int:
        """Behind the sender, in its order: one transaction takes all that is acknowledged by then."""
        deleted, more = 0, True
        while more:
            taken = await pages.take()
            more = taken[-1] is not None
            sendings = [sending for page in taken if page is not None for sending in page]
            batches, failure = await acknowledged(sendings)
            deleted += await self._forget(batches, own)
            if failure is not None:
                raise SendFailed(f"Kafka did not take a batch ({type(failure).__name__}); it is sent again.")
        return deleted

    async def _forget(self, batches: Sequence[Acknowledged], own: OwnLog) -> int:
        positions = [position for one in batches for position in one.positions]
        if not positions:
            return 0
        async with self._database.transaction() as session:
            await session.execute(LAZILY)
            moved = await own.move(session, batches)
            await session.execute(DELETE, {"positions": positions})
        own.moved(moved)
        for one in batches:
            metrics.RELAY_EVENTS.labels(one.topic).inc(len(one.positions))
            metrics.RELAY_BATCHES.labels(one.topic).inc()
        return len(positions)


async def _first_of(seconds: float, *events: asyncio.Event) -> bool:
    """Wait for one of the events, so long at most; whether the first of them is set."""
    waiting = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waiting, timeout=max(0.0, seconds), return_when=asyncio.FIRST_COMPLETED)
    finally:
        for one in waiting:
            one.cancel()
    return events[0].is_set()


def _first(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
