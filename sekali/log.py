"""An agency's own log in Kafka: the next offset expected of each partition, and the mending of holes.

A relay that was paused past its lock may still write an old version behind a newer one.
Living copies go by versions and are safe; compaction keeps the last offset, so the next bootstrap would not be.
So the relay expects offsets.
A hole means that someone else wrote there, and the keys in it get their present state said again; where the hole holds
later versions than the database, that was set back, and nothing is published (`behind.py`).
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from uuid import UUID

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from sekali import behind, metrics, outbox
from sekali.behind import OwnVersions, Written
from sekali.contracts import Catalogue
from sekali.database import Database
from sekali.erasure.clearing import graves
from sekali.errors import SekaliError
from sekali.kafka import REQUEST_MS, Connection
from sekali.reading import VERSION

logger = logging.getLogger(__name__)

Current = Callable[[AsyncSession, Sequence[UUID]], Awaitable[Sequence["outbox.Event | outbox.Tombstone"]]]
Expected = dict[tuple[str, int], int]
READ_SECONDS = 30.0

LOAD = text("select topic, partition, next_offset from relay_offset")
BEGIN = text("""
    insert into relay_offset (topic, partition, next_offset) values (:topic, :partition, :next_offset)
    on conflict do nothing
""")
MOVE = text("""
    update relay_offset set next_offset = moved.next_offset
    from unnest(cast(:topics as text[]), cast(:partitions as int[]),
                cast(:expected as bigint[]), cast(:ends as bigint[]))
         as moved (topic, partition, expected, next_offset)
    where relay_offset.topic = moved.topic and relay_offset.partition = moved.partition
      and relay_offset.next_offset = moved.expected
""")


class AnotherRelay(SekaliError):
    """Another relay has moved the expected offsets: this one stops and asks for the lock again."""

    def __init__(self) -> None:
        super().__init__("Another relay has written; this one begins again.")


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A batch that the broker took.

    `offset`: of its first record, or -1 where the broker does not say. Of what it already has it knows that for the
    last five batches only.
    """

    topic: str
    partition: int
    offset: int
    positions: list[int]


@dataclass(frozen=True, slots=True)
class Hole:
    """Offsets from `begin` up to, not including, `end`, that this relay did not write."""

    topic: str
    partition: int
    begin: int
    end: int


