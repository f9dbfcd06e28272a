"""An empty copy is filled by COPY: a new agency reads the country, and nearly each key comes once.

The primary key stays in place: forms and use cases work on the table meanwhile, and a batch is applied exactly once as
any other. A batch with a key that is there already is written by the usual upsert instead.
"""

import time
from collections.abc import Mapping, Sequence

from asyncpg import UniqueViolationError
from sqlalchemy import Table, text
from sqlalchemy.ext.asyncio import AsyncSession

from sekali.binary_rows import Column, Pack, Row, packer
from sekali.database import DRIVER

LEAST = 500
"""A smaller batch is no bootstrap."""
DOUBLES = 3
"""After so many batches with keys that were there it is over: what comes now are changes."""
KINDS = text("""
    select attname, format_type(atttypid, null) as kind from pg_attribute
    where attrelid = cast(:table as regclass) and attnum > 0
""")


class Filling:
    """Of one table. `columns`: those of a row; the first `always` are never null.

    `logics`: place in the row -> logical type of a raw value there.
    """

    def __init__(self, table: Table, columns: Sequence[str], logics: Mapping[int, str], *, always: int) -> None:
        self._table = table.name
        self._columns = [*columns, "heard_at"]
        self._logics = logics
        self._always = always
        self._exists = text(f"select exists (select from {table.name})")  # noqa: S608  # the agency's own table
        self._pack: Pack | None = None
        self._left: int | None = None  # None: nobody has looked yet

    async def take(self, session: AsyncSession, rows: Sequence[Row]) -> bool:
        """In a lane: write rows of different keys, if the copy was empty when this process began; whether it was done.

        Raises asyncpg's own errors, and what a value raises that fits no column: the transaction is over then.
        """
        left = await self._begin(session) if self._left is None else self._left
        if self._pack is None or not left or len(rows) < LEAST:
            return False
        packed = memoryview(self._pack(rows, time.time_ns() // 1000))
        try:
            await session.info[DRIVER].copy_to_table(self._table, source=packed, columns=self._columns, format="binary")
        except UniqueViolationError:
            self._left = left - 1
            raise
        return True

    async def _begin(self, session: AsyncSession) -> int:
        """Nothing is packed where the copy holds something, or has a type that COPY is not known to take."""
        self._left = DOUBLES
        if not await session.scalar(self._exists):
            kinds = {row.attname: row.kind for row in await session.execute(KINDS, {"table": self._table})}
            self._pack = packer([
                Column(kinds[name], self._logics.get(place), nullable=place >= self._always)
                for place, name in enumerate(self._columns[:-1])
            ])  # fmt: skip
        return self._left
