"""The usual FastStream handler: one event, one SQLAlchemy upsert, one transaction.

It reads the same topic by the same contract into the same columns. Not usual, but to its advantage: fastavro with
parsed schemas instead of JSON and Pydantic, no dependency injection (`apply_types=False`), asyncpg, no logger.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from uuid import UUID

from fastavro import schemaless_reader
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.message import KafkaMessage
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

from bench.place import COLUMNS, RESIDENT, Place, copy_table
from bench.raw.applying import FRAME, pair
from bench.waiting import until
from sekali.kafka import security


@dataclass(frozen=True, slots=True)
class Way:
    """How FastStream acknowledges, and how many handlers it runs at once."""

    words: str
    ack: AckPolicy
    workers: int

    def __str__(self) -> str:
        return self.words


WAYS = (
    # FastStream's default: aiokafka commits offsets by itself every 5 s, also of events not handled yet.
    Way("at most once, one after the other", AckPolicy.ACK_FIRST, 1),
    # The same with handlers side by side. Order within a key is lost; the version in the upsert makes up for it.
    Way("at most once, 16 side by side", AckPolicy.ACK_FIRST, 16),
    # The only one that loses nothing: an offset is committed behind its event; one worker for each partition.
    Way("at least once, one for each partition", AckPolicy.NACK_ON_ERROR, 4),
)


async def handled(place: Place, reader: str, way: Way, count: int) -> float:
    """Events/s of the first `count` in the topic, from the first that is handled to the last commit."""
    engine = create_async_engine(place.settings(reader).database_url, pool_size=way.workers, max_overflow=0)
    sessions = async_sessionmaker(engine, expire_on_commit=False)
    statement, values = _upsert(reader), _values(place, reader)
    broker = KafkaBroker(
        place.settings(reader).kafka_bootstrap,
        security=security(place.settings(reader)),
        apply_types=False,
        logger=None,
        consumer_only=True,
        decoder=_whole,
    )
    begun: list[float] = []
    ended: list[float] = []

    @broker.subscriber(
        RESIDENT,
        group_id=f"{reader}.handler.{time.monotonic_ns()}",
        auto_offset_reset="earliest",
        ack_policy=way.ack,
        max_workers=way.workers,
    )
    async def apply(message: KafkaMessage) -> None:
        begun.append(time.monotonic())
        async with sessions.begin() as session:
            await session.execute(statement, values(message))
        ended.append(time.monotonic())

    try:
        await broker.start()
        await until(lambda: _are(ended, count))
        return count / (ended[count - 1] - begun[0])
    finally:
        await broker.stop()
        await engine.dispose()


async def _are(ended: list[float], count: int) -> bool:
    return len(ended) >= count


async def _whole(message: KafkaMessage, original: Any = None) -> KafkaMessage:
    """No JSON is looked for in Avro's bytes; the handler gets the message itself."""
    return message


def _values(place: Place, reader: str) -> Callable[[KafkaMessage], dict[str, Any]]:
    writer, contract = pair(place, reader)
    paths = {name: path.split(".") for name, path in COLUMNS[reader].items()}

    def values(message: KafkaMessage) -> dict[str, Any]:
        record: Any = message.raw_message
        found: Any = schemaless_reader(BytesIO(record.value[FRAME:]), writer, contract)
        row = {name: _at(found, path) for name, path in paths.items()}
        said = datetime.fromtimestamp(record.timestamp / 1000, UTC)
        key = UUID(record.key.decode())
        return {"resident_id": key, "version": found["version"], "gone": False, "as_of": said, "heard_at": said, **row}

    return values


def _at(value: Any, path: list[str]) -> Any:
    for name in path:
        value = value[name]
    return value


def _upsert(reader: str) -> Insert:
    """Made once: SQLAlchemy's cache of statements and asyncpg's of prepared ones both hit from the second event on."""
    table = copy_table(reader)
    said = insert(table)
    moved = {column.name: said.excluded[column.name] for column in table.columns if not column.primary_key}
    return said.on_conflict_do_update(
        index_elements=["resident_id"], set_=moved, where=table.c.version < said.excluded.version
    )
