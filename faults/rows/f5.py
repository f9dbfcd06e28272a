"""F5: duplicate delivery: all offsets of a subscriber set back, and records that stand in the log a second time."""

import asyncio
from collections.abc import Sequence
from random import Random

import asyncpg

from faults.row import Blow, Row
from faults.stand import country, foreign
from faults.stand.stand import Stand

REWOUND, DOUBLED = "the whole log again", "random doubles"
DOUBLES = 1_000
REPLAYS_OF_23 = 3


def plan(chance: Random, count: int) -> Sequence[Blow]:
    """`number` of a doubling: what the choice of records is drawn with."""
    replays = max(1, count * REPLAYS_OF_23 // 23)
    blows = [Blow(REWOUND, chance.choice(country.SUBSCRIBERS)) for _ in range(replays)]
    topics = [name(owner) for owner in country.OWNERS for name in (country.parcels, country.payments)]
    blows += [Blow(DOUBLED, chance.choice(topics), chance.randrange(10**6)) for _ in range(count - replays)]
    chance.shuffle(blows)
    return blows


async def strike(stand: Stand, blow: Blow) -> None:
    if blow.what == REWOUND:
        sql = await asyncpg.connect(stand.place.urls[blow.whom])
        await sql.execute("update inbox_offset set next_offset = 0")
        await sql.close()
    else:
        await asyncio.to_thread(_double, stand, blow)


def _double(stand: Stand, blow: Blow) -> None:
    foreign.write(stand.place, foreign.some(stand.place, blow.whom, DOUBLES, Random(blow.number)))


ROW = Row(
    "F5",
    "duplicate delivery: logs read again, 1,000 doubles at a time",
    full=23,
    smoke=2,
    holds=("I3", "I4"),
    plan=plan,
    strike=strike,
)
