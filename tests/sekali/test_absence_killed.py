"""A copy that is read anew after a long absence, by processes that are killed in the middle of it."""

from typing import Any
from uuid import UUID

from sekali.bus import Bus
from sekali.testing import eventually
from tests.sekali.letterbox import not_running
from tests.sekali.slow_bank import AT_ONCE, killed_in_the_middle, running
from tests.sekali.test_absence import GONE, over, was_away
from tests.sekali.test_replay import _in_partition, copy_of, execute, registered
from tests.sekali.test_replay_killed import source_of
from tests.sekali.town import Town, rows

PARCELS = 4 * AT_ONCE
PARTITIONS = 2


async def gone_of_both(town: Town, bank: Bus) -> set[UUID]:
    """A row in each partition of whom the log holds nothing any more."""
    keys = {_in_partition(town, partition) for partition in range(PARTITIONS)}
    for key in keys:
        await execute(bank, GONE, id=key, now=town.now)
    return keys


async def ended(bank: Bus) -> list[Any]:
    return [row for row in await rows(bank, "inbox_rebuild") if row.ended_at is not None]


async def test_killed_twice_while_it_reads_it_goes_on_and_only_who_is_missing_goes(town: Town) -> None:
    async with town.open_land() as land:
        async with town.open_bank() as bank:
            await registered(town, land, bank, *(f"use {number}" for number in range(PARCELS)))
            gone = await gone_of_both(town, bank)
        source = await source_of(land)
        await was_away(town)
        async with not_running(town) as bank:
            await execute(bank, "update parcel set use = 'palace' where owner is not null")
            noted = 0
            for _ in range(2):
                await killed_in_the_middle(town, 2)
                before, noted = noted, len(await rows(bank, "inbox_seen"))
                assert before < noted < PARCELS, "it has read on from where it was killed"
                assert await ended(bank) == []
                assert {key for key, row in (await copy_of(bank)).items() if row[1]} == set(), "somebody went too early"
            async with running(town):
                await eventually(over(bank, PARTITIONS), "the next process reads on to the end", 40)
            held = await copy_of(bank)
            assert {key: held.pop(key) for key in gone} == dict.fromkeys(gone, (4, True, None, None))
            assert held == source
            assert sorted(row.removed for row in await ended(bank)) == [1, 1]
            assert await rows(bank, "inbox_seen") == []


async def test_killed_twice_while_it_buries_nobody_went_by_half_and_the_next_one_buries_them(town: Town) -> None:
    async with town.open_land() as land:
        async with town.open_bank() as bank:
            await registered(town, land, bank, "garden", "house", "shop", "mill")
            gone = await gone_of_both(town, bank)
        source = await source_of(land)
        await was_away(town)
        async with not_running(town) as bank:
            before = await copy_of(bank)
            for _ in range(2):
                await killed_in_the_middle(town, 1)
                assert await copy_of(bank) == before
                assert await ended(bank) == []
            async with running(town):
                await eventually(over(bank, PARTITIONS), "the next process buries them", 40)
            held = await copy_of(bank)
            assert {key: held.pop(key) for key in gone} == dict.fromkeys(gone, (4, True, None, None))
            assert held == source
            # What was killed had followed from nothing.
            assert sorted(row.parcel_id for row in await rows(bank, "followed")) == sorted(gone)
