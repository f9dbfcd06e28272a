"""From the commit of a single outbox row to a plain consumer that holds its record, whoever carries it.

Writer, consumer and clock are the same for every relay: one INSERT and its commit, 50 times a second.
"""

import asyncio
import time
from collections.abc import Callable, Sequence

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition

from bench.pace import paced
from bench.peers.debezium_settings import TOPIC
from bench.place import OWNER, RESIDENT, Place
from bench.quantiles import Latency, latency
from bench.service import serving
from bench.waiting import until

PER_SECOND = 50.0
LAST_SECONDS = 30.0
INSERT = """
    insert into outbox (id, aggregatetype, aggregateid, type, payload, revision, fingerprint, version,
                        tracingspancontext)
    select id, topic, key, topic, payload, revision, fingerprint, version, traceparent || '00'
    from template where n = $1
"""
Committed = Callable[[], None]


async def through_relay(place: Place, count: int) -> Latency:
    """Our relay, in the process of the writer as in a service, woken after each commit as `outbox.put` does it."""
    async with serving(place) as service:
        return await _seen(place, place.urls[OWNER], RESIDENT, count, service.relay.wake)


async def through_debezium(place: Place, url: str, count: int) -> Latency:
    """Its outbox is beside it, at `url`."""
    return await _seen(place, url, TOPIC, count, lambda: None)


async def _seen(place: Place, url: str, topic: str, count: int, committed: Committed) -> Latency:
    sql = await asyncpg.connect(url)
    keys = [row["key"].encode() for row in await sql.fetch("select key from template where n < $1 order by n", count)]
    insert = await sql.prepare(INSERT)
    consumer = AIOKafkaConsumer(**place.kafka(), group_id=None, enable_auto_commit=False, auto_offset_reset="latest")
    await consumer.start()
    one_at_a_time, said = asyncio.Lock(), dict[bytes, float]()
    heard: dict[bytes, float] = {}
    listening = await _listening(place, consumer, topic, heard)

    async def say(number: int) -> None:
        async with one_at_a_time:
            await insert.fetch(number)
            said[keys[number]] = time.monotonic()
        committed()

    try:
        await paced(say, count, PER_SECOND)
        await until(lambda: _all(heard, count), LAST_SECONDS)
    finally:
        listening.cancel()
        await consumer.stop()
        await sql.close()
    return latency([heard[key] - said[key] for key in keys])


async def _all(heard: dict[bytes, float], count: int) -> bool:
    return len(heard) >= count


async def _listening(
    place: Place, consumer: AIOKafkaConsumer, topic: str, heard: dict[bytes, float]
) -> "asyncio.Task[None]":
    """Notes the moment at which each key is first here; from the log's present end on."""
    places = [TopicPartition(topic, number) for number in range(place.catalogue.cards[RESIDENT].partitions)]
    consumer.assign(places)
    await consumer.seek_to_end(*places)

    async def listen() -> None:
        while True:
            found = await consumer.getmany(timeout_ms=1_000)
            now = time.monotonic()
            for records in found.values():
                for record in records:
                    heard.setdefault(record.key, now)

    return asyncio.create_task(listen())


def p99s(pairs: Sequence[tuple[float, float]]) -> str:
    """The p99s of both sides, in words; seconds in."""
    middle = len(pairs) // 2
    ours, raw = (sorted(one[side] for one in pairs)[middle] * 1_000 for side in (0, 1))
    return f"p99 {ours:.1f} ms against {raw:.1f} ms"
