"""The real relay in a process of its own, timed from the commit that fills the outbox to the last deletion."""

import asyncio
import time
from dataclasses import dataclass

import psutil

from bench import stock
from bench.busy import Cores, Stretch
from bench.place import OWNER, Place
from bench.stock import Sql, Traced
from bench.tracer import traced_as
from bench.waiting import until
from sekali import metrics
from sekali.collector import calm
from sekali.contracts import Catalogue
from sekali.database import Database
from sekali.log import Current
from sekali.registry import Registry
from sekali.relay import POLL_SECONDS, Relay

MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Carried:
    """`seconds` for so many `rows`; resident megabytes at rest before them, and the most while they were carried.

    `cores` were in use meanwhile.
    """

    rows: int
    seconds: float
    rest: float
    most: float
    cores: Cores

    @property
    def rate(self) -> float:
        return self.rows / self.seconds


async def carry(
    place: Place, count: int, *, traced: Traced = "carried", times: int = 1, collector: str | None = None
) -> Carried:
    """The stock's rows, `times` over, which become visible all at once to a relay that runs idle.

    `collector`: where spans go; None for tracing off.
    """
    calm()  # as a service does when it starts
    sql = await stock.emptied(place)
    with traced_as(OWNER, collector):
        database = Database(place.settings(OWNER).database_url)
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
            async with sql.transaction():
                for again in range(times):
                    await stock.fill(sql, count, traced, again)
                await stock.settle(place)
                await idle(sql)
            carried = await _carried(relay, count * times)
            if await sql.fetchval("select exists(select from outbox)"):
                raise RuntimeError("the relay says that all rows went, and some are still there")
            return carried
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            await database.close()
            await registry.close()
            await sql.close()


async def idle(sql: Sql) -> None:
    """Until the relay knows its log, and has found the outbox empty."""

    async def has_begun() -> bool:
        return bool(await sql.fetchval("select exists(select from relay_offset)"))

    await until(has_begun)
    await asyncio.sleep(2 * POLL_SECONDS)


async def _carried(relay: Relay, rows: int) -> Carried:
    process = psutil.Process()
    rest = most = process.memory_info().rss / MEGABYTE

    async def all_are() -> bool:
        nonlocal most
        if relay.trouble:
            raise RuntimeError(f"the relay {relay.trouble}")
        most = max(most, process.memory_info().rss / MEGABYTE)
        return _sent() >= rows

    begun, stretch = time.monotonic(), Stretch()
    relay.wake()
    seconds = await until(all_are) - begun
    return Carried(rows, seconds, rest, most, stretch.cores(seconds))


def _sent() -> float:
    """Of this one metric: to ask for all of them reads /proc, and takes 1 % of what is measured."""
    samples = (sample for metric in metrics.RELAY_EVENTS.collect() for sample in metric.samples)
    return sum(sample.value for sample in samples if sample.name.endswith("_total"))


def nothing_is_mended(catalogue: Catalogue) -> dict[str, Current]:
    async def refused(*_: object) -> list[object]:
        raise AssertionError("nobody else writes into this log")

    return {card.topic: refused for card in catalogue.says(OWNER)}  # type: ignore[misc]
