"""Nothing is kept longer than its contract says: from the end of the purpose, or from arrival."""

import asyncio
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text

from sekali import metrics, outbox
from sekali.bus import Bus
from sekali.inbox import Inbox
from sekali.testing import eventually
from tests.sekali.town import Town, bank_parcel, counting, rows

START = datetime(2026, 11, 22, 3, tzinfo=UTC)


def sold_parcels_are_over(town: Town) -> Inbox:
    """The bank's purpose with a parcel is over once it is sold."""
    declared, plain = Inbox(), town.inbox()
    declared.declared.update(plain.declared)
    del declared.declared[town.parcels]
    declared.projection(
        town.parcels,
        into=bank_parcel,
        columns={"use": "use", "owner": "owner.name"},
        ended=bank_parcel.c.use == "sold",
    )
    return declared


async def sweep(bank: Bus, town: Town, at: datetime) -> dict[str, int]:
    """By hand alone: the bank's own worker may be late, and would take what this one counts."""
    own = {task for task in asyncio.all_tasks() if task.get_name() == "sweep"}
    for task in own:
        task.cancel()
    await asyncio.gather(*own, return_exceptions=True)
    town.now = at
    return {what: count for what, count in (await bank.sweeper.sweep(bank.transaction)).items() if count}


async def said(land: Bus, bank: Bus, town: Town, use: str, parcel_id: UUID | None = None) -> UUID:
    async with land.transaction() as session:
        parcel_id = await town.register(session, use, "MELATI CONTOH", parcel_id)
    await eventually(lambda: heard(bank, parcel_id, use), f"the bank hears that it is {use}")
    return parcel_id


async def heard(bank: Bus, parcel_id: UUID, use: str) -> bool:
    return any(row.parcel_id == parcel_id and row.use == use for row in await rows(bank, "parcel"))


async def owners(bank: Bus) -> dict[UUID, str | None]:
    return {row.parcel_id: row.owner for row in await rows(bank, "parcel")}


async def test_melatis_parcel_is_emptied_a_year_after_its_purpose_ended_and_saris_stays(town: Town) -> None:
    town.now = START
    async with town.open_land() as land, town.open_bank(sold_parcels_are_over) as bank:
        melatis, saris = await said(land, bank, town, "sold"), await said(land, bank, town, "garden")
        assert await sweep(bank, town, START) == {}
        assert await sweep(bank, town, START + timedelta(days=364)) == {}
        before = metrics.value_of("sekali_retention_swept_total", topic=town.parcels, what="copy")
        assert await sweep(bank, town, START + timedelta(days=365)) == {"copy": 1}
        assert metrics.value_of("sekali_retention_swept_total", topic=town.parcels, what="copy") == before + 1
        assert await owners(bank) == {melatis: None, saris: "MELATI CONTOH"}
        grave = next(row for row in await rows(bank, "parcel") if row.parcel_id == melatis)
        assert (grave.version, grave.gone, grave.use, grave.as_of, grave.heard_at) == (1, True, None, None, None)
        assert await sweep(bank, town, START + timedelta(days=800)) == {}

        # An old record does not come back; a later one of the same parcel is swept again at once.
        async with land.transaction() as session:
            await outbox.put(session, town.parcel(melatis, 1, "sold", "MELATI CONTOH"))
        await said(land, bank, town, "sold", melatis)
        assert [row.version for row in await rows(bank, "parcel") if row.parcel_id == melatis] == [2]
        assert await sweep(bank, town, START + timedelta(days=801)) == {"copy": 1}


async def test_a_purpose_that_goes_on_after_all_is_counted_anew(town: Town) -> None:
    town.now = START
    async with town.open_land() as land, town.open_bank(sold_parcels_are_over) as bank:
        parcel_id = await said(land, bank, town, "sold")
        await sweep(bank, town, START)
        await said(land, bank, town, "garden", parcel_id)
        await sweep(bank, town, START + timedelta(days=300))
        await said(land, bank, town, "sold", parcel_id)
        assert await sweep(bank, town, START + timedelta(days=400)) == {}
        assert await sweep(bank, town, START + timedelta(days=764)) == {}
        assert await sweep(bank, town, START + timedelta(days=765)) == {"copy": 1}


