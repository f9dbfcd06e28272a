"""One story: facts are said while things fail, then everything is healed, and the books must balance."""

import asyncio
import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import UUID

from faults.checker.lag import STILL
from faults.child import people
from faults.simulation.broker import Broker, Producer
from faults.simulation.cluster import Cluster
from faults.simulation.ground import AGENCIES, OWNER, SUBSCRIBER, TOPICS, Ground, kafka
from faults.simulation.group import Consumer, Group
from faults.simulation.lines import Lines
from faults.simulation.loop import SimulatedLoop
from faults.simulation.processes import PAUSE_SECONDS, Process, World
from faults.simulation.schedule import Schedule, StandsStill
from faults.simulation.strikes import FAULTS, SOON, WORLD, deal, discarded, redriven
from faults.stand import country

FEWEST, MOST = 4, 12
"""Things that are said in a story."""
FEWEST_FAULTS, MOST_FAULTS = 2, 6
PARITY_SECONDS = 60.0
REST_SECONDS, SHORT_REST = 10.0, 1.0
"""The first is longer than a relay is idle before it looks at its log's ends."""
QUIET_SECONDS = 2.0
TURNS_TO_END = 30
"""Of the loop, until tasks that were cancelled are done."""
OUTBOX = "select not exists (select from outbox)"
OFFSETS = "select topic, partition, next_offset from inbox_offset"


@dataclass
class Told:
    """What became of a story. `late`: why it came to no rest."""

    lines: list[str]
    digest: str
    faults: int
    parity: list[float] = field(default_factory=list)
    late: str = ""


@dataclass(frozen=True)
class Stage:
    """What stories of one process share. `judges`: a connection to each agency's database."""

    loop: SimulatedLoop
    ground: Ground
    cluster: Cluster
    lines: Lines
    judges: Mapping[str, Any]


async def tell(stage: Stage, seed: int) -> tuple[Told, World]:
    """The story of a seed, from empty databases; its processes have ended behind it."""
    world = _world(stage, seed)
    told = Told(world.schedule.told, "", 0)
    story = stage.loop.create_task(_told(stage, world, told))

    def over(why: str) -> None:
        told.late = why
        story.cancel()

    world.schedule.over = over
    try:
        await asyncio.wait([story])
        if not story.cancelled() and (error := story.exception()) is not None:
            if not isinstance(error, StandsStill):
                raise error
            told.late = str(error)
    finally:
        for process in world.processes:
            if process.actor.alive:
                await process.kill()
        for _ in range(TURNS_TO_END):
            await asyncio.sleep(0)
        told.digest = world.schedule.digest
        stage.lines.faults, stage.lines.schedule = False, None
        world.schedule.end()
    return told, world


def _world(stage: Stage, seed: int) -> World:
    chance = Random(f"S1 {seed}")
    schedule = Schedule(stage.loop, chance, stage.cluster.watcher)
    broker = Broker(schedule, dict.fromkeys(TOPICS, country.PARTITIONS))
    stage.lines.schedule, stage.lines.faults = schedule, True
    stage.ground.folders.mended.unlink(missing_ok=True)
    kafka(functools.partial(Producer, broker), functools.partial(Consumer, broker))
    drawn: Any = people
    drawn.uuid4 = lambda: UUID(int=chance.getrandbits(128), version=4)
    groups = {topic: Group(broker, topic) for topic in TOPICS}
    world = World(stage.ground, stage.cluster, stage.lines, schedule, broker, groups, left=chance.randint(FEWEST, MOST))
    schedule.begin()
    return world


async def _told(stage: Stage, world: World, told: Told) -> None:
    chance = world.chance
    for agency in AGENCIES:
        for number in range(1, 2 + (chance.random() < 0.3)):
            process = Process(world, agency, str(number))
            world.processes.append(process)
            process.begin()
    await deal(world)
    for _ in range(chance.randint(FEWEST_FAULTS, MOST_FAULTS)):
        (name,) = chance.choices(list(FAULTS), [weight for weight, _ in FAULTS.values()])
        await asyncio.sleep(chance.uniform(0.0, PAUSE_SECONDS))
        await world.schedule.turn(WORLD, name, chance.randrange(SOON))
        await FAULTS[name][1](world)
        told.faults += 1
    await _said(world)
    await _healed(world)
    begun = stage.loop.time()
    await _rested(stage, world, REST_SECONDS)
    told.parity.append(stage.loop.time() - begun - REST_SECONDS)
    stage.ground.folders.mended.touch()
    await redriven(world)
    await discarded(world)
    await _rested(stage, world, SHORT_REST)


async def _said(world: World) -> None:
    while world.left > 0 or not all(one.has_said_all for one in world.of(OWNER)):  # noqa: ASYNC110  # simulated time
        await asyncio.sleep(QUIET_SECONDS)


async def _healed(world: World) -> None:
    world.schedule.tell("world", "is healed")
    world.broker.faults = world.lines.faults = False
    for process in world.processes:
        process.actor.sleeps = 0
    await deal(world)


async def _rested(stage: Stage, world: World, rest: float) -> None:
    """Until nothing is left to do, and still is not a while later. Raises `StandsStill`."""
    loop = stage.loop
    until = loop.time() + PARITY_SECONDS
    rested = 0.0
    while rested < rest:
        if (why := await _busy(stage, world)) == "":
            rested += QUIET_SECONDS
        elif loop.time() > until:
            raise StandsStill(f"{why} after {PARITY_SECONDS:.0f} s")
        else:
            rested = 0.0
        await asyncio.sleep(QUIET_SECONDS)


async def _busy(stage: Stage, world: World) -> str:
    """Who still has something to do."""
    if world.broker.pending:
        return "Kafka has not written all"
    with world.schedule.outside():
        if not await stage.judges[OWNER].fetchval(OUTBOX):
            return f"{OWNER} has not said all"
        rows = await stage.judges[SUBSCRIBER].fetch(OFFSETS)
        ends = {(row["topic"], row["partition"]): row["next_offset"] for row in rows}
        if any(ends.get((place.topic, place.partition), 0) < len(log) for place, log in world.broker.log.items()):
            return f"{SUBSCRIBER} is behind"
        if await stage.judges[SUBSCRIBER].fetchval(f"select ({STILL})"):
            return f"{SUBSCRIBER} has parked events or letters that could run"
    return ""
