"""Effects of facts: one use case for each event, once, in order of its key; or parked until what it awaits arrives."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from opentelemetry.trace import Span
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from sekali import deadletter, spans, waiting
from sekali.codec import Heard
from sekali.contracts import Contract
from sekali.inbox import Awaiting, Effect
from sekali.trouble import is_poison

FIRST_TIME = text("insert into inbox_event (event_id) values (:event_id) on conflict do nothing returning event_id")

KNOWN = text("select true from inbox_event where event_id = :event_id")

# Longer than any fact topic keeps its log, so that no event can come back after its mark is gone.
PRUNE = text("delete from inbox_event where heard_at < clock_timestamp() - interval '30 days'")


class Outcome(Enum):
    APPLIED = auto()
    DUPLICATE = auto()
    PARKED = auto()
    DEAD = auto()


@dataclass
class Behind:
    """Keys whose later events wait: behind a parked event, or behind a dead letter."""

    parked: set[bytes] = field(default_factory=set)
    dead: set[bytes] = field(default_factory=set)


class Effects:
    """Runs the effect of one topic. All methods work in the caller's transaction."""

    def __init__(self, contract: Contract, effect: Effect) -> None:
        self._contract = contract
        self._effect = effect

    async def behind(self, session: AsyncSession, keys: Sequence[bytes]) -> Behind:
        topic = self._contract.topic
        return Behind(await waiting.blocked(session, topic, keys), await deadletter.blocked(session, topic, keys))

    async def take(self, session: AsyncSession, event: Heard, span: Span | None, behind: Behind) -> Outcome:
        """Apply, park or bury one event; `behind` learns of it."""
        key = event.record.key
        assert key is not None
        if (key in behind.dead or key in behind.parked) and await self._is_known(session, event):
            return Outcome.DUPLICATE  # of one from before: it waits for nobody
        if key in behind.parked and key not in behind.dead:
            if await waiting.park_behind(session, event.record):
                return Outcome.PARKED
            # Since `behind` was asked, what it would wait for has run, or has become a letter.
            behind.parked.discard(key)
            behind.dead |= await deadletter.blocked(session, self._contract.topic, [key])
        if key in behind.dead:
            await deadletter.bury(session, event.record, self._contract, deadletter.behind())
            return Outcome.DEAD
        try:
            return await self.apply(session, event, span)
        except Awaiting as awaited:
            await waiting.park(session, event.record, awaited)
            behind.parked.add(key)
            return Outcome.PARKED
        except Exception as error:
            if not is_poison(error):
                raise
            await deadletter.bury(session, event.record, self._contract, deadletter.not_applicable(error))
            behind.dead.add(key)
            spans.failed(span, type(error).__name__)
            return Outcome.DEAD

    async def apply(self, session: AsyncSession, event: Heard, span: Span | None) -> Outcome:
        """Tried, and once more under the lock of the awaited topic: what is awaited may have arrived meanwhile.

        Raises what the handler raises; `Awaiting` under the lock that parking needs.
        """
        try:
            return await self._once(session, event, span)
        except Awaiting as awaited:
            await waiting.lock_to_park(session, awaited.topic)
            return await self._once(session, event, span)

    async def _is_known(self, session: AsyncSession, event: Heard) -> bool:
        return bool(await session.scalar(KNOWN, {"event_id": event.event_id}))

    async def _once(self, session: AsyncSession, event: Heard, span: Span | None) -> Outcome:
        """The use case in a savepoint, at most once by the event's id. Raises what the handler raises."""
        async with session.begin_nested():
            first = await session.execute(FIRST_TIME, {"event_id": event.event_id})
            if first.scalar_one_or_none() is None:
                return Outcome.DUPLICATE
            assert event.value is not None
            with spans.within(span, event.traceparent):
                await self._effect.handler(session, self._effect.event.of(event.value))
        return Outcome.APPLIED


async def prune(session: AsyncSession) -> None:
    """Forget the marks of effects whose events no log holds any more."""
    await session.execute(PRUNE)
