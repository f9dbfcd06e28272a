"""Kafka's log as its records lie there, read on from where it was read before."""

import time
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

from confluent_kafka import Consumer, KafkaException, Message, TopicPartition

from faults.checker.books import Entry
from faults.checker.scene import Scene
from faults.checker.wire import Wire

SECONDS = 60.0


class Log:
    """All records of the topics, decoded and opened."""

    def __init__(self, scene: Scene) -> None:
        people = [scene.people] if scene.people else []
        self._states = {*scene.states.values(), *people}
        self._topics = [*self._states, *scene.facts.values()]
        self._settings = {**scene.kafka, "group.id": "faults.checker", "enable.auto.commit": False,
                          "auto.offset.reset": "earliest", "log_level": "0"}  # fmt: skip
        self._wire = Wire(scene.registry, scene.keys)
        self._next: dict[tuple[str, int], int] = {}
        self.entries: defaultdict[str, list[Entry]] = defaultdict(list)

    def ends(self) -> dict[tuple[str, int], int]:
        """Behind the last record of each partition. Raises KafkaException while the broker is away."""
        consumer = Consumer(self._settings)
        try:
            return {place: high for place, (_, high) in self._borders(consumer).items()}
        finally:
            consumer.close()

    def read(self) -> dict[tuple[str, int], int]:
        """Read on to the ends, which are returned."""
        consumer = Consumer(self._settings)
        try:
            borders = self._borders(consumer)
            ends = {place: high for place, (_, high) in borders.items()}
            begins = {place: max(low, self._next.get(place, low)) for place, (low, _) in borders.items()}
            left = {place for place, begin in begins.items() if begin < ends[place]}
            consumer.assign([TopicPartition(*place, begins[place]) for place in sorted(left)])
            until = time.monotonic() + SECONDS
            while left:
                if time.monotonic() > until:
                    raise TimeoutError(f"{len(left)} partitions could not be read to their ends.")
                left -= self._taken(consumer.consume(5_000, timeout=0.5), ends)
            self._next.update(ends)
            return ends
        finally:
            consumer.close()

    def _borders(self, consumer: Consumer) -> dict[tuple[str, int], tuple[int, int]]:
        known = consumer.list_topics(timeout=10.0).topics
        places = [(topic, partition) for topic in self._topics for partition in known[topic].partitions]
        return {
            place: consumer.get_watermark_offsets(TopicPartition(*place), timeout=10.0, cached=False)
            for place in places
        }

    def _taken(self, messages: Sequence[Message], ends: dict[tuple[str, int], int]) -> set[tuple[str, int]]:
        """Kept; the partitions whose end was met."""
        met = set()
        for message in messages:
            if message.error() is not None:
                raise KafkaException(message.error())
            entry = self._entry(message)
            self.entries[entry.topic].append(entry)
            if entry.offset >= ends[entry.topic, entry.partition] - 1:
                met.add((entry.topic, entry.partition))
        return met

    def _entry(self, message: Message) -> Entry:
        topic, partition, offset = str(message.topic()), int(message.partition() or 0), int(message.offset() or 0)
        headers = {str(name): bytes(value or b"") for name, value in cast(Any, message.headers()) or []}
        key, value = bytes(message.key() or b""), message.value()
        event_id = headers.get("ce_id", b"").decode("ascii", "replace")
        told = headers.get("ce_entityversion", b"")
        version = int(told) if told.isdigit() else 0
        base = (topic, partition, offset, key.decode("ascii", "replace"), event_id, version)
        if not _is_uuid(key):
            return Entry(*base, None, "a key that is no UUID")
        try:
            event = UUID(event_id).bytes
            if topic in self._states and version == 0:
                return Entry(*base, None, "a state without a version")
            if value is None:
                return Entry(*base, None, "" if topic in self._states else "a fact without a value")
            subject = version.to_bytes(8, "big") if topic in self._states else event
            opened = self._wire.opened(topic, key, subject, bytes(value), headers.get("schema-fingerprint", b""))
        except ValueError as wrong:
            return Entry(*base, None, str(wrong))
        return Entry(*base, opened)


def _is_uuid(key: bytes) -> bool:
    try:
        UUID(key.decode("ascii"))
    except ValueError:
        return False
    return True
