"""F8: two and three relays at once; one that is paused with rows in its hand, and sends them when its lock is gone.

Compaction keeps the last record of a key, not the highest version: I1 looks at the log as compaction would leave it.
"""

import signal
from collections.abc import Sequence
from random import Random

import asyncpg

from faults.row import Blow, Row
from faults.stand import country
from faults.stand.children import Child
from faults.stand.stand import Stand

TWO, THREE, LATE = "two relays", "three relays", "a late write"
END = """
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()
"""


def plan(chance: Random, count: int) -> Sequence[Blow]:
    kinds = (TWO, THREE, LATE)
    return [
        Blow(kinds[one % len(kinds)], chance.choice(country.OWNERS), round(chance.uniform(1.0, 3.0), 2))
        for one in range(count)
    ]


async def strike(stand: Stand, blow: Blow) -> None:
    others = [Child(stand.place.folders, blow.whom, str(number)) for number in range(2, 4 if blow.what == THREE else 3)]
    for other in others:
        stand.children.add(other)
    await stand.carry()  # they follow the load: they live
    if blow.what == LATE:
        await _late(stand, blow)
    else:
        await stand.works(blow.number)
        stand.children[f"{blow.whom}-1"].kill()
        await stand.lag.parity(30.0)
    for other in others:
        stand.children.remove(other.name)


async def _late(stand: Stand, blow: Blow) -> None:
    """Stopped between reading and sending, its sessions ended by the server, another relay in its place; then on."""
    owner = stand.children[f"{blow.whom}-1"]
    await stand.stopped_at(owner, "relay after read")
    try:
        sql = await asyncpg.connect(stand.place.platform.admin.postgres_at(f"faults_{blow.whom}"))
        await sql.execute(END)
        await sql.close()
        await stand.lag.parity(30.0)
    finally:
        owner.send(signal.SIGCONT)
    await stand.works(blow.number)


ROW = Row(
    "F8",
    "two and three relays at once, and a late write",
    full=30,
    smoke=3,
    holds=("I1", "I3", "I4"),
    plan=plan,
    strike=strike,
    group=6,
)
