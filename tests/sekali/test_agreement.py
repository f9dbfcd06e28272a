"""A contract may end, be renewed or be taken away while its service runs."""

from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path

import pytest

from sekali import metrics
from sekali.bus import Bus
from sekali.testing import eventually
from tests.sekali.town import Town, counting, parcel, rows

SENTENCE = "renew the agreement"


def trouble(bank: Bus, town: Town, word: str) -> Callable[[], Awaitable[bool]]:
    async def look() -> bool:
        return word in (await bank.ready())[town.parcels]

    return look


def contract(town: Town) -> Path:
    return town.root / "contracts" / town.bank / f"{town.parcels}.avsc"


async def test_a_contract_that_is_taken_away_stops_what_runs_and_nothing_is_lost(town: Town) -> None:
    async with town.open_land() as land, town.open_bank() as bank:
        async with land.transaction() as session:
            await town.register(session, "sawah", "Contoh Satu")
        await eventually(counting(bank, "parcel", 1), "the first parcel is in the bank's copy")
        kept = contract(town).read_text()
        contract(town).unlink()
        await eventually(trouble(bank, town, "has no contract on"), "the bank says that its contract is gone")
        async with land.transaction() as session:
            await town.register(session, "kebun", "Contoh Dua")
        await eventually(trouble(bank, town, f"contracts/{town.bank}/"), "the sentence names the file")
        assert len(await rows(bank, "parcel")) == 1
        contract(town).write_text(kept)
        await eventually(counting(bank, "parcel", 2), "the second parcel arrives under the contract that is back")
        await eventually(trouble(bank, town, "ok"), "nothing is wrong any more")
        assert await rows(bank, "dead_letter") == []


async def test_an_end_date_that_is_brought_forward_holds_at_once_and_a_renewal_too(town: Town) -> None:
    async with town.open_land() as land, town.open_bank() as bank:
        await eventually(trouble(bank, town, "ok"), "the bank hears")
        town.hear(town.parcels, parcel(town.parcels), valid_until=date(2020, 1, 31))
        await eventually(trouble(bank, town, SENTENCE), "the bank says that its contract has ended, with no record yet")
        assert metrics.value_of("sekali_inbox_stopped", topic=town.parcels) == 1
        async with land.transaction() as session:
            await town.register(session, "sawah", "Contoh Satu")
        town.hear(town.parcels, parcel(town.parcels))
        await eventually(counting(bank, "parcel", 1), "the parcel arrives after the renewal")
        await eventually(trouble(bank, town, "ok"), "nothing is wrong any more")


async def test_a_service_that_starts_after_the_end_says_so_and_hears_nothing(town: Town) -> None:
    town.hear(town.parcels, parcel(town.parcels), valid_until=date(2020, 1, 31))
    async with town.open_land() as land:
        async with land.transaction() as session:
            await town.register(session, "sawah", "Contoh Satu")
        async with town.open_bank() as bank:
            await eventually(trouble(bank, town, SENTENCE), "the bank says that its contract has ended")
            assert await rows(bank, "parcel") == []


@pytest.mark.parametrize(("until", "days", "soon"), [((2028, 12, 31), 40, 0), ((2028, 11, 30), 9, 1)])
async def test_an_end_that_comes_near_is_seen_before_it_comes(
    town: Town, until: tuple[int, int, int], days: int, soon: int
) -> None:
    town.now = town.now.replace(year=2028, month=11, day=21)
    town.hear(town.parcels, parcel(town.parcels), valid_until=date(*until))
    async with town.open_bank():

        async def measured() -> bool:
            return metrics.value_of("sekali_contract_days_left_days", topic=town.parcels) == days

        await eventually(measured, "the days left are measured")
        assert metrics.value_of("sekali_contract_ends_soon", topic=town.parcels) == soon
