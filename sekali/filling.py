"""An empty copy is filled by COPY: a new agency reads the country, and nearly each key comes once.

The primary key stays in place: forms and use cases work on the table meanwhile, and a batch is applied exactly once as
any other. A batch with a key that is there already is written by the usual upsert instead.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from asyncpg import UniqueViolationError
from sqlalchemy import Table, text
from sqlalchemy.ext.asyncio import AsyncSession

from sekali.avro_made import EPOCH, EPOCH_DAY

LEAST = 500
"""A smaller batch is no bootstrap."""
DOUBLES = 3
"""After so many batches with keys that were there it is over: what comes now are changes."""

Row = tuple[Any, ...]
Make = Callable[[Any], Any]
MAKES: dict[str, Make] = {
    "timestamp-millis": lambda value: EPOCH + timedelta(milliseconds=value),
    "timestamp-micros": lambda value: EPOCH + timedelta(microseconds=value),
    "date": lambda value: date.fromordinal(EPOCH_DAY + value),
}
"""Logical type -> what COPY takes for a raw value: it has no expressions as the upsert has."""


class Filling:
    """Of one table. `columns`: those of a row; `made`: place in the row -> logical type of a raw value there."""

    def __init__(self, table: Table, columns: Sequence[str], made: dict[int, str]) -> None:
        self._table = table.name
        self._columns = [*columns, "heard_at"]
        self._made = [(place, MAKES[logic]) for place, logic in made.items() if logic in MAKES]
        self._exists = text(f"select exists (select from {table.name})")  # noqa: S608  # the agency's own table
        self._doubles: int | None = None

    async def take(self, session: AsyncSession, rows: Sequence[Row]) -> bool:
        """Write rows of different keys, if the copy was empty when this process began; whether that was done.

        A failure leaves the caller's transaction as it was; one that is not a key's raises asyncpg's own errors.
        """
        if self._doubles is None:
            self._doubles = DOUBLES if await session.scalar(self._exists) else 0
        if self._doubles >= DOUBLES or len(rows) < LEAST:
            return False
        heard_at = datetime.now(UTC)
        records = [(*self._typed(row), heard_at) for row in rows]
        connection = await session.connection()
        driver: Any = (await connection.get_raw_connection()).driver_connection
        try:
            async with session.begin_nested():
                await driver.copy_records_to_table(self._table, records=records, columns=self._columns)
        except UniqueViolationError:
            self._doubles += 1
            return False
        return True

    def _typed(self, row: Row) -> Row:
        values = list(row)
        for place, make in self._made:
            if (value := values[place]) is not None:
                values[place] = make(value)
        return tuple(values)
