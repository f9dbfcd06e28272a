"""F19: a database restored to an earlier point.

The owner sees from its own topics that it is behind, says so, and publishes nothing until it has its last point again.
The subscriber catches up by itself.
"""

from collections.abc import Sequence
from random import Random

from faults.row import Blow, Row
from faults.stand import country, standstill
from faults.stand.restoring import copied, put_back
from faults.stand.stand import Stand
from sekali.testing import eventually

OWNERS, SUBSCRIBERS = "an owner is set back", "a subscriber is set back"
TOLD = "is behind its own topic"
EARLY, LATE = "early", "late"
QUIET_SECONDS = 4.0
TOLD_SECONDS = 30.0


class Published(Exception):
    """An owner that was set back has written to its topics all the same."""


def plan(chance: Random, count: int) -> Sequence[Blow]:
    """`number`: how many seconds of work are lost."""
    whose = ((OWNERS, country.OWNERS), (SUBSCRIBERS, country.SUBSCRIBERS))
    return [
        Blow(what, chance.choice(agencies), round(chance.uniform(2.0, 6.0), 1))
        for what, agencies in (whose[number % 2] for number in range(count))
    ]


async def strike(stand: Stand, blow: Blow) -> None:
    await copied(stand.place, blow.whom, EARLY)
    await stand.works(blow.number)
    await stand.lag.parity(30.0)
    if blow.what == SUBSCRIBERS:
        await put_back(stand.place, blow.whom, EARLY)
        return
    lines = standstill.Lines(stand.children[f"{blow.whom}-1"])
    await put_back(stand.place, blow.whom, EARLY, keeping=LATE)
    try:
        await eventually(lambda: lines.say(TOLD), f"{blow.whom} says that it is behind", TOLD_SECONDS)
        before = await standstill.ends(stand, blow.whom)
        await stand.works(QUIET_SECONDS)  # it goes on to commit, and its outbox grows
        if await standstill.ends(stand, blow.whom) != before:
            raise Published(f"{blow.whom} was set back, and published")
    finally:
        await put_back(stand.place, blow.whom, LATE)


ROW = Row(
    "F19",
    "a database restored to an earlier point",
    full=4,
    smoke=2,
    holds=("I1", "I2", "I3", "I4", "I6"),
    plan=plan,
    strike=strike,
)
