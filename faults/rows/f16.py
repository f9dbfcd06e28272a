"""F16: a new subscriber killed at random points while it fills its copy from a topic that is written and compacted.

Persons are erased meanwhile, so that tombstones are among what it reads: nobody is brought back.
Not here yet: a subscriber that was away for longer than tombstones are kept.
"""

import asyncio
from collections.abc import Sequence
from random import Random

from faults.row import Blow, Row
from faults.stand import country
from faults.stand.restoring import emptied
from faults.stand.stand import PARITY_SECONDS, Stand
from sekali import topics
from sekali.contracts import Catalogue

LIVING, ERASED, FULL = 100, 7, 10
ERASED_SECONDS = 60.0
KILLS, LATEST = 3, 3
POINTS = ("inbox after poll", "inbox in transaction", "inbox after commit")
COMPACTED = {
    "segment.ms": "1000",
    "max.compaction.lag.ms": "1",
    "min.cleanable.dirty.ratio": "0.01",
    "file.delete.delay.ms": "100",
}


def plan(chance: Random, count: int) -> Sequence[Blow]:
    """`number`: what the points are drawn with."""
    return [Blow("begins anew", chance.choice(country.HEARING_PEOPLE), chance.randrange(10**6)) for _ in range(count)]


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
    chance, child = Random(blow.number), stand.children[f"{blow.whom}-1"]
    child.kill()
    await emptied(stand.place, blow.whom)
    stand.people(registered=0, erased=ERASED)
    child.begin()
    for _ in range(KILLS):
        await stand.struck(child, chance.choice(POINTS), chance.randrange(LATEST))
    await stand.people_done(ERASED_SECONDS)


ROW = Row(
    "F16",
    "a new copy killed while it is filled, from a topic that is written and compacted",
    full=FULL,
    smoke=2,
    holds=("I1", "I3", "I4", "I6", "I7"),
    plan=plan,
    strike=strike,
    first=first,
    with_people=True,
)
