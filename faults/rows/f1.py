"""F1: kill -9 at twelve named points of services, relays, subscribers; officers are shown parcels meanwhile.

Three kills follow each other before parity is waited for.
"""

from collections.abc import Sequence
from random import Random

from faults.child.points import EVERYDAY, OF_SERVICE
from faults.row import Blow, Row
from faults.stand import country
from faults.stand.children import Child
from faults.stand.stand import Stand

CHAINED = 3


def plan(chance: Random, count: int) -> Sequence[Blow]:
    """Each point as often as the others, in any order, at any agency that comes by it.

    `number`: so many visits to the point come before the kill, and so many kills before it in its chain.
    """
    points = (list(EVERYDAY) * (count // len(EVERYDAY) + 1))[:count]
    chance.shuffle(points)
    return [Blow(point, _whom(chance, point), place % CHAINED) for place, point in enumerate(points)]


def _whom(chance: Random, point: str) -> str:
    return chance.choice(country.OWNERS if point in OF_SERVICE else country.SUBSCRIBERS)


async def first(stand: Stand) -> None:
    await stand.carry(asked=4.0)


async def strike(stand: Stand, blow: Blow) -> None:
    child = stand.children[f"{blow.whom}-1"]
    if blow.what == "inbox while revoked":
        await _while_revoked(stand, child)
    elif blow.what == "redrive in transaction":
        stand.redrive(child)
        await stand.struck(child, blow.what)
    else:
        await stand.struck(child, blow.what, int(blow.number))


async def _while_revoked(stand: Stand, child: Child) -> None:
    """Partitions are revoked when another member joins the group."""
    second = stand.children.add(Child(stand.place.folders, child.agency, "2"))
    try:
        await stand.struck(child, "inbox while revoked")
    finally:
        stand.children.remove(second.name)


ROW = Row(
    "F1",
    "kill -9 at 12 named points",
    full=240,
    smoke=24,
    holds=("I1", "I2", "I3", "I4", "I6"),
    plan=plan,
    strike=strike,
    first=first,
    waits=lambda blow: blow.number == CHAINED - 1,
    group=12,
)
