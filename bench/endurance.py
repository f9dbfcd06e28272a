"""5,000 events a second for long, while transactions that forgot to end hold back the vacuum again and again.

50,000 residents change, round after round; beside them 20 single events a second, whose latency is looked at.
"""

import asyncio
import time
from dataclasses import dataclass, replace

from bench import people
from bench.elsewhere import elsewhere
from bench.noting import Moments, meets, noting
from bench.pace import paced
from bench.place import OWNER, THIN, Place
from bench.quantiles import Latency, latency
from bench.service import Service, serving
from bench.stock import Sql
from bench.waiting import until
from services.population.events import Resident

PER_SECOND = 5_000
TICK_SECONDS = 0.02
RESIDENTS = 50_000
PROBES_PER_SECOND = 20
FIRST_PROBE = 10_000_000
HELD_SECONDS = 60.0
QUIET_SECONDS = 5.0
WEIGHT = """
    select pg_relation_size('outbox') as bytes, n_dead_tup as dead from pg_stat_user_tables where relname = 'outbox'
"""
Weight = tuple[float, int, int]
"""Moment, bytes and dead rows of the outbox."""


@dataclass(frozen=True, slots=True)
class Span:
    """A minute of the run, or a shorter part of a short one. `applied`: events/s."""

    applied: float
    delay: Latency
    size: int
    dead: int


@dataclass(frozen=True, slots=True)
class Said:
    begun: float
    moments: Moments
    weights: list[Weight]


@dataclass(frozen=True, slots=True)
class Heard:
    counts: list[tuple[float, int]]
    moments: Moments


async def endured(place: Place, seconds: float, span: float) -> list[Span]:
    """What each `span` seconds were like; in the first of them nobody holds anything back."""
    place.fresh()
    sql = await place.sql(THIN)
    await sql.execute("truncate resident, inbox_offset, dead_letter cascade")
    await sql.close()
    probes = int(seconds * PROBES_PER_SECOND)
    hearing = asyncio.create_task(elsewhere(hear, place, probes, 2 * seconds + 120))
    said = await elsewhere(say, place, seconds, span, probes)
    heard = await hearing
    return [_span(said, heard, said.begun + number * span, span) for number in range(int(seconds / span))]


def _span(said: Said, heard: Heard, begin: float, seconds: float) -> Span:
    end = begin + seconds
    applied = sum(count for moment, count in heard.counts if begin <= moment < end)
    delays = [heard.moments[key] - moment for key, moment in said.moments.items() if begin <= moment < end]
    weights = [one for one in said.weights if begin <= one[0] < end]
    return Span(
        applied=applied / seconds,
        delay=latency(delays, settled=False),
        size=max(size for _, size, _ in weights),
        dead=max(dead for *_, dead in weights),
    )


async def say(place: Place, seconds: float, span: float, probes: int) -> Said:
    """In a process of its own: every 20 ms one use case with the events that are due."""
    residents = list(people.residents(RESIDENTS))
    async with serving(place) as service:
        await service.say(residents[0])
        await meets(place, THIN, residents[0].resident_id)
        moments: Moments = {}
        weights: list[Weight] = []

        async def probe(number: int) -> None:
            one = people.resident(FIRST_PROBE + number)
            await service.say(one)
            moments[one.resident_id] = time.monotonic()

        begun = time.monotonic()
        beside = [asyncio.create_task(_hold(place, span)), asyncio.create_task(_weigh(service.sql, weights))]
        async with asyncio.TaskGroup() as group:
            group.create_task(paced(probe, probes, PROBES_PER_SECOND))
            group.create_task(_change(service, residents, seconds))
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
        return Said(begun, moments, weights)


async def _change(service: Service, residents: list[Resident], seconds: float) -> None:
    """Round after round, each resident one version up."""
    begun, done = time.monotonic(), 0
    while (now := time.monotonic() - begun) < seconds:
        due = int(now * PER_SECOND)
        said = [replace(residents[number % RESIDENTS], version=2 + number // RESIDENTS) for number in range(done, due)]
        await service.say(*said)
        done = due
        await asyncio.sleep(TICK_SECONDS)


async def _hold(place: Place, span: float) -> None:
    """From the second span on: a snapshot, idle in its transaction, then as long none."""
    held = min(HELD_SECONDS, span)
    sql = await place.sql(OWNER)
    try:
        while True:
            await asyncio.sleep(held)
            async with sql.transaction(isolation="repeatable_read"):
                await sql.fetchval("select count(*) from relay_offset")
                await asyncio.sleep(held)
    finally:
        await sql.close()


async def _weigh(sql: Sql, weights: list[Weight]) -> None:
    while True:
        found = await sql.fetchrow(WEIGHT)
        assert found is not None
        weights.append((time.monotonic(), found["bytes"], found["dead"]))
        await asyncio.sleep(1.0)


async def hear(place: Place, probes: int, limit: float) -> Heard:
    """In a process of its own, until nothing has come for a while. TimeoutError after `limit` seconds."""
    only = {people.key(FIRST_PROBE + number) for number in range(probes)}
    bus, notes = noting(place, THIN, only)

    async def is_over() -> bool:
        return len(notes.moments) >= probes and time.monotonic() - notes.counts[-1][0] > QUIET_SECONDS

    await bus.start()
    try:
        await until(is_over, limit)
    finally:
        await bus.stop()
    return Heard(notes.counts, notes.moments)
