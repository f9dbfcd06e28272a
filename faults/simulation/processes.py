"""The processes of a story: the children's own code with the real bus in it, begun, killed and begun again."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any

from faults.child.producer import Producer
from faults.child.subscriber import Subscriber
from faults.simulation.broker import Broker
from faults.simulation.cluster import Cluster
from faults.simulation.ground import OWNER, Ground
from faults.simulation.group import Consumer, Group, Member
from faults.simulation.lines import Lines
from faults.simulation.schedule import Actor, Schedule
from faults.stand.folders import Load

LOAD = Load(rate=0.0, poison=0.1, undone=0.1, keys=4, held=0.2)
WRITERS = 2
PAUSE_SECONDS = 0.4
ACTS = {"use case": 6, "registered": 1, "renamed": 1, "erased": 1}


@dataclass
class World:
    """`left`: so many more things are said."""

    ground: Ground
    cluster: Cluster
    lines: Lines
    schedule: Schedule
    broker: Broker
    groups: dict[str, Group]
    left: int
    processes: list["Process"] = field(default_factory=list)

    @property
    def chance(self) -> Random:
        return self.schedule.chance

    def of(self, agency: str) -> list["Process"]:
        return [one for one in self.processes if one.agency == agency]


class Process:
    def __init__(self, world: World, agency: str, instance: str) -> None:
        self.agency = agency
        self.child: Any = None
        self.actor = Actor(f"{agency}-{instance}", alive=False)
        self._instance = instance
        self._world = world
        self._says: list[asyncio.Task[None]] = []

    @property
    def name(self) -> str:
        return self.actor.name

    @property
    def has_said_all(self) -> bool:
        return all(one.done() for one in self._says)

    def begin(self) -> None:
        self.actor = Actor(self.name)
        self._world.schedule.tell(self.name, "begins")
        self.actor.context.run(self._as_owner if self.agency == OWNER else self._as_subscriber)

    def do(self, work: Coroutine[Any, Any, Any]) -> "asyncio.Task[Any]":
        """In this process."""
        task: asyncio.Task[Any] = self.actor.context.run(asyncio.ensure_future, work)
        return task

    def _as_owner(self) -> None:
        world = self._world
        producer = self.child = Producer(world.ground, self.agency, self._instance)
        producer.load = LOAD
        producer._chance = Random(world.chance.random())
        assert producer.people is not None
        producer.people._chance = producer._chance
        self._go(producer.bus.relay.run())
        self._says = [self._go(self._say(producer)) for _ in range(WRITERS)]

    def _as_subscriber(self) -> None:
        world = self._world
        subscriber = self.child = Subscriber(world.ground, self.agency, self._instance)
        bus = subscriber.bus
        heard: list[Any] = list(bus.broker.subscribers)
        for listening in sorted(heard, key=lambda one: str(one.topic_names[0])):
            group = world.groups[listening.topic_names[0]]
            consumer = Consumer(world.broker, group)
            listening.consumer, listening.running = consumer, True
            group.members.append(Member(self.actor, consumer, listening._listener))
            self._go(listening._run_consume_loop(consumer))
        self._go(bus._run_waiting())

    @staticmethod
    def _go(work: Coroutine[Any, Any, Any]) -> "asyncio.Task[Any]":
        """In the process whose context this is; the schedule keeps the task."""
        return asyncio.get_running_loop().create_task(work)

    async def _say(self, producer: Producer) -> None:
        """What people at this agency do, until all was said that is to be."""
        chance, world = producer._chance, self._world
        while world.left > 0:
            world.left -= 1
            await asyncio.sleep(chance.uniform(0.0, PAUSE_SECONDS))
            (act,) = chance.choices(list(ACTS), list(ACTS.values()))
            try:
                await self._done(producer, act)
            except Exception as error:  # nobody is there to be erased, or the line was cut
                world.schedule.tell(self.name, f"{act}: {type(error).__name__}")

    async def _done(self, producer: Producer, act: str) -> None:
        people = producer.people
        assert people is not None
        if act == "use case":
            await producer._try()
        elif act == "registered":
            await people._register(producer.bus, 1)
        elif act == "erased":
            await people._erase(producer.bus)
        else:
            people._renamed = float("-inf")
            await people._now_and_then(producer.bus)

    async def kill(self) -> None:
        """Nothing of it is carried out any more, not even what would clean up; its sessions end at the server."""
        world, actor = self._world, self.actor
        actor.alive = False
        world.schedule.tell(self.name, "is killed")
        waiting = world.schedule.grounded(actor)
        ends = [line for line in actor.lines if not line.closed]
        for line in ends:
            line.closed = True
            if line.pid in waiting:  # it is stopped
                world.cluster.watcher.end(line.pid)
                line.aborted()
        for group in world.groups.values():
            group.members = [one for one in group.members if one.actor is not actor]
        if waiting:
            await asyncio.sleep(0)  # so that no statement is cancelled at a server that has ended it
            await asyncio.sleep(0)
        for task in actor.tasks:
            task.cancel()
        for line in ends:
            await world.lines.given_back(line.session)

    async def cut_off(self) -> None:
        """Its connections to the database end, but those that wait for a lock."""
        self._world.schedule.tell(self.name, "is cut off from its database")
        for line in self.actor.lines:
            if not line.closed and not self._world.schedule.is_under_way(line.pid):
                with suppress(Exception):
                    await line.close()
