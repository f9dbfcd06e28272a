"""Records that somebody else writes into an agency's topics: with the administrator's rights, not by the bus."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any, cast

from confluent_kafka import Consumer, Producer, TopicPartition

from faults.stand.place import Place

SECONDS = 30.0


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


class NothingThere(Exception):
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


def write(place: Place, records: Sequence[Record]) -> None:
    """All acknowledged when it returns."""
    producer = Producer(
        {**place.platform.admin.confluent(), "enable.idempotence": True, "message.max.bytes": 1_000_000}
    )
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
