"""F16: a copy that is filled or rebuilt while its process is killed, from a topic that is written and compacted.

Of two blows one is a new subscriber, killed at random points while it fills its copy.
The other was away until no tombstone is left in the log: it notices, and is killed while it reads the topic anew.
Persons are erased meanwhile: nobody is brought back, nobody stays, and nobody else goes.
"""

import asyncio
import time
from collections.abc import Sequence
from random import Random

import asyncpg

from faults.checker.beats import is_beat
from faults.row import Blow, Row
from faults.stand import country, foreign
from faults.stand.restoring import emptied
from faults.stand.stand import PARITY_SECONDS, Stand
from sekali import topics
from sekali.contracts import Catalogue
from sekali.testing import eventually

LIVING, ERASED, FULL = 100, 7, 10
ERASED_SECONDS = 60.0
NEW, AWAY = "begins anew", "was away too long"
KILLS, LATEST = 3, 3
FILLING = ("inbox after poll", "inbox in transaction", "inbox after commit")
REBUILDING = ("rebuild begun", "rebuild noted", "rebuild at its end", "rebuild burying")
KEPT_SECONDS = 25.0
"""So long tombstones are kept here. A rebuild with its kills takes 9 s, on a busy machine more; it must take less:
else it would begin again by itself, in the midst of the books."""
FORGOTTEN_SECONDS = 180.0
COMPACTED = {
    "segment.ms": "1000",
    "max.compaction.lag.ms": "1",
    "min.cleanable.dirty.ratio": "0.01",
    "file.delete.delay.ms": "100",
    "delete.retention.ms": str(int(KEPT_SECONDS * 1000)),
}
REBUILT = """
    select count(*) filter (where removed is not null) as whole, count(*) filter (where ended_at is null) as running
    from inbox_rebuild where topic = $1
"""


def plan(chance: Random, count: int) -> Sequence[Blow]:
    """In turn. `number`: what the points are drawn with."""
    return [
        Blow((NEW, AWAY)[number % 2], chance.choice(country.HEARING_PEOPLE), chance.randrange(10**6))
        for number in range(count)
    ]


async def first(stand: Stand) -> None:
    stand.people(registered=FULL * ERASED + LIVING)
    await stand.people_done(ERASED_SECONDS)
    await stand.lag.parity(PARITY_SECONDS)
    await asyncio.to_thread(_compact, stand)


def _compact(stand: Stand) -> None:
    """The persons' topic alone: of the others the checker reads every record."""
    known = Catalogue.load(stand.place.folders.root)
    people = Catalogue({country.people(): known.cards[country.people()]}, known.revisions, {})
    topics.apply(stand.place.platform.admin.confluent(), people, overrides=COMPACTED)


async def strike(stand: Stand, blow: Blow) -> None:
    await (_filled if blow.what == NEW else _rebuilt)(stand, blow)


async def _filled(stand: Stand, blow: Blow) -> None:
    chance, child = Random(blow.number), stand.children[f"{blow.whom}-1"]
    child.kill()
    await emptied(stand.place, blow.whom)
    stand.people(registered=0, erased=ERASED)
    child.begin()

    async def killed() -> None:
        for _ in range(KILLS):
            await stand.struck(child, chance.choice(FILLING), chance.randrange(LATEST))

    await asyncio.gather(_erased(stand), killed())


async def _rebuilt(stand: Stand, blow: Blow) -> None:
    chance, child = Random(blow.number), stand.children[f"{blow.whom}-1"]
    child.kill()
    left = time.monotonic()
    before, _ = await _rebuilds(stand, blow.whom)
    stand.people(registered=0, erased=ERASED)
    await _erased(stand)
    await eventually(lambda: _forgotten(stand), "no tombstone is left in the log", FORGOTTEN_SECONDS)
    await asyncio.sleep(max(0.0, left + 2 * KEPT_SECONDS - time.monotonic()))
    child.begin()
    for point in sorted(chance.sample(REBUILDING, KILLS), key=REBUILDING.index):
        await stand.struck(child, point)

    async def over() -> bool:
        whole, running = await _rebuilds(stand, blow.whom)
        return whole >= before + country.PARTITIONS and not running

    await eventually(over, f"{blow.whom} has read the persons anew", ERASED_SECONDS)


async def _erased(stand: Stand) -> None:
    """All who were to be. The checker reads their tombstones at once: compaction takes them soon."""
    await stand.people_done(ERASED_SECONDS)

    async def read() -> bool:
        ends = await asyncio.to_thread(stand.reader.log.read)
        said = stand.reader.log.entries[country.people()]
        told = {one.key for one in said if one.value is None and not one.broken and not is_beat(one, ends)}
        return len(told) >= stand.erased

    await eventually(read, "the checker has read all tombstones", ERASED_SECONDS)


async def _forgotten(stand: Stand) -> bool:
    await asyncio.sleep(1.0)  # the whole topic is read each time
    found = await asyncio.to_thread(foreign.whole, stand.place, country.people())
    return all(record.value is not None for record in found)


async def _rebuilds(stand: Stand, agency: str) -> tuple[int, int]:
    """Those that came to their end, and those that run."""
    sql = await asyncpg.connect(stand.place.urls[agency])
    try:
        found = await sql.fetchrow(REBUILT, country.people())
        assert found is not None, "an aggregate has a row"
        return found["whole"], found["running"]
    finally:
        await sql.close()


ROW = Row(
    "F16",
    "a copy killed while it is filled, or rebuilt after its tombstones are gone, from a topic that is compacted",
    full=FULL,
    smoke=2,
    holds=("I1", "I3", "I4", "I6", "I7"),
    plan=plan,
    strike=strike,
    first=first,
    with_people=True,
)