async def test_everything_goes_a_year_after_the_contract_ended(town: Town) -> None:
    town.now = START
    async with town.open_land() as land, town.open_bank() as bank:
        parcel_id = await said(land, bank, town, "garden")
        rewrite(town, town.parcels, valid_until="2027-06-30")
        assert await sweep(bank, town, datetime(2028, 6, 29, 23, tzinfo=UTC)) == {}
        assert await sweep(bank, town, datetime(2028, 6, 30, tzinfo=UTC)) == {"copy": 1}
        assert await owners(bank) == {parcel_id: None}


async def test_a_contract_whose_file_is_gone_ended_when_it_was_first_missed(town: Town) -> None:
    town.now = START
    async with town.open_land() as land, town.open_bank() as bank:
        parcel_id = await said(land, bank, town, "garden")
        await sweep(bank, town, START)
        file = contract(town, town.parcels)
        words = file.read_text()
        file.unlink()
        assert await sweep(bank, town, START + timedelta(days=10)) == {}
        file.write_text(words)
        assert await sweep(bank, town, START + timedelta(days=20)) == {}
        file.unlink()
        missed = START + timedelta(days=30)
        assert await sweep(bank, town, missed) == {}
        assert await sweep(bank, town, missed + timedelta(days=365)) == {}
        assert await sweep(bank, town, missed + timedelta(days=366)) == {"copy": 1}
        assert await owners(bank) == {parcel_id: None}


async def test_dead_letters_and_parked_surveys_go_a_year_after_their_arrival(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    town.now = START
    async with town.open_land() as land, town.open_bank() as bank:
        parcel_id = await said(land, bank, town, "garden")
        async with land.transaction() as session:
            await outbox.put(session, town.survey(parcel_id, -1))  # what the bank cannot enter
            await outbox.put(session, town.survey(UUID(int=7), 250))  # of a parcel that it has not heard of
        await eventually(counting(bank, "dead_letter", 1), "one survey is dead")
        await eventually(counting(bank, "parked", 1), "one survey waits")
        # Nobody runs it after its deadline here: the sweeper is the last net.
        async with bank.transaction() as session:
            await session.execute(text("update parked set deadline = 'infinity'"))
        assert await sweep(bank, town, START + timedelta(days=364)) == {}
        with caplog.at_level("INFO"):
            assert await sweep(bank, town, START + timedelta(days=365)) == {"dead_letter": 1, "parked": 1}
        assert await rows(bank, "dead_letter") == []
        told = [one.getMessage() for one in caplog.records if "keeping time" in one.getMessage()]
        assert len(told) == 2
        assert not any(str(parcel_id) in line or "CONTOH" in line for line in told)


async def test_what_a_law_holds_goes_on_its_end_date(town: Town) -> None:
    held = """insert into legal_hold (record, key, person, article, until, held_at, content)
              values ('deed', gen_random_uuid(), gen_random_uuid(), 'UU CONTOH art. 1', :until, now(), '{}')"""
    async with town.open_bank() as bank:
        async with bank.transaction() as session:
            await session.execute(text(held), {"until": date(2031, 11, 22)})
        assert await sweep(bank, town, datetime(2031, 11, 21, 23, tzinfo=UTC)) == {}
        assert await sweep(bank, town, datetime(2031, 11, 22, 1, tzinfo=UTC)) == {"hold": 1}
        assert await rows(bank, "legal_hold") == []


def contract(town: Town, topic: str) -> Path:
    return town.root / "contracts" / town.bank / f"{topic}.avsc"


def rewrite(town: Town, topic: str, **attributes: str) -> None:
    file = contract(town, topic)
    file.write_text(json.dumps(json.loads(file.read_text()) | attributes))
