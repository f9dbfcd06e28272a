"""What stands in the outbox and was not read yet: each row once, and the rows of a key in the order of their positions.

A transaction takes positions before it commits, so a row may appear below one that was read already.
Each read asks for what lies above the last row, and for what the read before could not see below it.
Below the floor nothing can appear any more: it keeps a read from passing the dead rows of all that was ever said.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

from sekali.sending import Row

PAGE = 2_000

# In PostgreSQL's words: the relay reads with asyncpg itself, in the order of `sending.Row`. The first row is the
# snapshot, and how many transactions have a number by now: those that run are not counted in the snapshot's end.
# Nearly all rows were said before the oldest transaction that the last read saw running: a number tells that soonest.
# What goes into the record as it is comes as bytes: text would have to be encoded again, row for row.
ROWS = """
    select age(xid '3')::bigint, pg_current_snapshot()::text, null, null, null, null, null, null, null, null
    union all
    (select position, aggregatetype, textsend(aggregateid), payload, revision, fingerprint, textsend(version::text),
            textsend(tracingspancontext), textsend(id::text), cast(extract(epoch from created_at) * 1000 as bigint)
     from outbox
     where position > $1 and (position > $2 or xid >= $5 and not {seen}) {further}
     order by position limit $4)
"""
VISIBLE = "pg_visible_in_snapshot(cast(cast(xid as text) as xid8), cast(cast({} as text) as pg_snapshot))"
SEEN = VISIBLE.format("$3")
ALL = ROWS.format(seen=SEEN, further="")
AS_OF = ROWS.format(seen=SEEN, further="and " + VISIBLE.format("$6"))
FIRST_XID = 3  # of `age` in ROWS; PostgreSQL's lowest that ages
NOTHING = "1:1:"
"""A snapshot that sees nothing."""
WRAP = 1 << 32


class Reading(Protocol):
    """asyncpg's connection, as far as it is used here: its rows are read 3 times as fast as SQLAlchemy's."""

    async def fetch(self, query: str, *arguments: object) -> list[Any]: ...


class Mark(NamedTuple):
    """Once all transactions before `xid` have ended, no row at or below `position` can appear."""

    position: int
    xid: int


class Late(NamedTuple):
    """More came late than fits into a page: read on behind `position`, in the same `snapshot`."""

    position: int
    snapshot: str
    age: int


class Outgoing:
    """Of one relay, which sends what it reads and deletes what was taken; after a failure it begins with a new one."""

    def __init__(self, reading: Reading, page: int = PAGE) -> None:
        self._reading = reading
        self._page = page
        self.again()

    def again(self) -> None:
        """From the beginning; only while nothing that was read stands there still."""
        self.floor = self._after = 0
        self._seen = NOTHING
        self._mark: Mark | None = None
        self._late: Late | None = None

    async def read(self) -> Sequence[Row]:
        """The next rows, at most a page, in the order of positions; empty where there is none."""
        seen = (self._after, self._seen, self._page, _oldest(self._seen))
        if self._late is None:
            found = await self._reading.fetch(ALL, self.floor, *seen)
            (age, snapshot, *_), rows = found[0], found[1:]
        else:
            position, snapshot, age = self._late
            found = await self._reading.fetch(AS_OF, position, *seen, snapshot)
            rows = found[1:]
        if len(rows) == self._page and rows[-1][0] < self._after:
            self._late = Late(rows[-1][0], snapshot, age)
            return rows
        self._late, self._seen = None, snapshot
        if rows:
            self._after = max(self._after, rows[-1][0])
        self._raise_floor(snapshot, age)
        return rows

    def _raise_floor(self, snapshot: str, age: int) -> None:
        end = int(snapshot.split(":")[1])
        if self._mark is not None and _oldest(snapshot) >= self._mark.xid:
            self.floor, self._mark = self._mark.position, None
        if self._mark is None:
            self._mark = Mark(self._after, end + (age + FIRST_XID - end) % WRAP)


def _oldest(snapshot: str) -> int:
    """The oldest transaction that runs in it."""
    return int(snapshot.split(":", maxsplit=1)[0])
