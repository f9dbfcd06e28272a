"""F3: broker, relay or subscriber stands still for 1 to 15 s, past the session's timeout of 6 s, and goes on."""

from collections.abc import Sequence
from random import Random

from faults.row import Blow, Row
from faults.stand import country
from faults.stand.servers import frozen
from faults.stand.stand import Stand

SHORTEST, LONGEST = 1.0, 15.0


def plan(chance: Random, count: int) -> Sequence[Blow]:
    """In turn, so that few of them still meet each part."""
    whom = [("kafka",), country.OWNERS, country.SUBSCRIBERS]
    return [
        Blow("SIGSTOP", chance.choice(whom[one % len(whom)]), round(chance.uniform(SHORTEST, LONGEST), 2))
        for one in range(count)
    ]


async def strike(stand: Stand, blow: Blow) -> None:
    broker = blow.whom == "kafka"
    await frozen(stand.place.platform.pid("kafka") if broker else stand.children[f"{blow.whom}-1"].pid, blow.number)


ROW = Row(
    "F3",
    "broker, relay or subscriber stopped for 1 to 15 s",
    full=20,
    smoke=3,
    holds=("I1", "I2", "I3", "I4", "I5", "I6"),
    plan=plan,
    strike=strike,
)
