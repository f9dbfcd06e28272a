"""F17: persons are erased while the broker is killed (F2), a part stands still (F3), or strangers storm a group (F7).

Each of them got a new name right before, which waits in the outbox or is on its way. Officers are shown parcels
meanwhile, so that the record of uses has something to hold.
"""

import asyncio
from collections.abc import Sequence
from random import Random

from faults.row import Blow, Row
from faults.rows import f2, f3, f7
from faults.stand import country
from faults.stand.children import Child
from faults.stand.stand import PARITY_SECONDS, Stand

ERASED = 7
FULL, SMOKE = 72, 3
LIVING = 100
"""So many are never erased, and must stay as they are."""
ERASED_SECONDS = 60.0
KILLED, STOPPED, STORMED = f2.ALONE, "SIGSTOP", "join and leave"
FAULTS = {KILLED: f2.strike, STOPPED: f3.strike, STORMED: f7.strike}


def plan(chance: Random, count: int) -> Sequence[Blow]:
    """In turn, so that few of them still meet each."""
    kinds = list(FAULTS)
    return [_blow(chance, kinds[one % len(kinds)]) for one in range(count)]


def _blow(chance: Random, kind: str) -> Blow:
    if kind == KILLED:
        return Blow(kind, "kafka", round(chance.uniform(0.0, 1.0), 2))
    if kind == STOPPED:
        whom = chance.choice(("kafka", country.PEOPLES_OWNER, *country.HEARING_PEOPLE))
        return Blow(kind, whom, round(chance.uniform(f3.SHORTEST, f3.LONGEST), 2))
    return Blow(kind, f"{chance.choice(country.HEARING_PEOPLE)}.{country.people()}", round(chance.uniform(0.2, 0.5), 3))


async def first(stand: Stand) -> None:
    stand.children.add(Child(stand.place.folders, "archive", "2"))
    await stand.carry(asked=4.0)
    stand.people(registered=FULL * ERASED + LIVING)
    await stand.people_done(ERASED_SECONDS)
    await stand.lag.parity(PARITY_SECONDS)


async def strike(stand: Stand, blow: Blow) -> None:
    """The fault strikes in the midst of the erasures; one that was not inflicted leaves them done all the same."""
    stand.people(registered=0, erased=ERASED)
    await asyncio.sleep(0.1)
    try:
        await FAULTS[blow.what](stand, blow)
    finally:
        await stand.people_done(ERASED_SECONDS)


ROW = Row(
    "F17",
    "persons erased while the broker dies, parts stand still and groups rebalance",
    full=FULL,
    smoke=SMOKE,
    group=12,
    holds=("I1", "I2", "I3", "I4", "I5", "I6", "I7", "I8"),
    plan=plan,
    strike=strike,
    first=first,
    with_people=True,
    of_each=ERASED,
)
