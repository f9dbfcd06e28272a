"""What was polled before a seek is told from what is polled after it: nothing is lost, and nothing comes twice."""

import asyncio
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

import pytest
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from sqlalchemy.ext.asyncio import AsyncSession

from sekali import listening
from sekali import subscription as subscription_
from sekali.offsets import Offsets, Polled
from sekali.subscription import Subscription
from sekali.testing import eventually
from tests.sekali.letterbox import a_parcel, say, surveys, waiting
from tests.sekali.town import Town, counting

PLACE = TopicPartition("parcels", 0)


async def read_to(consumer: AIOKafkaConsumer) -> int:
    """How far the consumer has come, over its partitions."""
    return sum([await consumer.position(place) for place in sorted(consumer.assignment())])


Between = Callable[[AIOKafkaConsumer, Subscription], Awaitable[None]]


@pytest.fixture
def between_poll_and_take(monkeypatch: pytest.MonkeyPatch) -> Callable[[Between], None]:
    """What is given runs there, at each poll; and the next is polled while a batch is written, however small."""
    poll = listening.EagerBatchSubscriber.get_msg

    def run(between: Between) -> None:
        async def get_msg(subscriber: Any, consumer: AIOKafkaConsumer) -> tuple[ConsumerRecord, ...]:
            found = await poll(subscriber, consumer)
            await between(consumer, subscriber._listener.subscription)
            return found

        monkeypatch.setattr(listening.EagerBatchSubscriber, "get_msg", get_msg)
        monkeypatch.setattr(subscription_, "SMALL", 0)

    return run


async def test_a_survey_polled_while_the_one_before_it_fails_does_not_push_it_out(
    town: Town, monkeypatch: pytest.MonkeyPatch, between_poll_and_take: Callable[[Between], None]
) -> None:
    begun, second, enter = asyncio.Event(), asyncio.Event(), town.enter

    async def between(consumer: AIOKafkaConsumer, subscription: Subscription) -> None:
        if subscription.contract.topic == town.surveys and not second.is_set() and await read_to(consumer) == 2:
            second.set()
            await subscription.settled()  # the first has failed, and its place is sought again

    async def cut_once(session: AsyncSession, event: Any) -> None:
        if not begun.is_set():
            begun.set()
            await asyncio.wait_for(second.wait(), 20.0)
            raise OSError("the line is cut")
        await enter(session, event)

    between_poll_and_take(between)
    monkeypatch.setattr(town, "enter", cut_once)
    async with town.open_land() as land, town.open_bank() as bank:
        parcel_id = await a_parcel(town, land, bank)
        await say(town, land, parcel_id, 10)
        await asyncio.wait_for(begun.wait(), 20.0)
        await say(town, land, parcel_id, 20)
        await eventually(surveys(bank, 10, 20), "both are entered, in the order of the log")


async def test_a_dead_letter_polled_before_a_rebalance_is_not_applied_again(
    town: Town, between_poll_and_take: Callable[[Between], None]
) -> None:
    """The row of the letter is not written: its version would let it be, and nobody asked for it."""
    sought = asyncio.Event()

    async def between(consumer: AIOKafkaConsumer, subscription: Subscription) -> None:
        if subscription.contract.topic == town.parcels and not sought.is_set() and await read_to(consumer) == 1:
            await subscription.offsets.seek(consumer, consumer.assignment())
            sought.set()

    async def follow(session: AsyncSession, keys: list[UUID]) -> None:
        if not town.mended:
            raise ValueError("nobody to follow")

    between_poll_and_take(between)
    async with town.open_land() as land, town.open_bank(then=follow) as bank:
        async with land.transaction() as session:
            await town.register(session, "garden", "MELATI CONTOH")
        (letter,) = await waiting(bank, 1)
        assert sought.is_set()
        town.mended = True
        async with land.transaction() as session:
            other = await town.register(session, "field", "SARI CONTOH")
        (row,) = await eventually(counting(bank, "parcel", 1), "the other arrives, alone")
        assert (row.parcel_id, letter.attempts) == (other, 1)
        (still,) = await waiting(bank, 1)
        assert still.attempts == 1


class Member:
    """A consumer of one partition, as far as seeking asks; `asked` runs while it answers."""

    def __init__(self, asked: Callable[[], Awaitable[None]]) -> None:
        self.sought: list[int] = []
        self._asked = asked

    def assignment(self) -> set[TopicPartition]:
        return {PLACE}

    async def beginning_offsets(self, places: list[TopicPartition]) -> dict[TopicPartition, int]:
        await self._asked()
        return dict.fromkeys(places, 0)

    def seek(self, _: TopicPartition, offset: int) -> None:
        self.sought.append(offset)


async def test_what_was_sought_under_the_assignment_before_gives_no_place_to_what_is_polled_now(town: Town) -> None:
    """Kafka's own offset may be further on; claimed from the old place, what lies between would be lost."""
    async with town.open_bank() as bank:
        offsets, record = Offsets(bank.database), SimpleNamespace(topic=PLACE.topic, partition=0, offset=7)

        async def nothing() -> None: ...

        async def rebalanced() -> None:
            offsets.revoked()

        plain = Member(nothing)
        member = cast(AIOKafkaConsumer, plain)
        await offsets.assigned(member, [PLACE])
        assert offsets.polled([cast(ConsumerRecord, record)]).places[PLACE] == Polled(0, 8)
        overtaken = Member(rebalanced)
        await offsets.seek(cast(AIOKafkaConsumer, overtaken), [PLACE])
        await offsets.seek(member, [PLACE])
        assert (overtaken.sought, plain.sought) == ([], [0])
        assert offsets.polled([cast(ConsumerRecord, record)]).places[PLACE].expected is None
        assert offsets.applied(PLACE) is None
        await offsets.assigned(member, [PLACE])
        assert offsets.polled([cast(ConsumerRecord, record)]).places[PLACE] == Polled(0, 8)
