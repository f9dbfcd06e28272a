"""A copy made equal to the log while it is read: each key that the log holds is noted, the others go at the end.

Rows stay where they are meanwhile, so that readers see no gap. Keys and offset are noted in the transaction of each
batch: after a kill it goes on. Should a batch ever have been applied without being noted, it begins again.
Whom the log no longer holds is buried as by a tombstone: an erasure clears the queues, and `then` runs.
"""

import logging
import time
import zlib
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

from aiokafka import TopicPartition
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from sekali import avro, metrics
from sekali.applying import Applying
from sekali.arrays import KEYS, array_of
from sekali.batch import Batch
from sekali.codec import HEADER_VERSION, Heard
from sekali.database import Database
from sekali.deadletter import StoredRecord
from sekali.offsets import Polled

logger = logging.getLogger(__name__)
PAGE = 10_000
# The owner awaits the confirmation of its tombstone's version, which nobody knows any more; there is none behind it.
FOR_GOOD = 2**63 - 1

STANDS = text("""
    select next_offset, level_at, clock_timestamp() as now from inbox_offset
    where topic = :topic and partition = :partition for update
""")
RUNNING = text("""
    select rebuild_id, away_since, noted_offset from inbox_rebuild
    where topic = :topic and partition = :partition and ended_at is null
""")
BEGIN = text("""
    insert into inbox_rebuild (topic, partition, away_since, begun_at, until_offset)
    values (:topic, :partition, :since, :now, :until)
""")
LEVEL = text("update inbox_offset set level_at = :level where topic = :topic and partition = :partition")
SET_BACK = text("""
    update inbox_offset set next_offset = 0, level_at = :now where topic = :topic and partition = :partition
""")
# The exact bound of what was noted before: a batch that was applied by who does not note leaves a hole.
NOTE = text(f"""
    with noted as (
        update inbox_rebuild set noted_offset = greatest(noted_offset, :end)
        where rebuild_id = :rebuild_id and ended_at is null and noted_offset >= :expected
        returning rebuild_id
    )
    insert into inbox_seen (rebuild_id, key)
    select noted.rebuild_id, said.key from noted, unnest({KEYS}) as said (key) on conflict do nothing
""")  # noqa: S608
ENDED = text("update inbox_rebuild set ended_at = clock_timestamp(), removed = :removed where rebuild_id = :rebuild_id")
FORGET = text("delete from inbox_seen where rebuild_id = :rebuild_id")
CONFIRMED = text(f"update erasure set version = :version where topic = :topic and key = any({KEYS})")  # noqa: S608


async def note(
    session: AsyncSession,
    rebuilt: Mapping[TopicPartition, int],
    polled: Mapping[TopicPartition, Polled],
    mine: Collection[TopicPartition],
    batch: Batch,
) -> None:
    """What a batch shows to be in the log, in its transaction. `rebuilt`: partition -> rebuild_id."""
    for place in rebuilt.keys() & set(mine):
        keys = {
            key
            for record, one in batch.of({place})
            if record.value is not None and (key := one.key if isinstance(one, Heard) else _uuid(record.key))
        }
        row = {"rebuild_id": rebuilt[place], "expected": polled[place].expected, "end": polled[place].end}
        await session.execute(NOTE, row | {"keys": array_of(keys)})


