"""What a topic's records come to in a transaction: rows of a copy or effects, dead letters, refusals of the erased."""

from collections.abc import Callable, Collection, Sequence
from uuid import UUID

from aiokafka import ConsumerRecord, TopicPartition
from opentelemetry.trace import Span
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from sekali import deadletter, spans, waiting
from sekali.agreement import Agreement
from sekali.batch import Batch
from sekali.codec import Decoder, Heard, Poison, Record
from sekali.contracts import Contract
from sekali.database import after_commit, has_followers
from sekali.effect import Effects
from sekali.erasure import Erasures
from sekali.inbox import Awaiting, Effect, Projection
from sekali.projection import Copy
from sekali.registry import Registry
from sekali.sealing import Keyring
from sekali.trouble import is_poison

# A crash of the database that loses such a commit loses its offsets with it, and the log still has the records:
# so a copy waits for no fsync. What was said in the transaction may be at Kafka already, so that one waits.
LAZILY = "set_config('synchronous_commit', 'off', true)"
LASTINGLY = text("set local synchronous_commit = on")


class Applying:
    """Of one topic at one agency. All but `__init__` and `locks` work in the caller's transaction."""

    def __init__(
        self,
        contract: Contract,
        *,
        declared: Projection | Effect,
        state: bool,
        registry: Registry,
        keyring: Keyring,
        agreement: Agreement,
        erasures: Erasures,
        beats: Collection[UUID],
        wake_parked: Callable[[], None],
    ) -> None:
        self.contract = contract
        self.group = f"{contract.agency}.{contract.topic}"
        self.copy = Copy(declared, contract) if isinstance(declared, Projection) else None
        self.effects = Effects(contract, declared) if isinstance(declared, Effect) else None
        self.decoder = Decoder(
            contract,
            state=state,
            registry=registry,
            keyring=keyring,
            shape=None if self.copy is None else self.copy.shape,
        )
        self._agreement = agreement
        self._erasures = erasures
        self._beats = {str(key).encode() for key in beats}
        self._wake_parked = wake_parked

    def locks(self, records: Sequence[Record]) -> list[str]:
        """SQL that takes what `apply` needs for these records, before it is called."""
        locks = self._erasures.locks(self.contract.topic, records)
        return locks if self.copy is None else [*locks, waiting.to_arrive(self.contract.topic), LAZILY]

    def about(self, batch: Batch) -> list[UUID] | None:
        """Whom to ask about under the locks: is nobody of them erased, nobody of the batch is. None: `apply` asks."""
        return self._erasures.about(self.contract.topic, batch.decoded)

    def span(self, event: Heard) -> Span | None:
        return spans.processed(event, self.group)

    def redriven_span(self, event: Heard) -> Span | None:
        return spans.redriven(event, self.group)

    def settled(self, batch: Batch) -> None:
        """After the commit."""
        if batch.outcomes["WOKE"]:
            self._wake_parked()

    async def apply(self, session: AsyncSession, batch: Batch, mine: set[TopicPartition], *, careful: bool) -> None:
        """What came from the partitions `mine`. `careful`: where a row of the copy cannot be applied, find which."""
        here = batch.of(mine)
        decoded = await self._without_the_erased(session, here, batch)
        if self.effects is not None:
            await self._effects(session, self.effects, decoded, batch)
        elif self.copy is not None:
            for record, one in decoded:
                if isinstance(one, Poison):
                    await self._bury(session, record, one, batch)
            events = [one for _, one in decoded if isinstance(one, Heard)]
            if events:
                if careful:
                    await self._by_halves(session, self.copy, events, batch)
                else:
                    await self._project(session, self.copy, events, batch, fast=True)
            if has_followers(session):
                await session.execute(LASTINGLY)

    async def bury(self, session: AsyncSession, events: Sequence[Heard]) -> Batch:
        """Tombstones that the log holds no longer, under the locks of their records: as if they had been polled."""
        batch = Batch()
        if self.copy is not None and events:
            await self._by_halves(session, self.copy, events, batch)
        if has_followers(session):
            await session.execute(LASTINGLY)
        return batch

    async def _without_the_erased(
        self, session: AsyncSession, decoded: Sequence[tuple[ConsumerRecord, Heard | Poison]], batch: Batch
    ) -> Sequence[tuple[ConsumerRecord, Heard | Poison]]:
        """Of an erased person only the tombstone is taken; of a beat nothing."""
        refused: set[bytes] = set()
        if not batch.names_nobody_erased:
            refused = await self._erasures.refused(session, self.contract.topic, decoded)
        if not refused and not self._beats:
            return decoded
        left_out = refused | self._beats
        taken = [
            (record, one)
            for record, one in decoded
            if record.key not in left_out or (record.value is None and record.key not in self._beats)
        ]
        if refused:
            batch.outcomes["REFUSED"] += sum(
                record.key in refused and record.value is not None for record, _ in decoded
            )
        return taken

    async def _effects(
        self,
        session: AsyncSession,
        effects: Effects,
        decoded: Sequence[tuple[ConsumerRecord, Heard | Poison]],
        batch: Batch,
    ) -> None:
        """In the order of the log: what comes behind a dead letter of its key waits there too."""
        behind = await effects.behind(session, [record.key or b"" for record, _ in decoded])
        for record, one in decoded:
            if isinstance(one, Poison):
                await self._bury(session, record, one, batch)
                behind.dead.add(record.key or b"")
            else:
                outcome = await effects.take(session, one, batch.spans.get(one.event_id), behind)
                batch.outcomes[outcome.name] += 1

    async def _project(
        self, session: AsyncSession, copy: Copy, events: Sequence[Heard], batch: Batch, *, fast: bool = False
    ) -> None:
        changed, woke = await copy.apply(session, events, fast=fast)
        await self._erasures.heard(session, copy.projection, events, changed)
        await self._then(session, copy, changed, events, batch.spans)
        batch.outcomes["WOKE"] += woke
        batch.outcomes["APPLIED"] += len(changed)
        batch.outcomes["DUPLICATE"] += len(events) - len(changed)

    async def _by_halves(self, session: AsyncSession, copy: Copy, events: Sequence[Heard], batch: Batch) -> None:
        """In a savepoint; where it fails, halves, down to the one row that cannot be applied."""
        try:
            async with session.begin_nested():
                await self._project(session, copy, events, batch)
        except Exception as error:
            if not is_poison(error):
                raise
            if len(events) == 1:
                await self._bury(session, events[0].record, deadletter.not_applicable(error), batch)
                spans.failed(batch.spans.get(events[0].event_id), type(error).__name__)
                return
            middle = len(events) // 2
            await self._by_halves(session, copy, events[:middle], batch)
            await self._by_halves(session, copy, events[middle:], batch)

    async def _then(
        self, session: AsyncSession, copy: Copy, changed: list[UUID], events: Sequence[Heard], of: dict[UUID, Span]
    ) -> None:
        """What follows from the new rows; for a sampled event inside its own span, so that its trace goes on."""
        then = copy.projection.then
        if then is None or not changed:
            return
        sampled = {event.key: of[event.event_id] for event in events if event.event_id in of} if of else {}
        plain = [key for key in changed if key not in sampled]
        if plain:
            await then(session, plain)
        for key in changed:
            if key in sampled:
                with spans.within(sampled[key], None):
                    await then(session, [key])

    async def _bury(self, session: AsyncSession, record: Record, poison: Poison, batch: Batch) -> None:
        batch.outcomes[poison.cause] += 1
        await deadletter.bury(session, record, self.contract, poison)

    async def run_stored(self, session: AsyncSession, record: Record, *, late: str | None) -> None:
        """The effect of a record that was parked, under its locks; `late` is the topic it awaited for too long.

        Raises what decoding and the handler raise.
        """
        self._agreement.check()
        if late is not None:
            raise Poison("AWAITED_TOO_LONG", f"No record of {late} arrived in {waiting.LONGEST.days} days.")
        if await deadletter.waits_before(session, record):
            raise deadletter.behind()
        await self.take_stored(session, record, self.span)

    async def lock_stored(self, session: AsyncSession, record: Record) -> None:
        """What `take_stored` needs, before the row of the record is locked: who erases takes them in this order."""
        await self._erasures.lock(session, record.topic, [record])
        if self.copy is not None:
            await session.execute(text(f"select {waiting.to_arrive(record.topic)}"))

    async def take_stored(self, session: AsyncSession, record: Record, begin: Callable[[Heard], Span | None]) -> str:
        """A record from the agency's own tables: APPLIED, DUPLICATE, or REFUSED for one of the erased.

        `begin` starts its span. Raises what decoding and the handler raise.
        """
        self._agreement.check()
        refused = await self._erasures.refused(session, record.topic, [(record, None)])
        if record.key in refused and record.value is not None:
            return "REFUSED"
        event = await self.decoder.decode(record)
        span = begin(event)
        try:
            if self.effects is not None:
                return (await self.effects.apply(session, event, span)).name
            assert self.copy is not None
            return await self._project_stored(session, self.copy, event, span)
        except Awaiting:
            raise
        except Exception as error:
            spans.failed(span, type(error).__name__)
            raise
        finally:
            if span is not None:
                span.end()

    async def _project_stored(self, session: AsyncSession, copy: Copy, event: Heard, span: Span | None) -> str:
        batch = Batch(spans={event.event_id: span} if span is not None else {})
        async with session.begin_nested():
            await self._project(session, copy, [event], batch)
        if batch.outcomes["WOKE"]:
            after_commit(session, self._wake_parked)
        return "APPLIED" if batch.outcomes["APPLIED"] else "DUPLICATE"
