"""Outbox rows as batches on their way: one for each partition, handed to the producer in row order."""

import asyncio
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from time import time_ns

from aiokafka import AIOKafkaProducer
from aiokafka.structs import RecordMetadata

from sekali import spans
from sekali.contracts import Catalogue, fingerprint
from sekali.errors import SekaliError
from sekali.log import Acknowledged
from sekali.registry import Registry

Row = tuple[int, str, bytes, bytes | None, int, str | None, bytes | None, bytes | None, bytes, int]
"""position, topic, key, payload, revision, fingerprint, version, traceparent, event id, said at (ms)."""
_SAMPLED = frozenset("".join(spans.SAMPLED).encode())


class SendFailed(SekaliError):
    """A batch was not sent, or the broker did not take it; its rows stay and the next sweep sends them again."""


@dataclass(slots=True)
class Sending:
    """A batch of one partition on its way."""

    topic: str
    partition: int
    positions: list[int] = field(default_factory=list)
    began: int = field(default_factory=time_ns)
    sampled: list[tuple[str, str]] = field(default_factory=list)
    """Event id and traceparent."""
    acknowledgement: "asyncio.Future[RecordMetadata] | None" = None


@dataclass(frozen=True, slots=True)
class _Frame:
    """What all records of one topic and revision share."""

    prefix: bytes
    headers: tuple[tuple[str, bytes], ...]


Frames = dict[tuple[str, int], _Frame]
"""Topic and revision -> what the registry has said of it. A relay that begins again while the registry is away keeps
it, and goes on with what was sent before."""


class Sender:
    """Of one producer: when that ends, so does this."""

    def __init__(
        self, agency: str, catalogue: Catalogue, registry: Registry, producer: AIOKafkaProducer, frames: Frames
    ) -> None:
        self._agency = agency
        self._catalogue = catalogue
        self._registry = registry
        self._producer = producer
        self._frames = frames
        self._partitions: dict[str, int] = {}

    async def send(self, rows: Sequence[Row]) -> list[Sending]:
        """Batches for each partition, handed to the producer in row order."""
        by_topic: dict[str, list[list[Row]]] = {}
        for row in rows:
            partitions = by_topic.get(row[1])
            if partitions is None:
                partitions = by_topic[row[1]] = [[] for _ in range(await self._count(row[1]))]
            # CRC32 is librdkafka's own default, and C here; aiokafka's murmur2 is Python and costs 6 µs a key.
            partitions[zlib.crc32(row[2]) % len(partitions)].append(row)
        sendings: list[Sending] = []
        for topic, partitions in by_topic.items():
            for partition, of_partition in enumerate(partitions):
                remaining: Sequence[Row] = of_partition
                while remaining:
                    sending, taken = await self._send_batch(topic, partition, remaining)
                    sendings.append(sending)
                    remaining = remaining[taken:]
        return sendings

    async def _send_batch(self, topic: str, partition: int, rows: Sequence[Row]) -> tuple[Sending, int]:
        batch, sending = self._producer.create_batch(), Sending(topic, partition)
        append, positions = batch.append, sending.positions
        last, frame = rows[0][4], await self._frame(topic, rows[0][4], rows[0][5])
        for position, _, key, payload, revision, mark, version, traceparent, event_id, said_at in rows:
            if revision != last:
                last, frame = revision, await self._frame(topic, revision, mark)
            headers = [*frame.headers, ("ce_id", event_id)]
            if version is not None:
                headers.append(("ce_entityversion", version))
            if traceparent is not None:
                headers.append(("traceparent", traceparent))
            value = None if payload is None else frame.prefix + payload
            if append(timestamp=said_at, key=key, value=value, headers=headers) is None:
                break
            positions.append(position)
            if traceparent is not None and traceparent[-1] in _SAMPLED:
                sending.sampled.append((event_id.decode(), traceparent.decode()))
        sending.acknowledgement = await self._producer.send_batch(batch, topic, partition=partition)
        return sending, len(positions)

    async def _count(self, topic: str) -> int:
        if topic in self._partitions:
            return self._partitions[topic]
        partitions = await self._producer.partitions_for(topic)
        if not partitions:
            raise SendFailed(f"Kafka has no topic {topic}: run `sekali topics apply`.")
        self._partitions[topic] = len(partitions)
        return len(partitions)

    async def _frame(self, topic: str, number: int, mark: str | None) -> _Frame:
        """`mark`: the fingerprint of the schema that the row was written with."""
        if (known := self._frames.get((topic, number))) is not None:
            return known
        subject = f"{topic}-value"
        if mark is None or self._catalogue.has(topic, number):
            revision = self._catalogue.revision(topic, number)
            mark, schema_id = revision.fingerprint, await self._registry.id_of(subject, revision.schema)
        else:
            # Written by later code: beside this one in a rolling upgrade, or before a rollback.
            schema_id = await self._registry.id_by_fingerprint(subject, mark)
        # A wrong id would stand in the log for good, and stop every subscriber.
        if fingerprint(await self._registry.schema_by_id(schema_id)) != mark:
            raise SendFailed(
                f"The registry gives schema {schema_id} of {subject} back as another one than was published: nothing "
                "is sent under it. Publish the schemas again and look at the registry's storage."
            )
        headers = (
            ("ce_specversion", b"1.0"),
            ("ce_type", topic.encode()),
            ("ce_source", f"/{self._agency}".encode()),
            ("content-type", b"application/avro"),
            ("schema-fingerprint", mark.encode()),
        )
        frame = self._frames[topic, number] = _Frame(b"\0" + schema_id.to_bytes(4, "big"), headers)
        return frame


async def acknowledged(sendings: Iterable[Sending]) -> tuple[list[Acknowledged], BaseException | None]:
    """What the broker took, in order; after a failed batch of a partition nothing more of that partition counts."""
    taken: list[Acknowledged] = []
    failed: set[tuple[str, int]] = set()
    failure: BaseException | None = None
    for sending in sendings:
        assert sending.acknowledgement is not None
        place = (sending.topic, sending.partition)
        await asyncio.wait([sending.acknowledgement])
        error = sending.acknowledgement.exception()
        error_type = None if error is None else type(error).__name__
        spans.sent(sending.topic, sending.partition, sending.sampled, sending.began, error_type)
        if error is not None:
            failed.add(place)
            failure = error
        elif place not in failed:
            offset = sending.acknowledgement.result().offset
            taken.append(Acknowledged(sending.topic, sending.partition, offset, sending.positions))
    return taken, failure
