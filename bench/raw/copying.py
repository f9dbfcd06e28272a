"""Raw limits of a bootstrap: bare decode of all records, and COPY of their rows into a table without an index."""

import gc
import time
from dataclasses import dataclass

from bench.place import Place, copy_table
from bench.raw.applying import decoded, fetched, rows_of


@dataclass(frozen=True, slots=True)
class Bounds:
    """Seconds of each for so many `records`."""

    records: int
    decode: float
    copy: float


async def bounds(place: Place, reader: str) -> Bounds:
    gc.disable()
    _, records = await fetched(place, keep=True)
    decode, values = decoded(place, reader, records)
    rows = rows_of(reader, records, values)
    names = [column.name for column in copy_table(reader).columns if column.name != "heard_at"]
    sql = await place.sql(reader)
    try:
        await sql.execute("drop table if exists bare; create table bare (like resident)")
        begun = time.perf_counter()
        await sql.copy_records_to_table("bare", records=rows, columns=names)
        return Bounds(len(rows), decode, time.perf_counter() - begun)
    finally:
        await sql.close()
