"""Where an agency goes on reading: offsets in its own database, moved by compare-and-swap with the effect.

The compared value is the end of the batch polled before from the partition, never the first record's offset:
compacted topics have gaps.
It moves when a batch is polled and goes back only by a seek.
Between two assignments nothing is sought and no place is known: a new assignment begins at Kafka's own offsets, and a
place from before it would claim what is then read, without what lies between.
Somebody may set the database's offsets back under a consumer that reads on: an operator by a replay, or a backup.
"""

import asyncio
import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from sekali import metrics
from sekali.database import DRIVER, Database, now

logger = logging.getLogger(__name__)
ASK_SECONDS = 5.0
NEVER = float("-inf")

BEGIN = text("""
    insert into inbox_offset (topic, partition, next_offset, level_at)
    select log.*, clock_timestamp()
    from unnest(cast(:topics as text[]), cast(:partitions as int[]), cast(:begins as bigint[])) as log
    on conflict (topic, partition) do update
        set next_offset = excluded.next_offset, gaps = inbox_offset.gaps + 1
        where inbox_offset.next_offset < excluded.next_offset
    returning topic, partition, gaps
""")
LOAD = text("""
    select topic, partition, next_offset, cast(extract(epoch from clock_timestamp() - level_at) as float8) as away
    from inbox_offset where topic = any(cast(:topics as text[]))
""")
END = text("""
    update inbox_replay set state = 'DONE', ended_at = :now from inbox_offset
    where inbox_replay.topic = any(cast(:topics as text[])) and inbox_replay.state = 'RUNNING'
      and inbox_offset.topic = inbox_replay.topic and inbox_offset.partition = inbox_replay.partition
      and inbox_offset.next_offset >= inbox_replay.until_offset
""")
# Passed by a batch that was polled before the order was known: nothing was made anew.
REDO = text("""
    update inbox_offset set next_offset = inbox_replay.begin_offset from inbox_replay
    where inbox_replay.topic = any(cast(:topics as text[])) and inbox_replay.state = 'RUNNING'
      and inbox_offset.topic = inbox_replay.topic and inbox_offset.partition = inbox_replay.partition
      and inbox_offset.next_offset >= inbox_replay.until_offset
      and inbox_replay.topic || ':' || inbox_replay.partition = any(cast(:places as text[]))
""")
REPLAYS = text("""
    select topic, partition, until_offset from inbox_replay
    where state = 'RUNNING' and topic = any(cast(:topics as text[]))
""")
REBUILDS = text("""
    select topic, partition, rebuild_id, until_offset from inbox_rebuild
    where ended_at is null and topic = any(cast(:topics as text[]))
""")
# Prepared once for a connection: to be planned anew for each batch took longer than to be carried out.
CLAIM = """
    prepare sekali_claim (text[], int[], bigint[], bigint[], uuid[]) as
    update inbox_offset set next_offset = polled.next_offset
    from unnest($1, $2, $3, $4) as polled (topic, partition, expected, next_offset)
    where inbox_offset.topic = polled.topic and inbox_offset.partition = polled.partition
      and inbox_offset.next_offset = polled.expected
      and not exists (select from erasure where key = any($5))
"""
OURS = text("select topic, partition from inbox_offset where xmin = cast(pg_current_xact_id() as xid)")


class Polled(NamedTuple):
    """One partition's part of a poll: what the database must say, and what it says afterwards."""

    expected: int | None
    end: int


class Poll(tuple[ConsumerRecord, ...]):
    """What one poll brought; FastStream hands a tuple on as it is."""

    places: dict[TopicPartition, Polled]


