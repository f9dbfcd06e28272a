"""F2: kill -9 of the broker under load; half of them are one chain, each as soon as the broker answers again.

The part with three brokers is not here yet.
"""

from collections.abc import Sequence
from random import Random

from faults.row import Blow, Row
from faults.stand.servers import killed
from faults.stand.stand import Stand

ALONE, CHAINED = "kill -9 of the broker", "kill -9 of the broker that has just come back"


def plan(chance: Random, count: int) -> Sequence[Blow]:
    """`number`: seconds of load before it."""
    alone = [Blow(ALONE, "kafka", round(chance.uniform(0.0, 2.0), 2)) for _ in range(count - count // 2)]
    return alone + [Blow(CHAINED, "kafka")] * (count // 2)


async def strike(stand: Stand, blow: Blow) -> None:
    await stand.works(blow.number)
    await killed(stand.place, blow.whom)


ROW = Row(
    "F2",
    "kill -9 of the broker, half of them chained",
    full=10,
    smoke=2,
    holds=("I1", "I2", "I3", "I4", "I5", "I6"),
    plan=plan,
    strike=strike,
    waits=lambda blow: blow.what == ALONE,
)
