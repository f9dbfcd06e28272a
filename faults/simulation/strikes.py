"""What fails in a story, and how often each of it is drawn."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from aiokafka import TopicPartition
from sqlalchemy import text

from faults.simulation.broker import Said
from faults.simulation.ground import OWNER, SUBSCRIBER
from faults.simulation.processes import World
from faults.simulation.schedule import Actor
from faults.stand import country
from sekali import letters
from sekali.bus import Bus

SOON, LONG = 60, 400
"""Steps."""
WORLD = Actor("world")
NO_ID = "NO_ID"
"""Why garbage is a dead letter."""
UNREADABLE = text("""
    select exists (select from dead_letter where state = 'WAITING' and topic = :topic and cause = :cause)
""")


async def deal(world: World) -> None:
    for group in world.groups.values():
        await group.deal()


async def _dealt(world: World) -> None:
    """Of one topic: each has a group of its own."""
    await world.chance.choice(list(world.groups.values())).deal()


async def _killed(world: World, agency: str) -> None:
    process = world.chance.choice(world.of(agency))
    await process.kill()
    if agency == SUBSCRIBER and world.chance.random() < 0.5:
        await deal(world)
    await world.schedule.turn(WORLD, f"{process.name} is to begin again", world.chance.randrange(SOON))
    process.begin()
    if agency == SUBSCRIBER:
        await deal(world)


async def _asleep(world: World, agency: str) -> None:
    """It stands still; meanwhile its database and its group think that it is gone, or they do not."""
    process = world.chance.choice(world.of(agency))
    process.actor.sleeps = world.schedule.steps + world.chance.randrange(LONG)
    if world.chance.random() < 0.6:
        await process.cut_off()
        if agency == SUBSCRIBER:
            await deal(world)


async def _cut(world: World) -> None:
    await world.chance.choice(world.processes).cut_off()


async def _again(world: World) -> None:
    """A stranger writes records of the log once more."""
    filled = [(place, log) for place, log in world.broker.log.items() if log]
    if filled:
        place, log = world.chance.choice(filled)
        one = world.chance.choice(log)
        world.broker.append(place, [Said(one.timestamp, one.key, one.value, one.headers)])


async def _garbage(world: World) -> None:
    """A stranger writes what nobody can read, under a key that is known."""
    places = [place for place, log in world.broker.log.items() if log and place.topic != country.people()]
    if places:
        place: TopicPartition = world.chance.choice(places)
        one = world.chance.choice(world.broker.log[place])
        world.broker.append(place, [Said(one.timestamp, one.key, b"\x07", ())])


async def redriven(world: World) -> None:
    """An operator asks for all letters."""
    process = world.chance.choice(world.of(SUBSCRIBER))
    await asyncio.wait([process.do(process.child._redrive())])


async def discarded(world: World) -> None:
    """An operator gives up what nobody can read: what waited behind it goes on."""
    process = world.chance.choice(world.of(SUBSCRIBER))
    await asyncio.wait([process.do(_discard(process.child.bus))])


async def _discard(bus: Bus) -> None:
    async with bus.transaction() as session:
        for topic in sorted(bus.subscriptions):
            if await session.scalar(UNREADABLE, {"topic": topic, "cause": NO_ID}):
                await letters.discard(
                    session, letters.Pick(topic=topic, cause=NO_ID), "operator CONTOH", "CONTOH/2026/2"
                )


def _to(agency: str, fault: Callable[[World, str], Awaitable[None]]) -> Callable[[World], Awaitable[None]]:
    async def strike(world: World) -> None:
        await fault(world, agency)

    return strike


FAULTS: Mapping[str, tuple[int, Callable[[World], Awaitable[None]]]] = {
    "an owner's process is killed": (3, _to(OWNER, _killed)),
    "a subscriber's process is killed": (3, _to(SUBSCRIBER, _killed)),
    "an owner's process sleeps": (2, _to(OWNER, _asleep)),
    "a subscriber's process sleeps": (2, _to(SUBSCRIBER, _asleep)),
    "partitions are dealt anew": (3, _dealt),
    "connections are cut": (2, _cut),
    "a record is written again": (3, _again),
    "garbage is written": (1, _garbage),
    "letters are redriven": (2, redriven),
}
"""Name -> weight, and what inflicts it."""
