"""A subscriber that notes the moment at which each change is committed in its copy."""

import asyncio
import time
from collections.abc import Collection
from uuid import UUID

from bench.place import RESIDENT, Place
from bench.waiting import until
from sekali.batch import Batch
from sekali.bus import Bus
from sekali.codec import Heard

Moments = dict[UUID, float]
"""Key -> the machine's monotonic time; processes may compare theirs."""


class Notes:
    """`moments`: behind the commit of each key's last record. `counts`: moment and number of changes, by commit.

    `only`: nobody else's moments are kept: to note those of a hundred thousand costs the subscriber time.
    """

    def __init__(self, only: Collection[UUID] | None = None) -> None:
        self.count = 0
        self.counts: list[tuple[float, int]] = []
        self.moments: Moments = {}
        self._only = only

    def committed(self, batch: Batch) -> None:
        now, changes = time.monotonic(), batch.outcomes["APPLIED"]
        self.counts.append((now, changes))
        self.count += changes
        keys = (one.key for _, one in batch.decoded if isinstance(one, Heard))
        self.moments.update((key, now) for key in keys if self._only is None or key in self._only)


def noting(place: Place, reader: str, only: Collection[UUID] | None = None) -> tuple[Bus, Notes]:
    """A reader as in production, which also takes notes."""
    notes, bus = Notes(only), place.bus(reader)
    settled = bus.applying[RESIDENT].settled

    def noted(batch: Batch) -> None:
        notes.committed(batch)
        settled(batch)

    bus.applying[RESIDENT].settled = noted  # type: ignore[method-assign]
    return bus, notes


async def noted(
    place: Place, reader: str, count: int, only: Collection[UUID] | None = None, limit: float = 120.0
) -> Moments:
    """In a process of its own: the first `count` changes, each key at its last moment. TimeoutError."""
    bus, notes = noting(place, reader, only)
    await bus.start()
    try:
        await until(lambda: _are(notes, count), limit)
    finally:
        await bus.stop()
    return notes.moments


async def _are(notes: Notes, count: int) -> bool:
    return notes.count >= count


async def meets(place: Place, reader: str, key: UUID, limit: float = 60.0) -> None:
    """Until the reader's copy holds the key: it listens."""
    sql = await place.sql(reader)
    ask = await sql.prepare("select exists(select from resident where resident_id = $1 and version > 0)")

    async def is_there() -> bool:
        return bool(await ask.fetchval(key))

    try:
        await until(is_there, limit)
        await asyncio.sleep(0.5)  # what came with the start of a group has died away
    finally:
        await sql.close()
