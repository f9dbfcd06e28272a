"""What must not move while an agency has reason to wait, and what it says of that."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import asyncpg

from faults.stand import country
from faults.stand.children import Child
from faults.stand.place import Place
from faults.stand.stand import Stand

HEARD = """
    select (select coalesce(sum(next_offset), 0)::bigint from inbox_offset) as offsets,
           (select count(*) from dead_letter) as letters
"""
WAITING = "select count(*) from outbox"


class Lines:
    """What a log says from now on: a child's, or a file."""

    def __init__(self, log: Child | Path) -> None:
        self._file = log if isinstance(log, Path) else log.folders.logs / f"{log.name}.log"
        self._begin = self._file.stat().st_size

    async def say(self, words: str) -> bool:
        with self._file.open("rb") as lines:
            lines.seek(self._begin)
            return words.encode() in lines.read()


class Gone(NamedTuple):
    """How far a subscriber has gone through its topics, and how many dead letters it has."""

    offsets: int
    letters: int


async def gone(place: Place, subscriber: str) -> Gone:
    sql = await asyncpg.connect(place.urls[subscriber])
    try:
        row = await sql.fetchrow(HEARD)
        assert row is not None
        return Gone(**row)
    finally:
        await sql.close()


async def ends(stand: Stand, owner: str) -> Mapping[tuple[str, int], int]:
    """Of an owner's topics in Kafka."""
    known = await asyncio.to_thread(stand.reader.log.ends)
    return {place: end for place, end in known.items() if place[0] in {country.parcels(owner), country.payments(owner)}}


async def waiting(place: Place, owner: str) -> int:
    """Rows in its outbox."""
    sql = await asyncpg.connect(place.urls[owner])
    try:
        return int(await sql.fetchval(WAITING))
    finally:
        await sql.close()
