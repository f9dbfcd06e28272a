"""One topic heard by one agency: from a polled batch to one committed transaction."""

import asyncio
import logging
from collections.abc import Sequence

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from sekali import metrics, rebuilding
from sekali.absence import Absence, Kept
from sekali.agreement import Agreement, ContractEnded
from sekali.applying import Applying
from sekali.batch import Batch
from sekali.codec import Heard
from sekali.database import Database
from sekali.errors import SekaliError
from sekali.lane import Lane
from sekali.offsets import CLAIM, Offsets, Poll, Polled
from sekali.rebuilding import Rebuilding
from sekali.replaying import remaking
from sekali.spans import SAMPLED
from sekali.trouble import is_poison, stops, waits

logger = logging.getLogger(__name__)

BACK_OFF_SECONDS = (0.1, 5.0)
SMALL = 20
"""So few records are written at once: beside a task of its own other work would come first, and nothing is gained."""


class Subscription:
    """Takes polled batches; whatever fails is rolled back, sought back and delivered again."""

    def __init__(
        self, applying: Applying, *, database: Database, agreement: Agreement, kept: Kept | None = None
    ) -> None:
        """`kept`: of a state topic, how to ask how long its tombstones are kept."""
        self.applying = applying
        self._remaking = remaking(applying)
        self.contract = applying.contract
        self.group = applying.group
        self.offsets = Offsets(database)
        self._lane = Lane(database, CLAIM)
        self._agreement = agreement
        self.absence: Absence | None = None
        if kept is not None and applying.copy is not None:
            made = Rebuilding(applying, database)
            self.absence = Absence(made, self.offsets, database=database, agreement=agreement, kept=kept)
        self._writing: asyncio.Task[None] | None = None
        self._following: asyncio.Task[None] | None = None
        self._wait = BACK_OFF_SECONDS[0]
        self._ended = False
        self.trouble: str | None = None

    async def take(self, consumer: AIOKafkaConsumer, poll: Poll) -> None:
        """Decode a polled batch while the one before it is written, then begin to write it, in one transaction.

        Never raises but on cancellation. A batch behind one that failed finds another offset in the database than
        it expects, and is dropped: it is delivered again.
        """
        batch = Batch()
        try:
            self._agreement.check()
            await self._decode(poll, batch)
        except Exception as error:
            batch.end()
            await self.settled()
            await self._failed(consumer, error)
        else:
            await self.settled()
            writing = self._write(consumer, poll.places, batch)
            if len(poll) > SMALL:
                self._writing = asyncio.create_task(writing, name=f"write {self.group}")
            else:
                await writing

    async def settled(self) -> None:
        """Until the batch that is being written is committed, or sought back."""
        if self._writing is not None:
            await asyncio.wait([self._writing])
            self._writing = None

    def close(self) -> None:
        """Nothing is sought any more: the consumer is about to be stopped."""
        self.offsets.closing = True
        if self._following is not None:
            self._following.cancel()

    async def closed(self) -> None:
        """Behind the last batch."""
        await self.settled()
        await self._lane.close()

    async def _write(self, consumer: AIOKafkaConsumer, polled: dict[TopicPartition, Polled], batch: Batch) -> None:
        try:
            mine = await self._transact(polled, batch)
        except Exception as error:
            await self._failed(consumer, error)
        else:
            self.trouble, self._wait = None, BACK_OFF_SECONDS[0]
            self.offsets.wrote(polled, mine)
            batch.count(self.contract.topic)
            self.applying.settled(batch)
            if lost := polled.keys() - mine:
                logger.info("%s: %d partitions are another's or were applied already.", self.group, len(lost))
                await self.offsets.seek(consumer, lost)
        finally:
            batch.end()

    async def _transact(self, polled: dict[TopicPartition, Polled], batch: Batch) -> set[TopicPartition]:
        """One transaction; where a row of the copy cannot be applied, once more, with care for which one it is."""
        try:
            return await self._apply(polled, batch, careful=False)
        except Exception as error:
            if self.applying.copy is None or not is_poison(error):
                raise
        batch.outcomes.clear()
        return await self._apply(polled, batch, careful=True)

    async def _apply(self, polled: dict[TopicPartition, Polled], batch: Batch, *, careful: bool) -> set[TopicPartition]:
        locks = self.applying.locks([record for record, _ in batch.decoded])
        about = self.applying.about(batch)
        claim = self.offsets.claiming(polled, locks, about or ())
        async with self._lane.transaction_after(claim) as (session, status):
            all_ours = status == f"UPDATE {len(polled)}"
            batch.names_nobody_erased = all_ours and about is not None
            mine = set(polled) if all_ours else await self.offsets.claim(session, polled)
            applying = self._remaking if self.offsets.replays(polled) else self.applying
            await applying.apply(session, batch, mine, careful=careful)
            if self.offsets.rebuilt:
                await rebuilding.note(session, self.offsets.rebuilt, polled, mine, batch)
            await self.offsets.end_replays(session, polled)
        return mine

    async def _failed(self, consumer: AIOKafkaConsumer, error: Exception) -> None:
        await self._back_off(error)
        await self.offsets.seek(consumer, consumer.assignment())

    async def _decode(self, records: Sequence[ConsumerRecord], batch: Batch) -> None:
        events = await self.applying.decoder.decode_all(records)
        batch.decoded += zip(records, events, strict=True)
        for event in events:
            if not isinstance(event, Heard) or event.traceparent is None or event.traceparent[-1:] not in SAMPLED:
                continue
            if (span := self.applying.span(event)) is not None:
                batch.spans[event.event_id] = span

    def look(self) -> None:
        """Say that the contract has ended, or comes near its end, and follow a replay, also where nothing arrives."""
        self._agreement.measure()
        if self._following is None or self._following.done():
            self._following = asyncio.create_task(self._follow(), name=f"follow {self.group}")
        try:
            self._agreement.check()
        except ContractEnded as ended:
            if not self._ended:
                logger.warning("%s stops: %s", self.group, ended)
            self._ended, self.trouble = True, str(ended)
            metrics.INBOX_STOPPED.labels(self.contract.topic).set(1)
        else:
            if self._ended:
                self._ended, self.trouble = False, None
                metrics.INBOX_STOPPED.labels(self.contract.topic).set(0)

    async def _follow(self) -> None:
        try:
            await self.offsets.follow()
        except Exception as error:  # the database is away: the next look comes soon
            logger.debug("%s: where the database stands could not be seen: %s", self.group, type(error).__name__)

    async def _back_off(self, error: Exception) -> None:
        ended = stops(error)
        told = str(error) if isinstance(error, SekaliError) else type(error).__name__
        known = ended or waits(error)
        if told != self.trouble or not known:
            logger.warning("%s %s: %s", self.group, "stops" if ended else "waits", told)
        metrics.INBOX_RETRIES.labels(self.contract.topic, type(error).__name__).inc()
        metrics.INBOX_STOPPED.labels(self.contract.topic).set(int(ended))
        self.trouble = told
        self._wait = BACK_OFF_SECONDS[1] if ended else min(self._wait * 2, BACK_OFF_SECONDS[1])
        await asyncio.sleep(self._wait)
