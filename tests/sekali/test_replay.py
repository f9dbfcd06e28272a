"""A topic read again by one agency: what is damaged is made good, graves stay, an effect happens once all the same."""

from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from sekali import outbox, replays
from sekali.bus import Bus
from sekali.errors import Problem
from sekali.inbox import Projection
from sekali.outbox import Tombstone
from sekali.replays import Beginning, Order
from sekali.retention import bury_rows
from sekali.testing import eventually
from tests.sekali.letterbox import a_parcel, not_running, say, surveys
from tests.sekali.test_inbox import survey_rows
from tests.sekali.test_relay import partition_of
from tests.sekali.town import Town, parcel, rows

REASON = "Pemulihan CONTOH/2026/7"


async def ask(
    bank: Bus, topic: str, beginning: str = "start", partition: int | None = None
) -> Sequence[dict[str, Any]]:
    order = Order(topic, Beginning.read(beginning), partition, "joko", REASON)
    async with bank.transaction() as session:
        found = await replays.borders(session, bank.settings, order)
    async with bank.transaction() as session:
        return await replays.ask(session, bank.settings, order, found)


async def execute(bus: Bus, statement: str, **values: Any) -> None:
    async with bus.transaction() as session:
        await session.execute(text(statement), values)


def over(bank: Bus) -> Callable[[], Coroutine[Any, Any, bool]]:
    async def look() -> bool:
        found = await rows(bank, "inbox_replay")
        return found != [] and all(row.state != "RUNNING" for row in found)

    return look


async def copy_of(bank: Bus) -> dict[UUID, tuple[Any, ...]]:
    return {row.parcel_id: (row.version, row.gone, row.use, row.owner) for row in await rows(bank, "parcel")}


async def read_up_to(bank: Bus, topic: str) -> list[tuple[int, int]]:
    found = await rows(bank, "inbox_offset", "topic, partition")
    return [(row.partition, row.next_offset) for row in found if row.topic == topic]


async def registered(town: Town, land: Bus, bank: Bus, *uses: str) -> list[UUID]:
    """A parcel for each use, heard of by the bank."""
    async with land.transaction() as session:
        keys = [await town.register(session, use, "MELATI CONTOH") for use in uses]

    async def heard() -> bool:
        return set(keys) <= {row.parcel_id for row in await rows(bank, "parcel")}

    await eventually(heard, "the bank hears of the parcels")
    return keys


async def test_what_was_emptied_damaged_or_lost_is_made_good_while_the_subscriber_runs_on(town: Town) -> None:
    followed: list[UUID] = []

    async def follow(session: AsyncSession, keys: list[UUID]) -> None:
        followed.extend(keys)

    async with town.open_land() as land, town.open_bank(then=follow) as bank:
        emptied, damaged, lost, whole = await registered(town, land, bank, "garden", "house", "shop", "mill")
        before = await copy_of(bank)
        offsets = await read_up_to(bank, town.parcels)
        await execute(bank, "update parcel set use = null, owner = null where parcel_id = :id", id=emptied)
        await execute(bank, "update parcel set use = 'palace' where parcel_id = :id", id=damaged)
        await execute(bank, "delete from parcel where parcel_id = :id", id=lost)
        followed.clear()
        # Nothing more is said: a quiet topic is read again all the same.
        taken = await ask(bank, town.parcels)
        assert [(one["begin"], one["until"]) for one in taken] == [(0, end) for _, end in offsets if end]
        await eventually(over(bank), "the topic was read again")
        assert await copy_of(bank) == before
        assert sorted(followed) == sorted([emptied, damaged, lost]) and whole not in followed
        assert await read_up_to(bank, town.parcels) == offsets
        assert {(row.officer, row.reason, row.state) for row in await rows(bank, "inbox_replay")} == {
            ("joko", REASON, "DONE")
        }
        await registered(town, land, bank, "forest")


async def test_an_order_that_a_batch_in_flight_has_passed_is_carried_out_all_the_same(town: Town) -> None:
    """Polled before the order was known, it moved the offset to the order's end, and made nothing anew."""
    async with town.open_land() as land, town.open_bank() as bank:
        (damaged,) = await registered(town, land, bank, "garden")
        ((partition, end),) = [one for one in await read_up_to(bank, town.parcels) if one[1]]
        await execute(bank, "update parcel set use = 'palace' where parcel_id = :id", id=damaged)
        order = """insert into inbox_replay (topic, partition, begin_offset, until_offset, officer, reason, asked_at)
                   values (:topic, :partition, 0, :end, 'joko', :reason, now())"""
        await execute(bank, order, topic=town.parcels, partition=partition, end=end, reason=REASON)
        await eventually(over(bank), "the topic was read again")
        assert (await copy_of(bank))[damaged] == (1, False, "garden", "MELATI CONTOH")
        assert (partition, end) in await read_up_to(bank, town.parcels)


