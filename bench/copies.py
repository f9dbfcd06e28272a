"""The readers' copies as a measure finds them: nobody was away, so none is read anew."""

from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

from bench import stock
from bench.place import OWNER, RESIDENT, Place

EARLIER = datetime(2026, 1, 1, tzinfo=UTC)
NEXT = """
    insert into inbox_offset (topic, partition, next_offset, level_at)
    select $1, partition, next_offset, now() from unnest($2::int[], $3::bigint[]) as begins (partition, next_offset)
"""


async def empty(place: Place, reader: str, begins: Mapping[int, int] | None = None) -> None:
    """Nothing held, nothing read. `begins`: the offsets to read from, by partition; else the log's beginning."""
    sql = await place.sql(reader)
    try:
        await sql.execute("truncate resident, inbox_offset, dead_letter cascade")
        if begins is not None:
            await sql.execute(NEXT, RESIDENT, list(begins), list(begins.values()))
    finally:
        await sql.close()


async def held(place: Place, reader: str, count: int, begins: Mapping[int, int] | None = None) -> None:
    """The copy as on any day: it holds every resident at an earlier version, so each event is an update."""
    owner = await place.sql(OWNER)
    rows = await owner.fetch("select key from template where n < $1 order by n", count)
    await owner.close()
    await empty(place, reader, begins)
    sql = await place.sql(reader)
    try:
        known = [(UUID(row["key"]), 0, False, EARLIER, EARLIER) for row in rows]
        names = ("resident_id", "version", "gone", "as_of", "heard_at")
        await sql.copy_records_to_table("resident", records=known, columns=names)
        await sql.execute("vacuum analyze resident")
    finally:
        await sql.close()
    await stock.settle(place)


async def complete(place: Place, reader: str, count: int) -> None:
    """A rate counts only if every resident is held as last said, and nothing lies among the dead letters."""
    sql = await place.sql(reader)
    try:
        held = await sql.fetchval("select count(*) from resident where version = 1 and not gone")
        dead = await sql.fetchval("select count(*) from dead_letter")
    finally:
        await sql.close()
    if (held, dead) != (count, 0):
        raise RuntimeError(
            f"{reader} holds {held} of {count} residents, and {dead} dead letters: no rate of that counts"
        )