class Offsets:
    """The offsets of one subscription's assigned partitions."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._position: dict[TopicPartition, int] = {}
        self._applied: dict[TopicPartition, int] = {}
        self._replayed: dict[TopicPartition, int] = {}
        self.rebuilt: dict[TopicPartition, int] = {}
        """Partitions that are read anew after an absence -> rebuild_id."""
        self.level: dict[TopicPartition, float] = {}
        """When all was applied that the log held, by the monotonic clock; NEVER: nobody knows."""
        self._consumer: AIOKafkaConsumer | None = None
        self._seeking = asyncio.Lock()
        self._assignment = 0
        self._between_assignments = False
        self.reported: dict[TopicPartition, int] = {}
        self.closing = False

    def applied(self, place: TopicPartition) -> int | None:
        """Up to where the database has it; what was polled further may still fail."""
        return self._applied.get(place)

    def wrote(self, polled: Mapping[TopicPartition, Polled], mine: Iterable[TopicPartition]) -> None:
        """After the commit."""
        for place in mine:
            self._applied[place] = end = polled[place].end
            if end >= self._replayed.get(place, end + 1):
                del self._replayed[place]

    def replays(self, polled: Mapping[TopicPartition, Polled]) -> bool:
        """Whether some of it is read again, by an operator's order."""
        return any((one.expected or 0) < self._replayed.get(place, 0) for place, one in polled.items())

    async def end_replays(self, session: AsyncSession, polled: Mapping[TopicPartition, Polled]) -> None:
        """Those that come to their end by this batch, in its transaction, behind the claim."""
        if any(one.end >= self._replayed.get(place, one.end + 1) for place, one in polled.items()):
            await session.execute(END, {"topics": sorted({place.topic for place in polled}), "now": now(session)})

    async def follow(self) -> None:
        """Seek where the database was set back; a quiet topic shows it by nothing else."""
        consumer, known = self._consumer, dict(self._applied)
        if consumer is None or not known or self.closing:
            return
        topics = sorted({place.topic for place in known})
        plain = [
            f"{topic}:{partition}" for topic, partition in known.keys() - self._replayed.keys() - self.rebuilt.keys()
        ]
        async with self._database.transaction() as session:
            await session.execute(REDO, {"topics": topics, "places": plain})
            rows = await session.execute(LOAD, {"topics": topics})
            stored = {TopicPartition(row.topic, row.partition): row.next_offset for row in rows}
        if set_back := [place for place, end in known.items() if stored.get(place, end) < end]:
            await self.seek(consumer, set_back)

    def polled(self, records: Iterable[ConsumerRecord]) -> Poll:
        """Move on by a poll. A partition without a known place has `expected` None.

        Call it before anything is awaited after the poll: a seek in between would give the records another beginning.
        """
        poll = Poll(records)
        last = {(record.topic, record.partition): record.offset for record in poll}  # in order, so the last stays
        poll.places = {}
        for (topic, partition), offset in last.items():
            place = TopicPartition(topic, partition)
            poll.places[place] = Polled(self._position.get(place), offset + 1)
        self._position.update({place: polled.end for place, polled in poll.places.items()})
        return poll

    @staticmethod
    def claiming(polled: Mapping[TopicPartition, Polled], locks: Sequence[str], about: Iterable[UUID] = ()) -> str:
        """SQL for a lane with `CLAIM` that takes the locks of a batch, then moves the database's offsets.

        None of them where somebody of `about` is erased.
        What it does not move otherwise belongs to another consumer, or was applied already.
        Later statements see what the locks' holders before us have committed.
        """
        places = sorted(polled)
        arrays = (
            [place.topic for place in places],
            [place.partition for place in places],
            ["null" if polled[place].expected is None else polled[place].expected for place in places],
            [polled[place].end for place in places],
            list(about),
        )
        claim = f"execute sekali_claim ({', '.join(map(_array, arrays))})"
        return f"select {', '.join(locks)};{claim}" if locks else claim

    async def claim(self, session: AsyncSession, polled: Mapping[TopicPartition, Polled]) -> set[TopicPartition]:
        """Where not all were moved: what can be is, and returned."""
        await session.info[DRIVER].execute(self.claiming(polled, ()))
        return {TopicPartition(row.topic, row.partition) for row in await session.execute(OURS)}

    def revoked(self) -> None:
        """Nothing is assigned until `assigned`."""
        self._between_assignments = True
        self._assignment += 1
        self._position.clear()
        self._applied.clear()
        self.level.clear()

    async def assigned(self, consumer: AIOKafkaConsumer, places: Iterable[TopicPartition]) -> None:
        """What was polled under the new assignment before is at no known place, and comes again."""
        self.revoked()
        self._consumer = consumer
        self._between_assignments = False
        await self.seek(consumer, places)

    async def seek(self, consumer: AIOKafkaConsumer, places: Iterable[TopicPartition]) -> None:
        """Go to the database's offsets; waits for the database as long as it takes.

        Where the log begins later than the stored offset, the gap is counted and reading goes on at the log's start.
        One at a time: what an earlier one has read is not set over what a later one found.
        """
        async with self._seeking:
            await self._sought(consumer, places)

    async def _sought(self, consumer: AIOKafkaConsumer, places: Iterable[TopicPartition]) -> None:
        wanted, wait = sorted(set(places) & consumer.assignment()), 0.1
        while wanted and not self.closing and not self._between_assignments:
            assignment = self._assignment
            try:
                # A consumer that is being closed would ask for 40 s.
                async with asyncio.timeout(ASK_SECONDS):
                    begins = await consumer.beginning_offsets(wanted)
                stored = await self._stored(begins)
            except Exception as error:
                logger.warning("Offsets cannot be read (%s); trying again in %.1f s.", type(error).__name__, wait)
                await asyncio.sleep(wait)
                wait, wanted = min(wait * 2, 5.0), sorted(set(wanted) & consumer.assignment())
                continue
            if self._assignment == assignment:
                for place in wanted:
                    consumer.seek(place, stored[place])
                    self._position[place] = self._applied[place] = stored[place]
            return

    async def _stored(self, begins: Mapping[TopicPartition, int]) -> dict[TopicPartition, int]:
        places = sorted(begins)
        parameters: dict[str, Any] = {
            "topics": [place.topic for place in places],
            "partitions": [place.partition for place in places],
            "begins": [begins[place] for place in places],
        }
        async with self._database.transaction() as session:
            for row in await session.execute(BEGIN, parameters):
                if row.gaps:
                    metrics.INBOX_GAPS.labels(row.topic).inc()
                    logger.error("%s[%d]: the log no longer holds the stored offset; a gap.", row.topic, row.partition)
            topics = {"topics": parameters["topics"]}
            await session.execute(END, topics | {"now": now(session)})
            stands = {TopicPartition(row.topic, row.partition): row for row in await session.execute(LOAD, topics)}
            running = await session.execute(REPLAYS, topics)
            replayed = {TopicPartition(row.topic, row.partition): row.until_offset for row in running}
            rebuilt = {TopicPartition(row.topic, row.partition): row for row in await session.execute(REBUILDS, topics)}
        for place in places:
            ends = (replayed.get(place, 0), rebuilt[place].until_offset if place in rebuilt else 0)
            _put(self._replayed, place, max(ends) or None)
            _put(self.rebuilt, place, rebuilt[place].rebuild_id if place in rebuilt else None)
            away = stands[place].away
            self.level.setdefault(place, NEVER if away is None else time.monotonic() - max(0.0, away))
        return {place: stands[place].next_offset for place in places}


def _put(found: dict[TopicPartition, int], place: TopicPartition, value: int | None) -> None:
    if value is None:
        found.pop(place, None)
    else:
        found[place] = value


def _array(values: Sequence[object]) -> str:
    """Of topics, numbers and UUIDs, as PostgreSQL writes it."""
    return "'{" + ",".join(map(str, values)).replace("'", "''") + "}'"
