"""A subscriber that was away for longer than tombstones are kept: nobody stays who was erased, nobody else goes."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from sekali import beats, erasure, metrics, outbox, topics
from sekali.bus import Bus
from sekali.contracts import Catalogue
from sekali.kafka import connection
from sekali.outbox import Tombstone
from sekali.rights import acls
from sekali.testing import eventually
from sekali.tombstones import kept_seconds
from tests.sekali.letterbox import not_running
from tests.sekali.test_erased_log import SHORT
from tests.sekali.test_relay import empty, log_of, partition_of
from tests.sekali.test_replay import _in_partition, copy_of, execute, registered
from tests.sekali.town import Town, parcel, rows

AWAY = timedelta(days=8)
GONE = """
    insert into parcel (parcel_id, version, gone, as_of, heard_at, use, owner)
    values (:id, 3, false, :now, :now, 'garden', 'MELATI CONTOH')
"""
LEVEL = text("""
    select bool_and(level_at between clock_timestamp() - interval '1 minute' and clock_timestamp())
    from inbox_offset where topic = :topic
""")


@pytest.fixture
def village(town: Town) -> Town:
    """Here a parcel's key names a person."""
    card = town.root / "schemas" / town.land / town.parcels / "topic.yaml"
    card.write_text(card.read_text() + "person: true\n")
    return town


async def rebuilt(bank: Bus) -> list[Any]:
    """Rebuilds that are over."""
    return [row for row in await rows(bank, "inbox_rebuild") if row.ended_at is not None]


async def none_runs(bank: Bus) -> bool:
    return len(await rebuilt(bank)) == len(await rows(bank, "inbox_rebuild"))


async def confirmed(bank: Bus, person: UUID) -> dict[str, Any] | None:
    async with bank.transaction() as session:
        return await erasure.confirmation(session, person)


def over(bank: Bus, count: int) -> Callable[[], Awaitable[list[Any]]]:
    async def look() -> list[Any]:
        found = await rebuilt(bank)
        return found if len(found) == count and len(await rows(bank, "inbox_rebuild")) == count else []

    return look


async def in_both(town: Town, land: Bus, bank: Bus) -> list[UUID]:
    """Four parcels, two in each partition, heard of by the bank."""
    keys = [_in_partition(town, partition) for partition in (0, 1, 0, 1)]
    async with land.transaction() as session:
        for key in keys:
            await town.register(session, "garden", "SARI CONTOH", key)

    async def heard() -> bool:
        return set(keys) <= set(await copy_of(bank))

    await eventually(heard, "the bank hears of the parcels")
    return keys


async def was_away(town: Town, by: timedelta = AWAY) -> None:
    """While it does not run: as if it had been level so long ago."""
    async with not_running(town) as bank:
        await execute(bank, "update inbox_offset set level_at = clock_timestamp() - cast(:by as interval)", by=by)


async def somebody_gone(town: Town, bank: Bus) -> UUID:
    """A row of whom the log holds nothing any more."""
    gone = uuid4()
    await execute(bank, GONE, id=gone, now=town.now)
    return gone


async def test_whose_tombstone_was_compacted_away_is_erased_and_nobody_else_is_touched(village: Town) -> None:
    """The story with a real broker that forgets: she was erased while the bank was away."""
    town, followed = village, list[UUID]()

    async def follow(session: AsyncSession, keys: list[UUID]) -> None:
        followed.extend(keys)

    async with town.open_land() as land:
        async with town.open_bank(then=follow) as bank:
            melati, sari, rangga = await registered(town, land, bank, "garden", "house", "shop")
        topics.apply(town.platform.admin.confluent(), Catalogue.load(town.root), overrides=SHORT)
        await erase(town, land, melati)
        await eventually(lambda: forgotten(town, land, melati), "nothing of her is in the log, not even her end", 120)
        async with land.transaction() as session:
            await town.register(session, "mill", "RANGGA CONTOH", rangga)
        await was_away(town)
        followed.clear()
        async with town.open_bank(then=follow) as bank:
            before = {row.parcel_id: row for row in await rows(bank, "parcel")}
            found = await eventually(lambda: confirmed(bank, melati), "the bank confirms her erasure", 60)
            await eventually(lambda: holds(bank, rangga, "mill"), "what was said meanwhile of another is heard")
            await eventually(lambda: none_runs(bank), "the other partition was read anew too")
            after = {row.parcel_id: row for row in await rows(bank, "parcel")}
            assert (after[melati].gone, after[melati].owner, after[melati].use) == (True, None, None)
            assert after[sari] == before[sari], "a row of somebody else was written"
            assert (after[rangga].version, after[rangga].use) == (2, "mill")
            assert sorted(followed) == sorted([melati, rangga])
            assert found is not None
            assert found["version"] >= 2 and found["cleared"] == {"copies": 1}
            assert sum(row.removed for row in await rebuilt(bank)) == 1
            assert await rows(bank, "inbox_seen") == []


