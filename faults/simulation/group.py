"""Readers of the broker in memory, and who of a group reads what."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

from aiokafka import ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import IllegalStateError, NoOffsetForPartitionError

from faults.simulation.broker import LONGEST_FETCH, Broker
from faults.simulation.loop import BEGIN
from faults.simulation.schedule import ACTOR, Actor

WALL = 1_800_000_000.0
"""Seconds since 1970 at the beginning of a story."""


class Consumer:
    """In the place of aiokafka's, for the relay's look into its own log and for who hears."""

    def __init__(self, broker: Broker, group: "Group | None" = None, **_: Any) -> None:
        self.actor = ACTOR.get()
        self.positions: dict[TopicPartition, int | None] = {}
        self._broker = broker
        self._group = group

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    def assign(self, places: Iterable[TopicPartition]) -> None:
        self.positions = dict.fromkeys(sorted(places))

    def assignment(self) -> set[TopicPartition]:
        return set(self.positions)

    def seek(self, place: TopicPartition, offset: int) -> None:
        if place not in self.positions:
            raise IllegalStateError(f"No current assignment for {place}")
        self.positions[place] = offset

    async def position(self, place: TopicPartition) -> int:
        return self.positions[place] or 0

    async def beginning_offsets(self, places: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        await self._broker.schedule.turn(self.actor, "asks where the log begins")
        return dict.fromkeys(places, 0)

    async def end_offsets(self, places: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        await self._broker.schedule.turn(self.actor, "asks where the log ends")
        return {place: len(self._broker.log[place]) for place in places}

    def highwater(self, place: TopicPartition) -> int:
        return len(self._broker.log[place])

    def last_poll_timestamp(self, _: TopicPartition) -> int:
        return int((WALL + self._broker.schedule.loop.now - BEGIN) * 1000)

    def partitions_for_topic(self, topic: str) -> set[int]:
        return set(range(self._broker.partitions[topic]))

    async def commit(self, ends: Mapping[TopicPartition, int]) -> None:
        assert self._group is not None
        self._group.committed.update(ends)

    async def getmany(
        self, *places: TopicPartition, timeout_ms: int = 0, max_records: int | None = None
    ) -> dict[TopicPartition, list[Any]]:
        """Some of what is there, cut anywhere; nothing after so long."""
        if not self._something(places):
            await self._broker.more(timeout_ms / 1000)
            if not self._something(places):
                return {}
        schedule, topics = self._broker.schedule, sorted({place.topic for place in places or self.positions})
        await schedule.turn(self.actor, f"polls {', '.join(topics)}")
        found: dict[TopicPartition, list[Any]] = {}
        for place in sorted(places or self.positions):
            begin = self.positions[place]
            if begin is None:
                raise NoOffsetForPartitionError(place)
            if records := self._broker.log[place][begin : begin + schedule.chance.randint(1, LONGEST_FETCH)]:
                found[place] = records
                self.positions[place] = begin + len(records)
        return found

    def _something(self, places: Iterable[TopicPartition]) -> bool:
        return any(
            self.positions[place] is None or len(self._broker.log[place]) > (self.positions[place] or 0)
            for place in places or self.positions
        )


class Member:
    """A process that hears a topic."""

    def __init__(self, actor: Actor, consumer: Consumer, listener: ConsumerRebalanceListener) -> None:
        self.actor = actor
        self.consumer = consumer
        self._listener = listener

    async def revoked(self) -> None:
        await self._listener.on_partitions_revoked(self.consumer.assignment())
        self.consumer.assign([])

    async def assigned(self, places: Mapping[TopicPartition, int | None]) -> None:
        self.consumer.positions = dict(places)
        await self._listener.on_partitions_assigned(set(places))


class Group:
    """Of one topic at one agency. Who sleeps while partitions are dealt anew keeps what it had, and does not know."""

    def __init__(self, broker: Broker, topic: str) -> None:
        self.topic = topic
        self.members: list[Member] = []
        self.committed: dict[TopicPartition, int] = {}
        self._broker = broker

    async def deal(self) -> None:
        schedule = self._broker.schedule
        there = [one for one in self.members if one.actor.alive and one.actor.sleeps <= schedule.steps]
        for one in there:
            await one.revoked()
        places = [TopicPartition(self.topic, number) for number in range(self._broker.partitions[self.topic])]
        schedule.chance.shuffle(there)
        for number, one in enumerate(there):
            mine = {place: self.committed.get(place) for place in places[number :: len(there)]}
            schedule.tell(one.actor.name, f"is given {len(mine)} of {self.topic}")
            begin = one.actor.context.run(asyncio.ensure_future, one.assigned(mine))
            begin.add_done_callback(_heard)


def _heard(task: "asyncio.Task[None]") -> None:
    if not task.cancelled():
        task.exception()
