"""The relay of the PyPI package faststream-outbox: rows of its own table, published by FastStream's Kafka broker.

Its table holds payload and headers; the record's key travels as a header. Same bytes, headers and partitions as ours.
"""

import asyncio
import time
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from faststream.kafka import KafkaBroker, KafkaResponse
from faststream_outbox import OutboxBroker, OutboxMessage, make_outbox_table, outbox_autovacuum_ddl
from sqlalchemy import MetaData
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.schema import CreateIndex, CreateTable

from bench.peers.log import Log
from bench.place import OWNER, Place
from bench.stock import Sql
from sekali.kafka import security

TABLE = make_outbox_table(MetaData(), "peer_outbox")
TOPIC = "faststream-outbox.resident"
QUEUE = "resident"
KEY = "key"
# The registry's number of the schema is of no weight here: zeros stand in for it.
FILL = """
    insert into peer_outbox (queue, payload, headers)
    select 'resident', '\\x0000000000'::bytea || payload,
           jsonb_build_object('key', key, 'ce_specversion', '1.0', 'ce_type', topic, 'ce_source', '/population',
                              'content-type', 'application/avro', 'schema-fingerprint', fingerprint, 'ce_id', id,
                              'ce_entityversion', version::text, 'traceparent', traceparent || '00')
    from template where n < $1 order by n
"""


@dataclass(frozen=True, slots=True)
class Way:
    """Settings of `subscriber(…)` that were tried. Each worker waits for the acknowledgement of its one row."""

    workers: int
    fetch: int
    flush: int

    def __str__(self) -> str:
        return f"{self.workers} workers, {self.fetch} rows a fetch, {self.flush} a DELETE"


WAYS = (Way(16, 1_000, 100), Way(64, 2_000, 100), Way(200, 4_000, 200))


async def carry(place: Place, count: int, way: Way) -> float:
    """Events/s of rows that become visible all at once to an idle relay, until none is left."""
    sql = await place.sql(OWNER)
    await _made_anew(sql)
    engine = create_async_engine(place.settings(OWNER).database_url, pool_size=way.workers + 2, max_overflow=0)
    kafka, outbox = _joined(place, way, engine)
    await kafka.connect()
    await outbox.start()
    try:
        async with Log(place, TOPIC) as log:
            target = await log.length() + count
            await asyncio.sleep(1.0)  # it listens, and has found nothing
            async with sql.transaction():
                await sql.execute(FILL, count)
                await sql.execute(f"select pg_notify('outbox_{TABLE.name}', '{QUEUE}')")
            begun = time.monotonic()
            return count / (await log.reaches(target) - begun)
    finally:
        await outbox.stop()
        await kafka.stop()
        await engine.dispose()
        await sql.close()


async def _made_anew(sql: Sql) -> None:
    """With its indexes, and the autovacuum settings that its documentation asks for."""
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    await sql.execute(f"drop table if exists {TABLE.name}")
    await sql.execute(str(CreateTable(TABLE).compile(dialect=dialect)))
    for index in TABLE.indexes:
        await sql.execute(str(CreateIndex(index).compile(dialect=dialect)))
    await sql.execute(outbox_autovacuum_ddl(TABLE.name))


def _joined(place: Place, way: Way, engine: AsyncEngine) -> tuple[KafkaBroker, OutboxBroker]:
    """As in its "outbox relay to Kafka"; without injection and logging, and with our producer's settings."""
    settings = place.settings(OWNER)
    kafka = KafkaBroker(
        settings.kafka_bootstrap,
        security=security(settings),
        acks="all",
        enable_idempotence=True,
        max_batch_size=1_000_000,  # 16 kB by default
        partitioner=_by_crc32,  # aiokafka's murmur2 is Python and costs 6 µs a key
        apply_types=False,
        logger=None,
    )
    outbox = OutboxBroker(engine, outbox_table=TABLE, apply_types=False, logger=None)

    @kafka.publisher(TOPIC)
    @outbox.subscriber(
        QUEUE,
        max_workers=way.workers,
        fetch_batch_size=way.fetch,  # 10 by default
        terminal_flush_batch_size=way.flush,  # 1 by default: a DELETE for each row
        min_fetch_interval=0.01,  # 1 s by default; it is woken by LISTEN anyway
        decoder=_whole,
    )
    async def relay(message: OutboxMessage) -> KafkaResponse:
        headers = dict(message.headers)
        return KafkaResponse(message.body, key=headers.pop(KEY).encode(), headers=headers)

    return kafka, outbox


async def _whole(message: OutboxMessage, original: Any = None) -> OutboxMessage:
    """No JSON is looked for in Avro's bytes; the handler gets the message itself."""
    return message


def _by_crc32(key: bytes, every: Sequence[int], _available: Sequence[int]) -> int:
    return every[zlib.crc32(key) % len(every)]
