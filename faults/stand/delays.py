"""How long facts are under way to the agencies that copy them, and how many wait at their owners, for a while."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from statistics import quantiles

import asyncpg

from faults.checker.tables import Connection
from faults.stand import country
from faults.stand.place import Place

LOOK_SECONDS = 0.25
NOW = "select clock_timestamp()"
WAITING = "select count(*) from outbox"
UNDER_WAY = """
    select extract(epoch from heard_at - as_of)::float8 as seconds from parcel_{owner}
    where heard_at >= $1 and as_of is not null and version > 0
"""
"""By PostgreSQL's clock on both sides: from the owner's transaction to the copy's row."""


@dataclass
class Seen:
    """`seconds`: of each row of a copy that changed. `waiting`: the most rows that an owner's outbox had."""

    seconds: list[float] = field(default_factory=list)
    waiting: Counter[str] = field(default_factory=Counter)

    @property
    def p99(self) -> float:
        """Seconds; of at least two rows."""
        return quantiles(self.seconds, n=100, method="inclusive")[98]

    async def look(self, place: Place, agencies: Collection[str], seconds: float) -> None:
        """For so long, at the copies of these agencies and the outboxes of all owners."""
        async with AsyncExitStack() as stack:
            owners = {owner: await stack.enter_async_context(_opened(place, owner)) for owner in country.OWNERS}
            copies = {agency: await stack.enter_async_context(_opened(place, agency)) for agency in agencies}
            begun, until = await owners[country.OWNERS[0]].fetchval(NOW), time.monotonic() + seconds
            while time.monotonic() < until:
                for owner, sql in owners.items():
                    self.waiting[owner] = max(self.waiting[owner], await sql.fetchval(WAITING))
                await asyncio.sleep(LOOK_SECONDS)
            for agency, sql in copies.items():
                for owner in country.COPYING[agency]:
                    rows = await sql.fetch(UNDER_WAY.format(owner=owner), begun)  # our own names
                    self.seconds += [row["seconds"] for row in rows]


@asynccontextmanager
async def _opened(place: Place, agency: str) -> AsyncIterator[Connection]:
    sql = await asyncpg.connect(place.urls[agency])
    try:
        yield sql
    finally:
        await sql.close()
