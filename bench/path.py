"""The whole path of a fact: said by population's service in one process, applied by a subscriber in another."""

import asyncio
import time
from dataclasses import dataclass

from bench import copies, people, stock
from bench.elsewhere import elsewhere
from bench.noting import Moments, meets, noted
from bench.pace import paced
from bench.place import THIN, Place
from bench.service import Service, serving
from bench.waiting import until
from sekali.outgoing import PAGE

TICK_SECONDS = 0.02
"""Bulk is written so often, by one INSERT … SELECT of rows that were encoded before."""

AT_ONCE = 1e9
"""Events a second that no machine writes."""

BULK = """
    insert into outbox (id, aggregatetype, aggregateid, type, payload, revision, fingerprint, version,
                        tracingspancontext)
    select id, topic, md5(key || 'bulk')::uuid::text, topic, payload, revision, fingerprint, version,
           traceparent || '00'
    from template where n >= $1 and n < $2 order by n
"""


@dataclass(frozen=True, slots=True)
class Saying:
    """`singles` use cases a second, each one transaction with one event; beside them `bulk` events a second."""

    singles: int
    per_second: float
    bulk: float = 0.0


@dataclass(frozen=True, slots=True)
class Said:
    """`moments`: when each single's commit returned. `rate`: singles that were begun in a second."""

    moments: Moments
    rate: float


async def delays(place: Place, saying: Saying) -> tuple[list[float], float]:
    """Seconds from each single's commit to its commit at the subscriber, in order; and their rate."""
    place.fresh()
    seconds = saying.singles / saying.per_second
    bulk = int(saying.bulk * seconds)
    await stock.encoded(place, max(saying.singles + 1, bulk))
    await copies.held(place, THIN, saying.singles + 1)
    singles = {people.key(number) for number in range(saying.singles + 1)}
    listening = asyncio.create_task(elsewhere(noted, place, THIN, 1 + saying.singles + bulk, singles))
    said = await elsewhere(say, place, saying, bulk)
    applied = await listening
    return [applied[key] - moment for key, moment in said.moments.items()], said.rate


async def say(place: Place, saying: Saying, bulk: int) -> Said:
    """In a process of its own. The resident 0 is said first, so that everybody is known to listen."""
    async with serving(place) as service:
        await service.say(people.resident(0))
        await meets(place, THIN, people.key(0))
        moments: Moments = {}

        async def single(number: int) -> None:
            one = people.resident(number + 1)
            await service.say(one)
            moments[one.resident_id] = time.monotonic()

        async with asyncio.TaskGroup() as group:
            singles = group.create_task(paced(single, saying.singles, saying.per_second))
            if bulk:
                group.create_task(_in_bulk(service, bulk, saying.bulk))
        await _carried(service)
        return Said(dict(sorted(moments.items(), key=lambda one: one[1])), singles.result())


async def _in_bulk(service: Service, count: int, per_second: float) -> None:
    """Under keys of their own. Never more at once than the relay reads; who is so far behind does not pause."""
    begun, done = time.monotonic(), 0
    while done < count:
        due = min(count, int((time.monotonic() - begun) * per_second), done + PAGE)
        pause = 0 if due == done + PAGE else TICK_SECONDS
        if due > done:
            await service.sql.execute(BULK, done, due)
            service.relay.wake()
            done = due
        await asyncio.sleep(pause)


async def _carried(service: Service) -> None:
    async def all_are() -> bool:
        return not await service.sql.fetchval("select exists(select from outbox)")

    await until(all_are)


async def highest(place: Place, count: int) -> float:
    """Events/s of the path when writing, relay and subscriber work at once: from the first row to the last commit.

    What is written faster than it is carried waits in the outbox: the slowest stage tells.
    """
    place.fresh()
    await stock.encoded(place, count)
    await copies.held(place, THIN, 1)
    listening = asyncio.create_task(elsewhere(noted, place, THIN, 1 + count))
    begun = await elsewhere(say_without_a_pause, place, count)
    applied = await listening
    return count / (max(applied.values()) - begun)


async def say_without_a_pause(place: Place, count: int) -> float:
    """The moment at which the first row was written."""
    async with serving(place) as service:
        await service.say(people.resident(0))
        await meets(place, THIN, people.key(0))
        begun = time.monotonic()
        await _in_bulk(service, count, AT_ONCE)
        await _carried(service)
        return begun