async def erase(town: Town, land: Bus, person: UUID) -> None:
    async with land.transaction() as session:
        await session.execute(text("update parcel set version = 2, owner = null where parcel_id = :id"), {"id": person})
        await erasure.withdrawn(session, Tombstone(town.events[town.land].Parcel, person, 2))
    await eventually(lambda: empty(land), "the tombstone is said")


async def forgotten(town: Town, land: Bus, person: UUID) -> bool:
    """Each hour's beat, some a second here, lets the broker roll its segments."""
    async with land.transaction() as session:
        key = beats.key_of(town.parcels, partition_of(town, person), 2)
        await outbox.put(session, Tombstone(outbox.unnamed(town.parcels, 1), key, 1))
    await asyncio.sleep(0.5)
    return person not in {key for key, _ in await log_of(town)}


async def test_after_a_short_absence_nothing_is_read_anew(town: Town) -> None:
    async with town.open_land() as land:
        async with town.open_bank() as bank:
            await registered(town, land, bank, "garden")
            gone = await somebody_gone(town, bank)
        await was_away(town, timedelta(days=6))
        async with town.open_bank() as bank:
            await registered(town, land, bank, "house", "shop", "mill")
            await eventually(lambda: written(town, bank), "it is level again")
            assert await rows(bank, "inbox_rebuild") == []
            assert (await copy_of(bank))[gone][1] is False


async def written(town: Town, bank: Bus) -> bool:
    """Whether it has written down that it is level, by the database's clock."""
    async with bank.transaction() as session:
        return bool(await session.scalar(LEVEL, {"topic": town.parcels}))


async def test_the_clock_of_the_service_neither_makes_nor_hides_an_absence(town: Town) -> None:
    async with town.open_land() as land:
        async with town.open_bank() as bank:
            await registered(town, land, bank, "garden")
            gone = await somebody_gone(town, bank)
        await was_away(town, timedelta(days=1))
        town.now += 2 * AWAY
        async with town.open_bank() as bank:
            await registered(town, land, bank, "house", "shop", "mill")
            await eventually(lambda: written(town, bank), "it is level again")
            assert await rows(bank, "inbox_rebuild") == []
        await was_away(town)
        town.now -= 4 * AWAY
        async with town.open_bank() as bank:
            await eventually(lambda: buried(bank, gone), "it notices that it was away", 30)


async def test_a_level_that_lies_ahead_of_the_clock_is_brought_back(town: Town) -> None:
    """The clock of the database was ahead for a while: an absence would be hidden until then."""
    async with town.open_land() as land:
        async with town.open_bank() as bank:
            await registered(town, land, bank, "garden")
        await was_away(town, -AWAY)
        async with town.open_bank() as bank:
            await eventually(lambda: written(town, bank), "it is level by the clock as it is now")
            assert await rows(bank, "inbox_rebuild") == []


async def test_who_is_missing_in_the_log_goes_a_later_version_comes_back_and_it_happens_once(town: Town) -> None:
    async with town.open_land() as land:
        async with town.open_bank() as bank:
            living = await registered(town, land, bank, "garden", "house", "shop")
            gone = await somebody_gone(town, bank)
        await was_away(town)
        counted = metrics.value_of("sekali_inbox_rebuilds_total", topic=town.parcels)
        async with town.open_bank() as bank:
            before = await copy_of(bank)
            read = [row for row in await rows(bank, "inbox_offset") if row.topic == town.parcels]
            found = await eventually(over(bank, len(read)), "the partitions were read anew")
            assert sum(row.removed for row in found) == 1
            assert (await copy_of(bank))[gone] == (4, True, None, None)
            assert {key: (await copy_of(bank))[key] for key in living} == {key: before[key] for key in living}
            assert metrics.value_of("sekali_inbox_rebuilds_total", topic=town.parcels) == counted + len(read)
            async with land.transaction() as session:
                await outbox.put(session, town.parcel(gone, 5, "mill", "RANGGA CONTOH"))
            await eventually(lambda: holds(bank, gone, "mill"), "who came back is there")
        async with town.open_bank() as bank:
            await registered(town, land, bank, "forest")
            await eventually(lambda: written(town, bank), "it is level")
            assert len(await rows(bank, "inbox_rebuild")) == len(read)


