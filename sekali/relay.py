"""Carries outbox rows to Kafka: read in order, publish, delete exactly the acknowledged ones.

There is no cursor across sweeps: a row that commits late has a lower position, and the next sweep still finds it.
One relay works at a time, under an advisory lock; `log.py` notices when another wrote all the same.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack

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
from sekali.sending import Sender, SendFailed, Sending, acknowledged

PAGE = 2_000
IN_FLIGHT = 4
LARGEST_BATCH = 1_000_000  # bytes; the broker's message.max.bytes is 1 MiB
POLL_SECONDS = 0.25
IDLE_CHECK_SECONDS = 5.0
BACK_OFF_SECONDS = (0.2, 5.0)

logger = logging.getLogger(__name__)

HIGHEST = text("select max(position) from outbox")
ROWS = text("""
    select position, id, aggregatetype, aggregateid, payload, revision, fingerprint, version, tracingspancontext,
           cast(extract(epoch from created_at) * 1000 as bigint) as said_at
    from outbox where position > :after and position <= :high order by position limit :page
""")
DELETE = text("delete from outbox where position = any(cast(:positions as bigint[]))")


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
        while True:
            self._wake.clear()
            carried = await self._sweep(connection, sender, own)
            if carried:
                continue
            if loop.time() - checked > IDLE_CHECK_SECONDS:
                await own.check()
                checked = loop.time()
            try:
                await asyncio.wait_for(self._wake.wait(), POLL_SECONDS)
            except TimeoutError:
                continue

    async def _lock(self, connection: AsyncConnection) -> bool:
        answer = await connection.execute(text("select pg_try_advisory_lock(hashtext('sekali.relay'))"))
        return bool(answer.scalar_one())

    async def _sweep(self, connection: AsyncConnection, sender: Sender, own: OwnLog) -> int:
        """Carry what is visible now; rows that commit meanwhile are the next sweep's. Returns how many went."""
        high = (await connection.execute(HIGHEST)).scalar_one()
        if high is None:
            return 0
        pages: asyncio.Queue[list[Sending] | None] = asyncio.Queue(IN_FLIGHT)
        async with asyncio.TaskGroup() as group:
            deleting = group.create_task(self._delete(pages, own))
            after = 0
            while after < high:
                found = await connection.execute(ROWS, {"after": after, "high": high, "page": PAGE})
                rows = found.all()
                if not rows:
                    break
                after = rows[-1].position
                await pages.put(await sender.send(rows))
            await pages.put(None)
        metrics.RELAY_SWEEPS.inc()
        return deleting.result()

    async def _delete(self, pages: "asyncio.Queue[list[Sending] | None]", own: OwnLog) -> int:
        """Behind the sender, in its order: one transaction takes all that is acknowledged by then."""
        deleted, more = 0, True
        while more:
            taken = [await pages.get()]
            while not pages.empty():
                taken.append(pages.get_nowait())
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
            moved = await own.move(session, batches)
            await session.execute(DELETE, {"positions": positions})
        own.moved(moved)
        for one in batches:
            metrics.RELAY_EVENTS.labels(one.topic).inc(len(one.positions))
            metrics.RELAY_BATCHES.labels(one.topic).inc()
        return len(positions)


def _first(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
