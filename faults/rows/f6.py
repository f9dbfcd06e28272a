"""F6: versions that come late and out of order: 250 records again, shuffled, met by a subscriber that was down.

What the owner says of the same keys meanwhile lies among them; behind them it says the present state again.
That a death of which only a later correction is left still brings a licence under review is told by
`services/licensing/tests/test_review.py`.
"""

import asyncio
from collections.abc import Sequence
from random import Random

from faults.row import Blow, Row
from faults.stand import country, foreign
from faults.stand.stand import Stand

RECORDS = 250
PIECES = 5


def plan(chance: Random, count: int) -> Sequence[Blow]:
    """`what`: whose parcels; `whom`: who is down; `number`: what records are drawn with."""
    whom = sorted(country.COPYING)
    found = []
    for _ in range(count):
        subscriber = chance.choice(whom)
        owner = chance.choice(list(country.COPYING[subscriber]))
        found.append(Blow(country.parcels(owner), subscriber, chance.randrange(10**6)))
    return found


async def strike(stand: Stand, blow: Blow) -> None:
    child = stand.children[f"{blow.whom}-1"]
    child.kill()
    chance = Random(blow.number)
    for _ in range(PIECES):
        await asyncio.to_thread(_again, stand, blow.what, chance)
        await stand.works(0.2)
    child.begin()


def _again(stand: Stand, topic: str, chance: Random) -> None:
    """Wherever in the log they stood, and in whatever order."""
    foreign.write(stand.place, foreign.some(stand.place, topic, RECORDS // PIECES, chance))


ROW = Row(
    "F6",
    f"late versions out of order, {RECORDS} at a time, at a subscriber that was down",
    full=40,
    smoke=2,
    holds=("I1", "I4"),
    plan=plan,
    strike=strike,
    of_each=RECORDS,
)