async def holds(bank: Bus, key: UUID, use: str) -> bool:
    held = (await copy_of(bank)).get(key)
    return held is not None and held[1:3] == (False, use)


async def test_without_a_contract_nothing_is_read_anew_until_it_is_renewed(town: Town) -> None:
    async with town.open_land() as land:
        async with town.open_bank() as bank:
            await registered(town, land, bank, "garden")
            gone = await somebody_gone(town, bank)
        await was_away(town)
        town.hear(town.parcels, parcel(town.parcels), valid_until=date(2026, 1, 1))
        async with town.open_bank() as bank:

            async def stands() -> bool:
                return "ended on 2026-01-01" in (await bank.ready())[town.parcels]

            await eventually(stands, "its contract is over")
            looked = asyncio.get_running_loop().time() + 2.5  # the look comes once a second

            async def looked_at() -> bool:
                return asyncio.get_running_loop().time() > looked

            await eventually(looked_at, "absences were looked at")
            assert await rows(bank, "inbox_rebuild") == []
            town.hear(town.parcels, parcel(town.parcels))
            await eventually(lambda: buried(bank, gone), "renewed, it notices", 30)


async def buried(bank: Bus, key: UUID) -> bool:
    return bool((await copy_of(bank))[key][1])


async def test_it_begins_again_where_a_batch_was_applied_and_not_noted(town: Town) -> None:
    async with town.open_land() as land:
        async with town.open_bank() as bank:
            await in_both(town, land, bank)
            gone = await somebody_gone(town, bank)
            before = await copy_of(bank)
        # As older code leaves it that took the partitions meanwhile: at the end, and nothing noted.
        async with not_running(town) as bank:
            await execute(bank, """
                insert into inbox_rebuild (topic, partition, away_since, begun_at, until_offset)
                select topic, partition, :since, :now, next_offset from inbox_offset where topic = :topic
            """, topic=town.parcels, since=town.now - AWAY, now=town.now)  # fmt: skip
            begun = len(await rows(bank, "inbox_rebuild"))
        async with town.open_bank() as bank:
            found = await eventually(over(bank, 2 * begun), "each was begun again and ended", 30)
            assert sorted(row.removed is None for row in found) == [False] * begun + [True] * begun
            held = await copy_of(bank)
            assert held.pop(gone) == (4, True, None, None)
            assert held == {key: row for key, row in before.items() if key != gone}


async def test_a_log_that_somebody_cut_proves_nothing_and_no_copy_is_touched(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    async with town.open_land() as land:
        async with town.open_bank() as bank:
            await in_both(town, land, bank)
            before = await copy_of(bank)
        # The broker lets nobody cut a log that is compacted only.
        known = Catalogue.load(town.root)
        topics.apply(town.platform.admin.confluent(), known, overrides={"cleanup.policy": "compact,delete"})
        admin = AdminClient({**town.platform.admin.confluent()})
        cut = [TopicPartition(town.parcels, partition, 1) for partition in (0, 1)]
        for one in admin.delete_records(cut).values():
            one.result(20)
        await was_away(town)
        async with town.open_bank() as bank:

            async def told() -> bool:
                return "but the log begins at 1" in caplog.text

            await eventually(told, "it says why it does nothing")
            assert await copy_of(bank) == before
            assert await rows(bank, "inbox_rebuild") == []


async def test_the_broker_tells_how_long_tombstones_are_kept(town: Town) -> None:
    card = Catalogue.load(town.root).cards[town.parcels]
    line = connection(town.settings(town.bank))
    assert await kept_seconds(line, "bank.test", card) == AWAY.total_seconds() - 86_400
    topics.apply(town.platform.admin.confluent(), Catalogue.load(town.root), overrides={"delete.retention.ms": "4000"})
    assert await kept_seconds(line, "bank.test", card) == 4.0


def test_who_hears_may_ask_for_it(town: Town) -> None:
    catalogue = Catalogue.load(town.root)
    rules = acls.follow(catalogue, catalogue.contracts.values())
    assert acls.Rule(town.bank, "TOPIC", "LITERAL", town.parcels, "DESCRIBE_CONFIGS") in rules