class Rebuilding:
    """Of one copy."""

    def __init__(self, applying: Applying, database: Database) -> None:
        assert applying.copy is not None, "only copies of state topics are rebuilt"
        self.topic = applying.contract.topic
        self._applying = applying
        self._database = database
        projection = applying.copy.projection
        key, table = projection.key, projection.into.name
        # Stands in for the level of a row from before there were any: by a service's clock, but hours do no harm there,
        # where tombstones are kept for days.
        # Names come from the agency's own table, never from a record.
        self._last = text(f"select max(heard_at) from {table}")  # noqa: S608
        self._unseen = text(f"""
            select {key} as key, version from {table}
            where not gone and version > 0 and (cast(:after as uuid) is null or {key} > :after)
              and not exists (select from inbox_seen where rebuild_id = :rebuild_id and inbox_seen.key = {table}.{key})
            order by {key} limit {PAGE}
        """)  # noqa: S608

    async def begin(self, place: TopicPartition, kept: float) -> float:
        """Order it, if the database too says that the last level was longer ago; seconds since the level that counts.

        A copy that holds nobody needs none.
        """
        where = {"topic": place.topic, "partition": place.partition}
        async with self._database.transaction() as session:
            stands = (await session.execute(STANDS, where)).one()
            if (await session.execute(RUNNING, where)).first() is not None:
                return 0.0
            last = await session.scalar(self._last)
            since = stands.now if last is None else min(stands.level_at or last, stands.now)
            away: float = (stands.now - since).total_seconds()
            if away <= kept:
                await session.execute(LEVEL, where | {"level": since})
                return away
            await session.execute(BEGIN, where | {"since": since, "now": stands.now, "until": stands.next_offset})
            await session.execute(SET_BACK, where | {"now": stands.now})
        metrics.INBOX_REBUILDS.labels(place.topic).inc()
        logger.warning(
            "%s[%d]: not level for %.0f s, and tombstones are kept for %.0f s: it is read anew.", *place, away, kept
        )
        return 0.0

    async def finish(self, place: TopicPartition, rebuild_id: int, applied: int, partitions: int) -> bool:
        """Remove whom the log does not hold, where the subscriber stands at its end; whether it is over.

        `applied`: where that end is. Over is also one with a hole: the absence then counts as before, and the next
        one begins.
        """
        unseen = await self._not_seen(place, rebuild_id, partitions)
        records = [_tombstone(place, rebuild_id, number, *one) for number, one in enumerate(sorted(unseen.items()))]
        events = [one for one in await self._applying.decoder.decode_all(records) if isinstance(one, Heard)]
        where = {"topic": place.topic, "partition": place.partition}
        async with self._database.transaction() as session:
            for lock in self._applying.locks(records):
                await session.execute(text(f"select {lock}"))
            stands = (await session.execute(STANDS, where)).one()
            running = (await session.execute(RUNNING, where)).first()
            if running is None or running.rebuild_id != rebuild_id:
                return True
            if stands.next_offset != applied:
                return False
            whole, removed = running.noted_offset >= applied, None
            batch = Batch()
            if whole:
                batch, removed = await self._applying.bury(session, events), len(events)
                await session.execute(CONFIRMED, {"topic": place.topic, "version": FOR_GOOD, "keys": array_of(unseen)})
            else:
                await session.execute(LEVEL, where | {"level": running.away_since})
            await session.execute(ENDED, {"rebuild_id": rebuild_id, "removed": removed})
            await session.execute(FORGET, {"rebuild_id": rebuild_id})
        self._applying.settled(batch)
        batch.count(place.topic)
        told = f"{removed} rows are gone that it does not hold" if whole else "not all was noted: once more"
        logger.warning("%s[%d] was read anew: %s.", *place, told)
        return True

    async def _not_seen(self, place: TopicPartition, rebuild_id: int, partitions: int) -> dict[UUID, int]:
        """Key -> version of the rows of the partition's keys that were not noted."""
        found: dict[UUID, int] = {}
        after: UUID | None = None
        while True:
            async with self._database.transaction() as session:
                asked = {"after": after, "rebuild_id": rebuild_id}
                rows: Sequence[Any] = (await session.execute(self._unseen, asked)).all()
            # As `partitioner: crc32` of the cards has it.
            found |= {
                row.key: row.version
                for row in rows
                if zlib.crc32(str(row.key).encode()) % partitions == place.partition
            }
            if len(rows) < PAGE:
                return found
            after = rows[-1].key


def _tombstone(place: TopicPartition, rebuild_id: int, number: int, key: UUID, version: int) -> StoredRecord:
    """Of the version behind the row's own: the true one is at least that. Its offset is none of the log's."""
    headers = [("ce_id", str(uuid4()).encode()), (HEADER_VERSION, str(version + 1).encode())]
    at = int(time.time() * 1000)
    return StoredRecord(
        place.topic, place.partition, -(rebuild_id << 32) - number, at, str(key).encode(), None, headers
    )


def _uuid(key: bytes | None) -> UUID | None:
    try:
        return avro.UUID((key or b"").decode("ascii"))
    except ValueError:
        return None
