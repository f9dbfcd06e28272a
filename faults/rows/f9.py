"""F9: commits out of the order of their positions: 8 writers, each holding its transaction open, one in ten undone."""

from collections.abc import Sequence
from random import Random

from faults.row import Blow, Row
from faults.stand.stand import Stand
from sekali.testing import eventually

TRANSACTIONS = 1_000
LOAD = {"writers": 8, "undone": 0.1, "held": 0.05, "rate": 200.0}


def plan(chance: Random, count: int) -> Sequence[Blow]:
    """`number`: the longest that a transaction is held open, in seconds."""
    return [Blow(f"{TRANSACTIONS} transactions", number=round(chance.uniform(0.02, 0.1), 3)) for _ in range(count)]


async def strike(stand: Stand, blow: Blow) -> None:
    before = await stand.lag.begun()
    await stand.carry(**(LOAD | {"held": blow.number}))

    async def enough() -> bool:
        return await stand.lag.begun() - before >= TRANSACTIONS

    await eventually(enough, f"{TRANSACTIONS} transactions were begun", 120.0)


ROW = Row(
    "F9",
    "commits out of order, 8 writers, a tenth undone",
    full=20,
    smoke=2,
    holds=("I1", "I2"),
    plan=plan,
    strike=strike,
    of_each=TRANSACTIONS,
)
