"""Records that somebody else writes into an agency's topics: with the administrator's rights, not by the bus."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any, cast

from confluent_kafka import Consumer, Producer, TopicPartition

from faults.stand.children import NotStruck
from faults.stand.place import Place

SECONDS = 30.0
MOST_BYTES, HEADERS_BYTES = 1_000_000, 10_000


@dataclass(frozen=True, slots=True)
class Record:
    """As it lies in the log."""

    topic: str
    partition: int
    key: bytes
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]

    def but(self, **changes: Any) -> "Record":
        return replace(self, **changes)

    def header(self, name: str, value: bytes) -> "Record":
        return self.but(headers=[(known, old) for known, old in self.headers if known != name] + [(name, value)])


class NothingThere(NotStruck):
    """The log has no record to begin with."""


def some(place: Place, topic: str, count: int, chance: Random) -> list[Record]:
    """So many records of the topic, some more than once, from any place of its log. Raises `NothingThere`."""
    settings = {**place.platform.admin.confluent(), "group.id": "faults.foreign", "log_level": "0"}
    consumer = Consumer(settings)
    try:
        number = chance.randrange(len(consumer.list_topics(topic, timeout=SECONDS).topics[topic].partitions))
        low, high = consumer.get_watermark_offsets(TopicPartition(topic, number), timeout=SECONDS)
        if low == high:
            raise NothingThere(f"{topic}[{number}] is empty.")
        consumer.assign([TopicPartition(topic, number, chance.randrange(low, max(low + 1, high - count)))])
        found = [_record(message) for message in consumer.consume(count, timeout=2.0) if message.error() is None]
    finally:
        consumer.close()
    if not found:
        raise NothingThere(f"{topic}[{number}] gave nothing.")
    return [chance.choice(found) for _ in range(count)]


def whole(place: Place, topic: str) -> list[Record]:
    """All that the topic's log holds now."""
    found, _ = behind(place, topic, {})
    return found


def behind(place: Place, topic: str, begins: Mapping[int, int]) -> tuple[list[Record], dict[int, int]]:
    """What the topic's log holds now from these offsets on, or from its start, and where each partition ends.

    `begins`: partition -> offset.
    """
    consumer = Consumer({**place.platform.admin.confluent(), "group.id": "faults.foreign", "log_level": "0"})
    found: list[Record] = []
    ends: dict[int, int] = {}
    try:
        for number in consumer.list_topics(topic, timeout=SECONDS).topics[topic].partitions:
            low, high = consumer.get_watermark_offsets(TopicPartition(topic, number), timeout=SECONDS)
            begin, ends[number] = max(low, begins.get(number, low)), high
            found += _between(consumer, TopicPartition(topic, number, begin), high)
    finally:
        consumer.close()
    return found, ends


def _between(consumer: Consumer, begin: TopicPartition, end: int) -> list[Record]:
    consumer.assign([begin])
    found: list[Record] = []
    until, last = time.monotonic() + SECONDS, begin.offset - 1
    while last < end - 1:
        if time.monotonic() > until:
            raise TimeoutError(f"{begin.topic}[{begin.partition}] could not be read to its end.")
        messages = [one for one in consumer.consume(1_000, timeout=1.0) if one.error() is None]
        found += [_record(one) for one in messages if int(one.offset() or 0) < end]
        last = max([last, *(int(one.offset() or 0) for one in messages)])
    return found


def write(place: Place, records: Sequence[Record]) -> None:
    """All acknowledged when it returns."""
    largest = max((len(one.key) + len(one.value or b"") for one in records), default=0)
    most = max(MOST_BYTES, largest + HEADERS_BYTES)
    producer = Producer({**place.platform.admin.confluent(), "enable.idempotence": True, "message.max.bytes": most})
    failed: list[object] = []
    for one in records:
        producer.produce(
            one.topic, key=one.key, value=one.value, partition=one.partition, headers=cast(Any, list(one.headers)),
            on_delivery=lambda error, _: failed.append(error) if error is not None else None,
        )  # fmt: skip
    if producer.flush(SECONDS) or failed:
        raise RuntimeError(f"{len(failed)} foreign records were not taken: {failed[:1]}")


def _record(message: Any) -> Record:
    headers = [(name, value or b"") for name, value in message.headers() or []]
    return Record(message.topic(), message.partition(), message.key() or b"", message.value(), headers)