class OwnLog:
    """What the relay expects of the partitions of its agency's topics. Used as an async context, under the lock."""

    def __init__(
        self,
        *,
        agency: str,
        catalogue: Catalogue,
        connection: Connection,
        producer: AIOKafkaProducer,
        database: Database,
        current: Mapping[str, Current],
    ) -> None:
        self._agency = agency
        self._producer = producer
        self._topics = {card.topic: card for card in catalogue.says(agency)}
        self._revisions = {topic: catalogue.latest(topic).number for topic in self._topics}
        self._versions = OwnVersions(catalogue, self._topics.values())
        self._database = database
        self._current = current
        self._expected: Expected = {}
        self._consumer = AIOKafkaConsumer(
            **connection,
            client_id=f"{agency}.relay",
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="none",
            request_timeout_ms=REQUEST_MS,
        )

    async def __aenter__(self) -> Self:
        await self._consumer.start()
        try:
            await self._begin()
            await self.check()
        except BaseException:
            await self._consumer.stop()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._consumer.stop()

    async def check(self) -> None:
        """Compare with the log's ends; a quiet partition shows no hole otherwise."""
        ends = await self._ends()
        holes = [
            Hole(topic, partition, self._expected[topic, partition], end)
            for (topic, partition), end in ends.items()
            if end != self._expected[topic, partition]
        ]
        if holes:
            moved = {(hole.topic, hole.partition): hole.end for hole in holes}
            async with self._database.transaction() as session:
                await self.mend(session, holes, moved)
            self.moved(moved)

    async def moving(self, acknowledged: Iterable[Acknowledged]) -> tuple[Expected, list[Hole]]:
        """What is to be expected behind the acknowledged batches, and the holes before them.

        Where the broker does not say where it wrote, all up to the log's end is a hole: the batch may lie anywhere in
        it, and another's records beside it.
        """
        moved: Expected = {}
        holes = []
        for batch in acknowledged:
            place = (batch.topic, batch.partition)
            expected = moved.get(place, self._expected[place])
            is_told = batch.offset >= 0
            begin = batch.offset if is_told else (await self._ends())[place]
            if begin != expected:
                holes.append(Hole(*place, expected, begin))
            moved[place] = begin + len(batch.positions) if is_told else begin
        return moved, holes

    def swapped(self, moved: Expected) -> tuple[list[str], list[int], list[int], list[int]]:
        """Topics, partitions, what the database must say of them, and what it says afterwards."""
        places = sorted(moved)
        topics, partitions = [topic for topic, _ in places], [partition for _, partition in places]
        return topics, partitions, [self._expected[place] for place in places], [moved[place] for place in places]

    async def mend(self, session: AsyncSession, holes: Sequence[Hole], moved: Expected) -> None:
        """Say again the present state of the keys in the holes. Facts need none: an effect happens once by its id.

        Raises `BehindOwnLog`.
        """
        await self._say_again(session, holes)
        swapped = dict(zip(("topics", "partitions", "expected", "ends"), self.swapped(moved), strict=True))
        result = await session.execute(MOVE, swapped)
        if result.rowcount != len(moved):  # type: ignore[attr-defined]  # an UPDATE's CursorResult has it
            raise AnotherRelay

    def moved(self, moved: Expected) -> None:
        """After the commit."""
        self._expected.update(moved)

    async def _begin(self) -> None:
        """At first start a partition is expected to go on at its end, taken under the lock."""
        ends = await self._ends()
        async with self._database.transaction() as session:
            for (topic, partition), end in sorted(ends.items()):
                await session.execute(BEGIN, {"topic": topic, "partition": partition, "next_offset": end})
            self._expected = {(row.topic, row.partition): row.next_offset for row in await session.execute(LOAD)}

    async def _ends(self) -> Expected:
        places = []
        for topic in self._topics:
            partitions = await self._producer.partitions_for(topic)
            if not partitions:
                raise SekaliError(f"Kafka has no topic {topic}: run `sekali topics apply`.")
            places += [TopicPartition(topic, partition) for partition in partitions]
        ends = await self._consumer.end_offsets(places)
        return {(place.topic, place.partition): end for place, end in ends.items()}

    async def _say_again(self, session: AsyncSession, holes: Sequence[Hole]) -> None:
        for topic, card in sorted(self._topics.items()):
            of_topic = [hole for hole in holes if hole.topic == topic]
            if not of_topic:
                continue
            places = [(hole.partition, hole.begin, hole.end) for hole in of_topic]
            logger.warning("Offsets of %s were written by another, or it is not told by whom: %s", topic, places)
            metrics.RELAY_HOLES.labels(topic).inc(len(of_topic))
            if card.kind == "state":
                found: dict[UUID, Written] = {}
                for hole in of_topic:
                    await self._note(found, hole)
                if found:
                    present = await self._present(session, topic, sorted(found))
                    await behind.refuse(session, self._agency, topic, found, dict(map(_version, present)))
                    metrics.RELAY_REPAIRS.labels(topic).inc(len(found))
                    await outbox.put(session, *present)

    async def _present(
        self, session: AsyncSession, topic: str, keys: Sequence[UUID]
    ) -> Sequence["outbox.Event | outbox.Tombstone"]:
        """The agency's word on the keys; of those that it has erased, rows and all, the tombstone that was said."""
        present = list(await self._current[topic](session, keys))
        known = dict(map(_version, present))
        ended = await graves(session, topic, [key for key in keys if key not in known])
        nobody = outbox.unnamed(topic, self._revisions[topic])
        return present + [outbox.Tombstone(nobody, key, version) for key, version in sorted(ended.items())]

    async def _note(self, found: dict[UUID, Written], hole: Hole) -> None:
        if hole.end <= hole.begin:
            # The log ends before what was expected: it was cut or made anew, and there is nothing to read.
            return
        place = TopicPartition(hole.topic, hole.partition)
        self._consumer.assign([place])
        begin = (await self._consumer.beginning_offsets([place]))[place]
        self._consumer.seek(place, max(begin, hole.begin))
        async with asyncio.timeout(READ_SECONDS):
            try:
                while await self._consumer.position(place) < hole.end:
                    for record in (await self._consumer.getmany(place, timeout_ms=500)).get(place, []):
                        if record.offset < hole.end and record.key is not None:
                            self._versions.note(found, record)
            except UnicodeDecodeError:
                # A header's name; what is behind it in the hole stays as the stranger wrote it.
                logger.warning("%s[%d]: what another wrote cannot be read to its end.", hole.topic, hole.partition)


def _version(said: "outbox.Event | outbox.Tombstone") -> tuple[UUID, int]:
    """Key and version of a state."""
    if isinstance(said, outbox.Tombstone):
        return said.key, said.version
    key: UUID = getattr(said, said.KEY)
    version: int = getattr(said, VERSION)
    return key, version