async def test_graves_stay_graves_and_later_versions_are_not_undone(town: Town) -> None:
    async with town.open_land() as land, town.open_bank() as bank:
        swept, ended, moved = await registered(town, land, bank, "garden", "house", "shop")
        async with land.transaction() as session:
            await town.register(session, "mill", "RANGGA CONTOH", moved)
            await session.execute(text("delete from parcel where parcel_id = :id"), {"id": ended})
            await outbox.put(session, Tombstone(outbox.unnamed(town.parcels, 1), ended, 2))

        async def heard() -> bool:
            held = await copy_of(bank)
            return bool(held[ended][1]) and held[moved][0] == 2

        await eventually(heard, "the bank hears of the end and the change")
        kept = town.inbox().declared[town.parcels]
        assert isinstance(kept, Projection)
        async with bank.transaction() as session:
            await bury_rows(session, kept, [swept])
        before = await copy_of(bank)
        await ask(bank, town.parcels)
        await eventually(over(bank), "the topic was read again")
        assert await copy_of(bank) == before
        assert (before[swept], before[ended]) == ((1, True, None, None), (2, True, None, None))


async def test_an_effect_happens_once_and_one_whose_mark_is_missing_happens_now(town: Town) -> None:
    async with town.open_land() as land, town.open_bank() as bank:
        parcel_id = await a_parcel(town, land, bank)
        await say(town, land, parcel_id, 10, 20)
        await eventually(surveys(bank, 10, 20), "both are entered")
        await ask(bank, town.surveys)
        await eventually(over(bank), "the topic was read again")
        assert await survey_rows(bank) == [10, 20]
        await say(town, land, parcel_id, 30)
        await eventually(surveys(bank, 10, 20, 30), "what comes behind the replay is entered")


async def test_an_order_outlives_the_process_and_asked_again_it_is_the_same(town: Town) -> None:
    async with town.open_land() as land:
        async with town.open_bank() as bank:
            (lost,) = await registered(town, land, bank, "garden")
        async with not_running(town) as bank:
            await execute(bank, "delete from parcel")
            first = await ask(bank, town.parcels)
            assert await ask(bank, town.parcels) == first
            assert await ask(bank, town.parcels, "offset:0", partition_of(town, lost)) == first
            assert len(await rows(bank, "inbox_replay")) == 1
        async with town.open_bank() as bank:
            await eventually(over(bank), "the next process carries it out")
            assert (await copy_of(bank))[lost] == (1, False, "garden", "MELATI CONTOH")


async def test_from_a_time_or_an_offset_only_what_lies_behind_is_read_again(town: Town) -> None:
    async with town.open_land() as land, town.open_bank() as bank:
        (early,) = await registered(town, land, bank, "garden")
        between = datetime.now(UTC) + timedelta(milliseconds=5)
        await eventually(lambda: _passed(between), "a moment passes")
        async with land.transaction() as session:
            late = await town.register(
                session, "house", "MELATI CONTOH", _in_partition(town, partition_of(town, early))
            )

        async def heard() -> bool:
            return late in await copy_of(bank)

        await eventually(heard, "the bank hears of the second")
        await execute(bank, "update parcel set use = null")
        (taken,) = await ask(bank, town.parcels, f"time:{between.isoformat()}")
        assert (taken["begin"], taken["until"]) == (1, 2)
        await eventually(over(bank), "the second was read again")
        assert {key: held[2] for key, held in (await copy_of(bank)).items()} == {early: None, late: "house"}
        await ask(bank, town.parcels, "offset:0", taken["partition"])
        await eventually(over(bank), "both were read again")
        assert {key: held[2] for key, held in (await copy_of(bank)).items()} == {early: "garden", late: "house"}


async def _passed(moment: datetime) -> bool:
    return datetime.now(UTC) > moment


def _in_partition(town: Town, partition: int) -> UUID:
    return next(one for one in iter(uuid4, None) if partition_of(town, one) == partition)


async def refused(bank: Bus, topic: str, beginning: str = "start", partition: int | None = None) -> Problem:
    with pytest.raises(Problem) as problem:
        await ask(bank, topic, beginning, partition)
    return problem.value


async def test_it_is_refused_without_a_right_and_where_the_log_does_not_reach(town: Town) -> None:
    async with town.open_land() as land, town.open_bank() as bank:
        key = await a_parcel(town, land, bank)
        await say(town, land, key, 10, 20)
        await eventually(surveys(bank, 10, 20), "both are entered")
        partition = partition_of(town, key)
        admin = AdminClient({**town.platform.admin.confluent()})
        (cut,) = admin.delete_records([TopicPartition(town.surveys, partition, 1)]).values()
        cut.result(20)
        gone = await refused(bank, town.surveys, "offset:0", partition)
        assert "begins at 1: what lay before is gone" in gone.fields[0].detail
        assert "one partition" in (await refused(bank, town.parcels, "offset:1")).fields[0].detail
        assert (
            (await refused(bank, town.parcels, "offset:900", partition)).document()["type"].endswith("nothing-behind")
        )
        assert (await refused(bank, "land.nothing.v1")).document()["type"].endswith("not-heard")
        town.hear(town.parcels, parcel(town.parcels), valid_until=date(2026, 1, 1))

        async def ended() -> bool:
            return "ended on 2026-01-01" in (await bank.ready())[town.parcels]

        await eventually(ended, "the service has seen that its contract is over")
        told = await refused(bank, town.parcels)
        assert told.status == 409 and "renew the agreement" in told.detail
        assert await rows(bank, "inbox_replay") == []


@pytest.mark.parametrize(
    "written", ["", "begin", "offset:", "offset:-1", "offset:x", "time:", "time:2026-11-20T10:00:00"]
)
def test_a_beginning_that_is_none_is_refused_with_a_sentence(written: str) -> None:
    with pytest.raises(ValueError, match="Say where it begins"):
        Beginning.read(written)
