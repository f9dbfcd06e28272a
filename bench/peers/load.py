"""The rows that every relay is given, and how it is seen that they have arrived in the log."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from typing import Any

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition
from confluent_kafka.admin import NewTopic

from bench import people
from bench.place import OWNER, RESIDENT, Place
from sekali import outbox, topics

COLUMNS = (
    "id", "aggregatetype", "aggregateid", "type", "payload", "revision", "fingerprint", "version",
    "tracingspancontext",
)  # fmt: skip
Record = tuple[Any, ...]
LIMIT_SECONDS = 300.0


def sealed(place: Place, count: int, first: int = 0) -> list[Record]:
    """Rows of the outbox as population writes them: Avro, every personal group sealed."""
    writer = outbox.Writer(OWNER, place.catalogue, place.keyring(OWNER), lambda: None)
    rows = (writer.row(people.resident(number)) for number in range(first, first + count))
    return [(key, topic, aggregate, topic, *rest) for key, topic, aggregate, *rest in rows]


async def copy(sql: "asyncpg.Connection[asyncpg.Record]", rows: Sequence[Record]) -> None:
    """All rows in one transaction, by COPY."""
    await sql.copy_records_to_table("outbox", records=rows, columns=COLUMNS)


def make_topic(place: Place, name: str) -> None:
    """A topic like the residents', for what a peer writes: our readers would take it for poison."""
    card = place.catalogue.cards[RESIDENT]
    new = NewTopic(name, card.partitions, 1, config=topics.config(card))
    admin = place.admin()  # held: its answers die with it
    admin.create_topics([new])[name].result(timeout=topics.SECONDS)


class Log:
    """The ends of a topic's partitions, asked of the broker."""

    def __init__(self, place: Place, topic: str) -> None:
        self._consumer = AIOKafkaConsumer(**place.kafka())
        partitions = place.catalogue.cards[RESIDENT].partitions
        self._places = [TopicPartition(topic, number) for number in range(partitions)]

    async def __aenter__(self) -> "Log":
        await self._consumer.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._consumer.stop()

    async def length(self) -> int:
        return sum((await self._consumer.end_offsets(self._places)).values())

    async def reaches(self, length: int) -> float:
        """The moment (perf_counter) at which so many records are there; asked every 5 ms, for at most 300 s."""
        async with asyncio.timeout(LIMIT_SECONDS):
            while await self.length() < length:
                await asyncio.sleep(0.005)
        return time.perf_counter()


def pages(rows: Sequence[Record], size: int) -> Iterator[Sequence[Record]]:
    return (rows[start : start + size] for start in range(0, len(rows), size))
