"""A subscriber that was away for longer than the broker keeps tombstones notices it, and its copy is read anew.

It is level with a partition when it has applied all that the log held at a moment.
What was erased between two such moments it has heard of, unless more time than `delete.retention.ms` lies between them.
A running process goes by the monotonic clock; the next one by `inbox_offset.level_at`, which is written once a minute:
no event costs anything. It is written and read by the database's clock: that of a service may jump, and two differ.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from aiokafka import AIOKafkaConsumer, TopicPartition
from sqlalchemy import text

from sekali.agreement import Agreement, ContractEnded
from sekali.database import Database
from sekali.offsets import ASK_SECONDS, NEVER, Offsets
from sekali.rebuilding import Rebuilding
from sekali.trouble import waits

logger = logging.getLogger(__name__)
FRESH_SECONDS = 10.0
"""An end of the log that was told longer ago is not the end any more: the broker may be away."""
WRITE_SECONDS = 60.0
ASK_AGAIN_SECONDS = 3600.0

Kept = Callable[[], Awaitable[float]]
"""Asks how many seconds the broker keeps the topic's tombstones."""

# A row that a batch has just claimed is written the next time: who waits for several could block a batch, and it us.
# What lies ahead of the clock, for it was set back, would hide an absence until then.
WRITE = text("""
    with free as (
        select topic, partition, level_at from inbox_offset
        where topic = :topic and partition = any(cast(:partitions as int[])) for update skip locked
    )
    update inbox_offset
    set level_at =
        least(clock_timestamp(), greatest(free.level_at, clock_timestamp() - level.age * interval '1 second'))
    from free, unnest(cast(:partitions as int[]), cast(:ages as float8[])) as level (partition, age)
    where inbox_offset.topic = free.topic and inbox_offset.partition = free.partition
      and free.partition = level.partition
    returning inbox_offset.partition
""")


class Moment(NamedTuple):
    """Where the log ended, by the monotonic clock."""

    at: float
    end: int


class Absence:
    """Of one subscription to a state topic."""

    def __init__(
        self, rebuilding: Rebuilding, offsets: Offsets, *, database: Database, agreement: Agreement, kept: Kept
    ) -> None:
        self._rebuilding = rebuilding
        self._offsets = offsets
        self._database = database
        self._agreement = agreement
        self._ask = kept
        self._kept: tuple[float, float] | None = None
        self._moments: dict[TopicPartition, Moment] = {}
        self._cut: set[TopicPartition] = set()
        self._written: dict[TopicPartition, float] = {}
        """The level that the database knows."""

    async def look(self, consumer: AIOKafkaConsumer) -> None:
        """Once a second, beside the polls. While the contract does not stand nothing is judged, begun or ended."""
        try:
            self._agreement.check()
            kept = await self._kept_seconds()
            for place in sorted(consumer.assignment()):
                await self._look_at(consumer, place, kept)
            await self._write(min(WRITE_SECONDS, kept / 10))
        except ContractEnded:
            pass
        except Exception as error:  # a part is away, or the partitions were given to another: the next look comes soon
            level = logging.DEBUG if waits(error) else logging.WARNING
            logger.log(level, "%s: an absence could not be judged: %s", self._rebuilding.topic, type(error).__name__)

    async def _look_at(self, consumer: AIOKafkaConsumer, place: TopicPartition, kept: float) -> None:
        applied, level = self._offsets.applied(place), self._offsets.level.get(place)
        if applied is None or level is None or place in self._cut or place not in consumer.assignment():
            return
        moment = _told(consumer, place)
        if place in self._offsets.rebuilt:
            # All that was passed had been the last of its key until then: nothing else is in the log.
            if moment is not None and applied >= moment.end:
                await self._finish(consumer, place, applied)
        elif time.monotonic() - level > kept:
            await self._begin(consumer, place, kept)
        else:
            mark = self._moments.get(place) or moment
            if mark is not None and applied >= mark.end:
                self._offsets.level[place] = max(level, mark.at)
                mark = moment
            if mark is not None:
                self._moments[place] = mark

    async def _begin(self, consumer: AIOKafkaConsumer, place: TopicPartition, kept: float) -> None:
        async with asyncio.timeout(ASK_SECONDS):
            begin = (await consumer.beginning_offsets([place]))[place]
        if begin:
            self._cut.add(place)
            logger.error(
                "%s[%d]: away for longer than tombstones are kept, but the log begins at %d: who is gone from it was "
                "erased or only cut off, so no copy is touched. Look at who erases, and `sekali replay`.",
                place.topic, place.partition, begin,
            )  # fmt: skip
            return
        self._offsets.level[place] = time.monotonic() - await self._rebuilding.begin(place, kept)
        self._moments.pop(place, None)
        await self._offsets.seek(consumer, [place])

    async def _finish(self, consumer: AIOKafkaConsumer, place: TopicPartition, applied: int) -> None:
        partitions = len(consumer.partitions_for_topic(place.topic) or ())
        if partitions and await self._rebuilding.finish(place, self._offsets.rebuilt[place], applied, partitions):
            self._offsets.level.pop(place, None)
            await self._offsets.seek(consumer, [place])

    async def _kept_seconds(self) -> float:
        """Asked once an hour; while the broker does not answer, the last answer counts."""
        if self._kept is None or time.monotonic() - self._kept[0] > ASK_AGAIN_SECONDS:
            try:
                told = await self._ask()
            except Exception:
                if self._kept is None:
                    raise
                told = self._kept[1]
            self._kept = time.monotonic(), told
        return self._kept[1]

    async def _write(self, every: float) -> None:
        levels = {
            place: at for place, at in self._offsets.level.items() if at - self._written.get(place, NEVER) > every
        }
        if not levels:
            return
        async with self._database.transaction() as session:
            found = await session.execute(
                WRITE,
                {
                    "topic": self._rebuilding.topic,
                    "partitions": [place.partition for place in levels],
                    "ages": [time.monotonic() - at for at in levels.values()],
                },
            )
            written = set(found.scalars())
        self._written |= {place: at for place, at in levels.items() if place.partition in written}


def _told(consumer: AIOKafkaConsumer, place: TopicPartition) -> Moment | None:
    """What the last answer of the broker said; None where it was long ago."""
    asked, end = consumer.last_poll_timestamp(place), consumer.highwater(place)
    if asked is None or end is None:
        return None
    age = time.time() - asked / 1000
    return Moment(time.monotonic() - max(0.0, age), end) if abs(age) < FRESH_SECONDS else None
