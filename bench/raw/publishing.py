"""Raw limit of the relay, first side: the same records by aiokafka alone, everything prepared before the clock starts.

acks=all, idempotent, one batch as full as the broker takes it, all partitions in flight.
"""

import asyncio
import time
import zlib
from collections.abc import Iterable, Sequence

from aiokafka import AIOKafkaProducer

from sekali.kafka import Connection

Headers = list[tuple[str, bytes]]
Record = tuple[bytes, bytes | None, Headers]
"""Key, value, headers."""
LARGEST_BATCH = 1_000_000


def partitioned(records: Iterable[Record], partitions: int) -> list[list[Record]]:
    """By CRC32 of the key, as librdkafka and the relay do it."""
    found: list[list[Record]] = [[] for _ in range(partitions)]
    for record in records:
        found[zlib.crc32(record[0]) % partitions].append(record)
    return found


async def published(connection: Connection, topic: str, records: Sequence[Sequence[Record]]) -> float:
    """Seconds from the first append to the last acknowledgement; `records` by partition."""
    producer = AIOKafkaProducer(
        **connection, acks="all", enable_idempotence=True, max_batch_size=LARGEST_BATCH, request_timeout_ms=60_000
    )
    await producer.start()
    try:
        await producer.partitions_for(topic)
        begun, now = time.perf_counter(), int(time.time() * 1000)
        await asyncio.gather(*(_partition(producer, topic, i, mine, now) for i, mine in enumerate(records)))
        return time.perf_counter() - begun
    finally:
        await producer.stop()


async def _partition(
    producer: AIOKafkaProducer, topic: str, partition: int, records: Sequence[Record], now: int
) -> None:
    place, acknowledgements = 0, []
    while place < len(records):
        batch = producer.create_batch()
        append = batch.append
        while place < len(records):
            key, value, headers = records[place]
            if append(timestamp=now, key=key, value=value, headers=headers) is None:
                break
            place += 1
        acknowledgements.append(await producer.send_batch(batch, topic, partition=partition))
    await asyncio.gather(*acknowledgements)
