"""FastStream's side of a subscription: batches without a pause, manual offsets, nothing that raises while parsing."""

import asyncio
import logging
import time
from collections.abc import Iterable, Mapping
from itertools import chain
from typing import cast

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import IllegalStateError, KafkaError, NoOffsetForPartitionError, OffsetOutOfRangeError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, Topic
from faststream.kafka.subscriber.usecase import BatchSubscriber

from sekali import metrics, unreadable
from sekali.offsets import Poll
from sekali.subscription import Subscription

logger = logging.getLogger(__name__)

MOST_RECORDS = 2_000
MOST_BYTES = 1 << 19  # of a partition at a time; with more, what is fetched ahead is most of a service's memory
POLL_MS = 200
REPORT_SECONDS = 1.0
SESSION_MS = 6_000  # the shortest that a broker takes by itself


class Seeking(ConsumerRebalanceListener):
    """Each assigned partition begins at the database's offset, not at Kafka's."""

    def __init__(self, subscription: Subscription, client: Mapping[str, str]) -> None:
        self.subscription = subscription
        self._client = client
        self.subscriber: BatchSubscriber | None = None
        self.reported = 0.0
        self._reporting: asyncio.Task[None] | None = None
        self._showing: asyncio.Task[None] | None = None

    def begin_report(self, consumer: AIOKafkaConsumer) -> None:
        """Beside the polls: none of them waits for it. One of each at a time."""
        self.reported = time.monotonic()
        if self._showing is None or self._showing.done():
            self._showing = asyncio.create_task(show(consumer, self.subscription))
        if self._reporting is None or self._reporting.done():
            self._reporting = asyncio.create_task(report(consumer, self.subscription))

    def end_reports(self) -> None:
        if self._reporting is not None:
            self._reporting.cancel()

    def end_showing(self) -> None:
        """Behind the consumer: a request of its that is on the way is over by then."""
        if self._showing is not None:
            self._showing.cancel()

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        self.subscription.offsets.revoked()

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        if self.subscriber is not None and self.subscriber.consumer is not None:
            await self.subscription.offsets.assigned(self.subscriber.consumer, assigned)

    async def around_the_unreadable(self, consumer: AIOKafkaConsumer) -> tuple[ConsumerRecord, ...]:
        offsets = self.subscription.offsets
        await self.subscription.settled()
        await offsets.seek(consumer, consumer.assignment())
        found = await unreadable.up_to(consumer, self._client)
        await offsets.seek(consumer, consumer.assignment())
        if found:
            place = TopicPartition(found[-1].topic, found[-1].partition)
            consumer.seek(place, found[-1].offset + 1)
        return offsets.polled(found)


class EagerBatchSubscriber(BatchSubscriber):
    """FastStream's own sleeps once more after an empty poll while records wait: 53 ms instead of 6 at 20 events/s."""

    __slots__ = ()  # the same layout as its base, whose objects become ours in `listen`

    async def get_msg(self, consumer: AIOKafkaConsumer) -> tuple[ConsumerRecord, ...]:
        seeking = self._listener
        assert isinstance(seeking, Seeking)
        try:
            messages = await consumer.getmany(timeout_ms=self.batch_timeout_ms, max_records=self.max_records)
        except (NoOffsetForPartitionError, OffsetOutOfRangeError):
            # The log no longer holds the stored offset, or none is known yet: the database decides.
            await seeking.subscription.offsets.seek(consumer, consumer.assignment())
            return ()
        except UnicodeDecodeError:
            return await seeking.around_the_unreadable(consumer)
        except Exception:
            # What was taken from other partitions before it is in nobody's hands.
            await seeking.subscription.offsets.seek(consumer, consumer.assignment())
            raise
        poll = seeking.subscription.offsets.polled(chain.from_iterable(messages.values()))
        if time.monotonic() - seeking.reported > REPORT_SECONDS:
            seeking.begin_report(consumer)
        return poll

    async def consume_one(self, msg: tuple[ConsumerRecord, ...]) -> None:
        """FastStream's own opens contexts and middlewares around each batch: 0.14 ms, and nothing here has any."""
        seeking, consumer = self._listener, self.consumer
        assert isinstance(seeking, Seeking)
        if self.running and consumer is not None:
            with self.lock:  # stopping waits for it
                await seeking.subscription.take(consumer, cast(Poll, msg))

    async def stop(self) -> None:
        seeking = self._listener
        assert isinstance(seeking, Seeking)
        seeking.end_reports()
        try:
            await super().stop()
        finally:
            seeking.end_showing()


def listen(broker: KafkaBroker, subscription: Subscription, instance: str, client: Mapping[str, str]) -> None:
    """Declare the subscription at the broker; nothing connects before the broker starts.

    `client`: librdkafka's words for the broker's connection.
    `instance` makes the membership static: after kill -9 the next process of that name takes the partitions at once,
    instead of when the session of the dead one times out.
    """
    seeking = Seeking(subscription, client)
    subscriber = broker.subscriber(
        Topic(subscription.contract.topic, declare=False),  # topics are made from cards, not by who hears them
        batch=True,
        group_id=subscription.group,
        group_instance_id=f"{subscription.group}.{instance}",
        session_timeout_ms=SESSION_MS,
        heartbeat_interval_ms=SESSION_MS // 3,
        ack_policy=AckPolicy.MANUAL,
        auto_offset_reset="none",
        listener=seeking,
        max_records=MOST_RECORDS,
        batch_timeout_ms=POLL_MS,
        max_partition_fetch_bytes=MOST_BYTES,
        title=subscription.group,
    )
    # FastStream's factory has no way to ask for a subclass.
    subscriber.__class__ = EagerBatchSubscriber
    seeking.subscriber = subscriber

    @subscriber
    async def take(_: Poll) -> None:
        """Without a handler FastStream polls nothing; `consume_one` hands the polls on."""


async def report(consumer: AIOKafkaConsumer, subscription: Subscription) -> None:
    """Once a second: the lag as a metric, and a look at absences."""
    for place, applied in _applied(consumer, subscription).items():
        lag = max(0, (consumer.highwater(place) or applied) - applied)
        metrics.INBOX_LAG.labels(place.topic, str(place.partition)).set(lag)
    if subscription.absence is not None:
        await subscription.absence.look(consumer)


async def show(consumer: AIOKafkaConsumer, subscription: Subscription) -> None:
    """Once a second: Kafka's own commit, which only lag tools read.

    Takes as long as the broker is away. Not under a timeout: aiokafka shields its request, and who turns away from it
    leaves a task whose error nobody takes ("Task exception was never retrieved").
    """
    ends = _applied(consumer, subscription)
    if ends and ends != subscription.offsets.reported:
        try:
            await consumer.commit(ends)
            subscription.offsets.reported = ends
        except (KafkaError, IllegalStateError) as error:
            logger.debug("The committed offsets of %s could not be shown: %s", subscription.group, type(error).__name__)


def _applied(consumer: AIOKafkaConsumer, subscription: Subscription) -> dict[TopicPartition, int]:
    """Of the assigned partitions, where the database stands."""
    found = {place: subscription.offsets.applied(place) for place in consumer.assignment()}
    return {place: applied for place, applied in found.items() if applied is not None}
