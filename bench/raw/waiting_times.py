"""Raw limits of latency: a record through Kafka and back, and a commit of one row, each alone at the same pace."""

import asyncio
import time
from datetime import UTC, datetime

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from bench import stock
from bench.pace import paced
from bench.place import OWNER, THIN, Place, copy_table
from bench.raw.applying import upsert
from bench.waiting import until

TOPIC = "bench.raw"


async def both(place: Place, count: int, per_second: float) -> tuple[list[float], list[float]]:
    """Round trips, then commits."""
    return await round_trips(place, count, per_second), await commits(place, count, per_second)


async def round_trips(place: Place, count: int, per_second: float) -> list[float]:
    """Seconds from handing a record to aiokafka's producer until aiokafka's consumer, in the same process, has it."""
    records = await stock.records(place, count)
    flat = [(partition, one) for partition, of in enumerate(records) for one in of]
    flat.sort(key=lambda one: one[1][0])  # by random keys: partition after partition would be no mixed traffic
    consumer = AIOKafkaConsumer(**place.kafka(), group_id=None, enable_auto_commit=False, auto_offset_reset="earliest")
    producer = AIOKafkaProducer(**place.kafka(), acks="all", enable_idempotence=True)
    sent: dict[bytes, float] = {}
    back: dict[bytes, float] = {}

    async def send(number: int) -> None:
        partition, (key, value, headers) = flat[number]
        batch = producer.create_batch()
        batch.append(timestamp=int(time.time() * 1000), key=key, value=value, headers=headers)
        sent[key] = time.monotonic()
        await producer.send_batch(batch, TOPIC, partition=partition)

    async def receive() -> None:
        while True:
            found = await consumer.getmany(timeout_ms=1_000)
            now = time.monotonic()
            for of in found.values():
                for record in of:
                    back[record.key] = now

    await producer.start()
    await consumer.start()
    consumer.assign([TopicPartition(TOPIC, number) for number in range(len(records))])
    receiving = asyncio.create_task(receive())
    try:
        await paced(send, count, per_second)
        await until(lambda: _are(back, count))
    finally:
        receiving.cancel()
        await consumer.stop()
        await producer.stop()
    return [back[key] - moment for key, moment in sent.items()]


async def _are(back: dict[bytes, float], count: int) -> bool:
    return len(back) >= count


async def commits(place: Place, count: int, per_second: float) -> list[float]:
    """Seconds of one prepared statement that updates one row of the thin copy and commits, by asyncpg."""
    sql = await place.sql(THIN)
    keys = [row["resident_id"] for row in await sql.fetch("select resident_id from resident limit $1", count)]
    statement = await sql.prepare(upsert(copy_table(THIN)))
    taken: list[float] = []

    async def commit(number: int) -> None:
        begun, now = time.monotonic(), datetime.now(UTC)
        await statement.fetch([keys[number]], [1], [False], [now], ["VALID"], [now])
        taken.append(time.monotonic() - begun)

    try:
        for number in range(count):  # one connection does one thing at a time: paced, one behind the other
            await commit(number)
            await asyncio.sleep(max(0.0, 1 / per_second - taken[-1]))
    finally:
        await sql.close()
    return taken


async def queries(place: Place, count: int, per_second: float) -> list[float]:
    """Seconds of a prepared query that reads nothing, at the owner's database, by asyncpg."""
    sql, taken = await place.sql(OWNER), list[float]()
    statement = await sql.prepare("select 1")

    async def ask(_: int) -> None:
        begun = time.monotonic()
        await statement.fetchval()
        taken.append(time.monotonic() - begun)

    try:
        await paced(ask, count, per_second)
    finally:
        await sql.close()
    return taken
