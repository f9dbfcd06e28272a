"""A replay whose process is killed in the middle: the next one goes on, all ends equal, and nobody else notices."""

import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from sekali.bus import Bus
from sekali.inbox import Inbox
from sekali.testing import eventually
from tests.sekali.letterbox import a_parcel, not_running, say, surveys
from tests.sekali.slow_bank import AT_ONCE, killed_in_the_middle, running
from tests.sekali.test_inbox import survey_rows
from tests.sekali.test_replay import ask, copy_of, execute, over, registered
from tests.sekali.town import BANK_TABLES, MIGRATION, Town, bank_parcel, rows

PARCELS = 4 * AT_ONCE
HALF = UUID(int=1 << 127)
SURVEYS = range(1, 4 * AT_ONCE + 1)


@asynccontextmanager
async def neighbour(town: Town, database: str) -> AsyncIterator[Bus]:
    """Another agency with the bank's contract on parcels and a copy of its own."""
    name = town.bank.replace("bank", "court")
    contracts, migrations = town.root / "contracts", town.root / "services" / name / "migrations"
    (contracts / name).mkdir()
    shutil.copy(contracts / town.bank / f"{town.parcels}.avsc", contracts / name)
    migrations.mkdir(parents=True)
    (migrations / "0001_tables.py").write_text(MIGRATION.format(agency=name, sql=BANK_TABLES))
    town.grant()
    own = {"agency": name, "database_url": database, "keyring": town.keys / f"{name}.json"}
    declared = Inbox()
    declared.projection(town.parcels, into=bank_parcel, columns={"use": "use", "owner": "owner.name"})
    bus = Bus(town.settings(town.bank).model_copy(update=own), inbox=declared)
    await bus.start()
    try:
        yield bus
    finally:
        await bus.stop()


async def went_on(bank: Bus, before: int) -> int:
    """Records that were read again by now, more than `before`, and the order stands still."""
    at = {(row.topic, row.partition): row.next_offset for row in await rows(bank, "inbox_offset")}
    found = await rows(bank, "inbox_replay")
    assert "RUNNING" in {row.state for row in found}
    done: int = sum(at[row.topic, row.partition] - row.begin_offset for row in found)
    assert done > before
    return done


async def source_of(land: Bus) -> dict[UUID, tuple[Any, ...]]:
    """As a copy has to hold it."""
    return {row.parcel_id: (row.version, False, row.use, row.owner) for row in await rows(land, "parcel")}


async def held(court: Bus) -> tuple[list[Any], list[int]]:
    """The rows with their times, and where it stands."""
    return await rows(court, "parcel"), [row.next_offset for row in await rows(court, "inbox_offset")]


async def has(bank: Bus, parcel_id: UUID) -> bool:
    return parcel_id in await copy_of(bank)


async def test_a_copy_that_is_read_again_ends_equal_though_it_is_killed_twice(
    town: Town, agency_database: Callable[[], str]
) -> None:
    async with town.open_land() as land, neighbour(town, agency_database()) as court:
        async with town.open_bank() as bank:
            await registered(town, land, bank, *(f"use {number}" for number in range(PARCELS)))
        source = await source_of(land)

        async def level() -> bool:
            return await copy_of(court) == source

        await eventually(level, "the neighbour has heard all")
        untouched = await held(court)
        async with not_running(town) as bank:
            assert await copy_of(bank) == source
            await execute(bank, "update parcel set use = 'palace', owner = null")
            await execute(bank, "delete from parcel where parcel_id < :half", half=HALF)
            damaged = await copy_of(bank)
            await ask(bank, town.parcels)
            done = 0
            for _ in range(2):
                await killed_in_the_middle(town, 2)
                done = await went_on(bank, done)
                assert source != await copy_of(bank) != damaged
            assert await held(court) == untouched

            # Nobody waits for it meanwhile.
            (late,) = await registered(town, land, court, "forest")
            async with running(town):
                await eventually(over(bank), "the next process reads on to the end", 40)
                await eventually(lambda: has(bank, late), "and hears what was said meanwhile", 40)
            assert await copy_of(bank) == await source_of(land)
            # Each row was made good once: what was killed had followed from nothing.
            followed = sorted(row.parcel_id for row in await rows(bank, "followed"))
            assert followed == sorted([*source, late])


async def test_effects_that_never_ran_run_once_though_their_replay_is_killed_twice(town: Town) -> None:
    async with town.open_land() as land:
        async with town.open_bank() as bank:
            parcel_id = await a_parcel(town, land, bank)
            await say(town, land, parcel_id, *SURVEYS)
            await eventually(surveys(bank, *SURVEYS), "all are entered")
        async with not_running(town) as bank:
            await execute(bank, "delete from survey")
            await execute(bank, "delete from inbox_event")
            await ask(bank, town.surveys)
            done = 0
            for _ in range(2):
                await killed_in_the_middle(town, AT_ONCE + 1)
                done = await went_on(bank, done)
                assert await survey_rows(bank) == list(SURVEYS)[:done]
            async with running(town):
                await eventually(over(bank), "the next process reads on to the end", 40)
            assert await survey_rows(bank) == list(SURVEYS)
            assert await rows(bank, "dead_letter") == []
