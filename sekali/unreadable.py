"""A record that the client library cannot read: one of its headers' names is no text, and aiokafka takes names as text.

It would raise at each poll, and the partition would stand still.
librdkafka reads it; without headers it goes the way of every record that cannot be decoded, to the dead letters.
"""

import asyncio
import logging
from collections.abc import Mapping

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

logger = logging.getLogger(__name__)

READ_SECONDS = 10.0
MOST = 10_000
"""Further on than that the consumer has not read when it meets the record."""


async def up_to(consumer: AIOKafkaConsumer, client: Mapping[str, str]) -> list[ConsumerRecord]:
    """The records of one partition up to and with the one that the consumer cannot read; empty where it can read all.

    Call it with the consumer at the beginning of what is not applied. It moves all partitions on: seek them again.
    `client`: librdkafka's words for the same connection.
    """
    for place in sorted(consumer.assignment()):
        found: list[ConsumerRecord] = []
        try:
            while len(found) < MOST and (more := await consumer.getmany(place, timeout_ms=1_000, max_records=1)):
                found += more[place]
        except UnicodeDecodeError:
            position = await consumer.position(place)
            return [*found, await asyncio.to_thread(_read, client, place, position)]
    return []


def _read(client: Mapping[str, str], place: TopicPartition, offset: int) -> ConsumerRecord:
    """Raises KafkaException, TimeoutError."""
    from confluent_kafka import Consumer, KafkaException  # no service needs it as long as its topics are in order
    from confluent_kafka import TopicPartition as Place

    group = f"{client['client.id']}.unreadable"
    reader = Consumer({**client, "group.id": group, "enable.auto.commit": False, "auto.offset.reset": "error"})
    try:
        reader.assign([Place(place.topic, place.partition, offset)])
        message = reader.poll(READ_SECONDS)
        if message is None:
            raise TimeoutError
        if (error := message.error()) is not None:
            raise KafkaException(error)
        (kind, at), key, value = message.timestamp(), message.key(), message.value()
        logger.warning("%s[%d]@%d has a header whose name is no text.", place.topic, place.partition, message.offset())
        return ConsumerRecord(
            topic=place.topic,
            partition=place.partition,
            offset=message.offset(),
            timestamp=at,
            timestamp_type=int(kind == 2),
            key=key,
            value=value,
            checksum=None,
            serialized_key_size=len(key or b""),
            serialized_value_size=len(value or b""),
            headers=(),
        )
    finally:
        reader.close()
