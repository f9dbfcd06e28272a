"""F4: PostgreSQL stopped at once, every session ended, no connection left, a transaction idle for 30 s.

Behind each the rate must come back to 95 % of what it was.
"""

import asyncio
from collections.abc import Mapping, Sequence
from random import Random

import asyncpg

from faults.row import Blow, Row
from faults.stand import country
from faults.stand.servers import killed, sessions_ended
from faults.stand.stand import Stand

STOPPED, ENDED, EXHAUSTED, IDLE = "immediate stop", "every session ended", "no connection left", "idle in transaction"
OF_44: Mapping[str, int] = {STOPPED: 10, ENDED: 30, EXHAUSTED: 3, IDLE: 1}
SECONDS: Mapping[str, float] = {EXHAUSTED: 5.0, IDLE: 30.0}
IMMEDIATE = 3  # SIGQUIT: no checkpoint, as after a crash


def plan(chance: Random, count: int) -> Sequence[Blow]:
    """As in the full count, at least one of each."""
    kinds = [kind for kind, often in OF_44.items() for _ in range(often)]
    chosen = [*OF_44, *chance.sample(kinds, max(0, count - len(OF_44)))][:count]
    chance.shuffle(chosen)
    return [Blow(kind, chance.choice(country.AGENCIES), SECONDS.get(kind, 0.0)) for kind in chosen]


async def strike(stand: Stand, blow: Blow) -> None:
    if blow.what == STOPPED:
        await killed(stand.place, "postgres", IMMEDIATE)
    elif blow.what == ENDED:
        await sessions_ended(stand.place)
    elif blow.what == EXHAUSTED:
        await _exhausted(stand, blow)
    else:
        await _idle(stand, blow)


async def _exhausted(stand: Stand, blow: Blow) -> None:
    """The agency's role may have no more sessions than it has; those end, and strangers take their places."""
    name = f"faults_{blow.whom}"
    admin = await asyncpg.connect(stand.place.platform.admin.postgres_url)
    try:
        await admin.execute(f'alter role "{name}" connection limit 0')
        await admin.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", name)
        await asyncio.sleep(blow.number)
    finally:
        await admin.execute(f'alter role "{name}" connection limit -1')
        await admin.close()


async def _idle(stand: Stand, blow: Blow) -> None:
    """It has written, and holds a snapshot: the outbox's floor stands still, dead rows stay."""
    held = await asyncpg.connect(stand.place.urls[blow.whom])
    try:
        await held.execute("begin isolation level repeatable read")
        await held.execute("create table if not exists idle (one int)")
        await asyncio.sleep(blow.number)
    finally:
        await held.close()


ROW = Row(
    "F4",
    "PostgreSQL stopped, sessions ended, no connections, idle in transaction",
    full=44,
    smoke=5,
    holds=("I1", "I2", "I3", "I4", "I5", "I6"),
    plan=plan,
    strike=strike,
    group=11,
)
