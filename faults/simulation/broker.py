"""Kafka as far as a relay and its readers see it: partitions in memory, batches that arrive late, twice or never."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from contextvars import Context
from typing import Any, NamedTuple

from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.errors import OutOfOrderSequenceNumber, RequestTimedOutError
from aiokafka.structs import RecordMetadata

from faults.simulation.schedule import ACTOR, Actor, Schedule

LOST, UNANSWERED, UNSAID = 0.04, 0.06, 0.05
"""Of the batches: never written; written, and the producer does not hear of it; written at a place that is not said."""
LATE, LATEST = 0.6, 300
"""Of the batches of a relay that has ended: written later, by so many steps at most."""
LONGEST_BATCH, LONGEST_FETCH = 4, 6


class Said(NamedTuple):
    """A record on its way."""

    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]


class Broker:
    """`faults`: whether batches get lost. `pending`: how many are on their way."""

    def __init__(self, schedule: Schedule, partitions: Mapping[str, int]) -> None:
        self.schedule = schedule
        self.partitions = partitions
        self.log: dict[TopicPartition, list[Any]] = {
            TopicPartition(topic, number): [] for topic, count in partitions.items() for number in range(count)
        }
        self.faults = True
        self.pending = 0
        self._actor = Actor("kafka")
        self._more = asyncio.Event()

    def append(self, place: TopicPartition, said: Sequence[Said]) -> int:
        """The offset of the first."""
        log = self.log[place]
        begin = len(log)
        for one in said:
            sizes = (len(one.key or b""), len(one.value or b""))
            place_of = (place.topic, place.partition, len(log), one.timestamp, 0)
            log.append(ConsumerRecord(*place_of, one.key, one.value, None, *sizes, tuple(one.headers)))
        self.schedule.tell("kafka", f"{place.topic}[{place.partition}]@{begin} and {len(said) - 1} more")
        self._more.set()
        self._more = asyncio.Event()
        return begin

    async def more(self, seconds: float) -> None:
        """Until something was written somewhere, or so long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._more.wait()

    async def deliver(
        self, producer: "Producer", place: TopicPartition, batch: "Batch", before: "asyncio.Task[None] | None"
    ) -> None:
        """Behind the batch `before` of the same partition; also when the producer's process has ended."""
        schedule, chance = self.schedule, self.schedule.chance
        try:
            if before is not None:
                await asyncio.wait([before])
            what = f"takes {len(batch.said)} of {producer.actor.name} for {place.topic}[{place.partition}]"
            await schedule.turn(self._actor, what)
            if not producer.actor.alive:
                if chance.random() > LATE:
                    producer.broken.add(place)
                await schedule.turn(self._actor, f"{what}, late", chance.randrange(LATEST))
            self._write(producer, place, batch, chance.random() if self.faults else 1.0)
        finally:
            self.pending -= 1

    def _write(self, producer: "Producer", place: TopicPartition, batch: "Batch", fate: float) -> None:
        if fate < LOST:
            producer.broken.add(place)
        if place in producer.broken:
            _fail(batch, OutOfOrderSequenceNumber())
            return
        offset = self.append(place, batch.said)
        if fate < LOST + UNANSWERED:
            _fail(batch, RequestTimedOutError())
            return
        if fate < LOST + UNANSWERED + UNSAID:
            offset = -1
        if not batch.taken.done():
            batch.taken.set_result(RecordMetadata(place.topic, place.partition, place, offset, None, 0, 0))


class Batch:
    """`taken`: what the producer hears of it."""

    def __init__(self, room: int, taken: "asyncio.Future[RecordMetadata]") -> None:
        self.said: list[Said] = []
        self.taken = taken
        self._room = room

    def append(
        self, *, timestamp: int, key: bytes | None, value: bytes | None, headers: Sequence[tuple[str, bytes]]
    ) -> object:
        """None where it is full."""
        if len(self.said) >= self._room:
            return None
        self.said.append(Said(timestamp, key, value, list(headers)))
        return True


class Producer:
    """In the place of aiokafka's."""

    def __init__(self, broker: Broker, **_: Any) -> None:
        self.actor = ACTOR.get()
        self.last: dict[TopicPartition, asyncio.Task[None]] = {}
        self.broken: set[TopicPartition] = set()
        """Where a batch of it was not written: the broker misses its sequence number, and takes none behind it."""
        self._broker = broker

    async def start(self) -> None:
        await self._broker.schedule.turn(self.actor, "begins a producer")

    async def stop(self) -> None:
        """Behind what is on its way."""
        if self.actor.alive and self.last:
            await asyncio.wait(list(self.last.values()))

    async def partitions_for(self, topic: str) -> set[int]:
        return set(range(self._broker.partitions[topic]))

    def create_batch(self) -> Batch:
        schedule = self._broker.schedule
        return Batch(schedule.chance.randint(1, LONGEST_BATCH), schedule.loop.create_future())

    async def send_batch(self, batch: Batch, topic: str, *, partition: int) -> "asyncio.Future[RecordMetadata]":
        place = TopicPartition(topic, partition)
        self._broker.pending += 1
        delivery = self._broker.deliver(self, place, batch, self.last.get(place))
        self.last[place] = self._broker.schedule.loop.create_task(delivery, context=Context())
        return batch.taken


def _fail(batch: Batch, error: Exception) -> None:
    if not batch.taken.done():
        batch.taken.set_exception(error)
        batch.taken.exception()  # nobody may be there to ask
