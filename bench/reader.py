"""A real subscriber in a process of its own: it joins its group, waits for the others, then reads to the end.

Timed from the first polled batch to the last commit, as its own database tells of it.
"""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from bench.busy import Stretch
from bench.carrier import MEGABYTE
from bench.place import RESIDENT, Place
from bench.tracer import traced_as
from bench.waiting import until
from sekali import listening
from sekali.bus import Bus

Ends = Mapping[int, int]
"""Offset behind the last record to read, by partition."""
GONE = "select coalesce(sum(next_offset), 0)::bigint from inbox_offset where topic = $1 and partition = any($2::int[])"


@dataclass(frozen=True, slots=True)
class Reading:
    """Times by the machine's monotonic clock: `called` when the bus was started, `began` at the first polled batch,
    `ended` when the last commit was seen. `offsets` were gone through; `busy` cores of the machine were in use, `own`
    of them by this process.
    """

    called: float
    began: float
    ended: float
    offsets: int
    busy: float
    own: float
    memory: list[float]
    """Resident megabytes, looked at every few milliseconds; the first one before anything was polled."""

    @property
    def rate(self) -> float:
        return self.offsets / (self.ended - self.began)


class _Gate:
    """Nothing is polled before all members of the group have their partitions."""

    def __init__(self, bus: Bus) -> None:
        self.open = asyncio.Event()
        self.began = 0.0
        self.consumer: AIOKafkaConsumer | None = None
        self._hold_polls()
        self._note_first(bus)

    def _hold_polls(self) -> None:
        poll = listening.EagerBatchSubscriber.get_msg

        async def get_msg(subscriber: Any, consumer: AIOKafkaConsumer) -> tuple[ConsumerRecord, ...]:
            self.consumer = consumer
            await self.open.wait()
            return await poll(subscriber, consumer)

        listening.EagerBatchSubscriber.get_msg = get_msg  # type: ignore[method-assign, assignment]

    def _note_first(self, bus: Bus) -> None:
        subscription = bus.subscriptions[RESIDENT]
        take = subscription.take

        async def noted(consumer: AIOKafkaConsumer, poll: Any) -> None:
            self.began = self.began or time.monotonic()
            await take(consumer, poll)

        subscription.take = noted  # type: ignore[method-assign]

    async def assigned(self, partitions: int) -> list[int]:
        async def is_so() -> bool:
            return self.consumer is not None and len(self.consumer.assignment()) == partitions

        await until(is_so)
        assert self.consumer is not None
        return sorted(place.partition for place in self.consumer.assignment())


async def read(
    place: Place,
    reader: str,
    *,
    ends: Ends | None = None,
    member: int = 1,
    members: int = 1,
    meeting: Path | None = None,
    collector: str | None = None,
) -> Reading:
    """Read up to `ends`, or the log's ends. `members` processes share the partitions and begin together.

    `meeting`: an empty folder where they tell each other that they are ready.
    """
    with traced_as(reader, collector):
        bus = place.bus(reader, str(member))
        gate, called = _Gate(bus), time.monotonic()
        await bus.start()
        try:
            mine = await gate.assigned(place.catalogue.cards[RESIDENT].partitions // members)
            if meeting is not None:
                await _meet(meeting, member, members)
            return await _timed(place, reader, gate, await _until(gate, mine, ends), called)
        finally:
            await bus.stop()


async def _meet(meeting: Path, member: int, members: int) -> None:
    async def all_are_here() -> bool:
        return len([*meeting.iterdir()]) == members  # noqa: ASYNC240  # a folder of two files

    (meeting / str(member)).touch()
    await until(all_are_here)


async def _until(gate: _Gate, mine: list[int], ends: Ends | None) -> Ends:
    """Where each assigned partition ends."""
    if ends is not None:
        return {partition: ends[partition] for partition in mine}
    assert gate.consumer is not None
    log = await gate.consumer.end_offsets([TopicPartition(RESIDENT, partition) for partition in mine])
    return {one.partition: end for one, end in log.items()}


async def _timed(place: Place, reader: str, gate: _Gate, ends: Ends, called: float) -> Reading:
    sql, process, memory = await place.sql(reader), psutil.Process(), list[float]()
    ask = await sql.prepare(GONE)
    target, last = sum(ends.values()), 0

    async def is_there() -> bool:
        nonlocal last
        last = await ask.fetchval(RESIDENT, list(ends))
        memory.append(process.memory_info().rss / MEGABYTE)
        return bool(last >= target)

    try:
        await is_there()
        first, stretch = last, Stretch()
        gate.open.set()
        ended = await until(is_there)
    finally:
        await sql.close()
    cores = stretch.cores(ended - gate.began)
    return Reading(called, gate.began, ended, last - first, cores.machine, cores.own, memory)
