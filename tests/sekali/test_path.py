"""The path of a fact on real Kafka, PostgreSQL and registry: said once, held by the other agency."""

from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer
from sqlalchemy import text

from sekali import outbox
from sekali.kafka import connection
from sekali.settings import AgencySettings
from sekali.testing import eventually
from tests.sekali.town import Town, counting, rows

NOBODY = "127.0.0.1:1"


async def test_what_land_says_of_melatis_parcel_the_bank_holds(town: Town) -> None:
    async with town.open_land() as land, town.open_bank() as bank:
        async with land.transaction() as session:
            parcel_id = await town.register(session, "garden", "MELATI CONTOH")
        (copy,) = await eventually(counting(bank, "parcel", 1), "the bank hears of the parcel")
        assert (copy.parcel_id, copy.version, copy.use, copy.owner) == (parcel_id, 1, "garden", "MELATI CONTOH")

        async def carried() -> bool:
            return await rows(land, "outbox") == []

        await eventually(carried, "the outbox empties")


async def test_nobody_reads_her_name_on_the_wire(town: Town) -> None:
    async with town.open_land() as land:
        async with land.transaction() as session:
            await town.register(session, "garden", "MELATI CONTOH")
        consumer = AIOKafkaConsumer(
            town.parcels, **connection(town.settings(town.land)), group_id=None, auto_offset_reset="earliest"
        )
        await consumer.start()
        try:
            record = await consumer.getone()
        finally:
            await consumer.stop()
    assert record.value is not None
    assert b"garden" in record.value
    assert b"MELATI" not in record.value
    names = [name for name, _ in record.headers]
    assert names == ["ce_specversion", "ce_type", "ce_source", "content-type", "schema-fingerprint", "ce_id",
                     "ce_entityversion"]  # fmt: skip


async def test_what_is_rolled_back_is_never_said(town: Town) -> None:
    async with town.open_land() as land, town.open_bank() as bank:
        with pytest.raises(ZeroDivisionError):
            async with land.transaction() as session:
                await town.register(session, "garden", "RANGGA CONTOH")
                _ = 1 / 0
        async with land.transaction() as session:
            kept = await town.register(session, "field", "MELATI CONTOH")
        (copy,) = await eventually(counting(bank, "parcel", 1), "the bank hears of the field")
        assert copy.parcel_id == kept


async def test_a_row_that_commits_late_is_carried_too(town: Town) -> None:
    async with town.open_land() as land, town.open_bank() as bank:
        async with land.transaction() as early:
            first = await town.register(early, "garden", "SARI CONTOH")
            async with land.transaction() as session:
                await town.register(session, "field", "MELATI CONTOH")
            await eventually(counting(bank, "parcel", 1), "the later, already committed row arrives")
        copies = await eventually(counting(bank, "parcel", 2), "the row with the lower position arrives")
        assert first in [copy.parcel_id for copy in copies]


async def test_an_old_version_never_overwrites_and_the_last_of_many_counts(town: Town) -> None:
    async with town.open_land() as land, town.open_bank() as bank:
        parcel_id = uuid4()
        async with land.transaction() as session:
            for use in ("garden", "field", "house"):
                await town.register(session, use, "MELATI CONTOH", parcel_id)
            await outbox.put(session, town.parcel(parcel_id, 1, "an old word", "SOMEONE CONTOH"))

        async def settled() -> bool:
            return [row.use for row in await rows(bank, "parcel")] == ["house"]

        await eventually(settled, "version 3 stands")
        async with land.transaction() as session:
            await outbox.put(session, town.parcel(parcel_id, 2, "an old word", "SOMEONE CONTOH"))
            other = await town.register(session, "school", "SARI CONTOH")
        await eventually(counting(bank, "parcel", 2), "a later parcel arrives")
        found = {row.parcel_id: row for row in await rows(bank, "parcel")}
        assert (found[parcel_id].version, found[parcel_id].use) == (3, "house")
        assert found[other].use == "school"


async def test_a_tombstone_leaves_a_grave_that_later_versions_must_exceed(town: Town) -> None:
    async with town.open_land() as land, town.open_bank() as bank:
        async with land.transaction() as session:
            parcel_id = await town.register(session, "garden", "MELATI CONTOH")
            await outbox.bury(session, town.events[town.land].Parcel, parcel_id, 5)

        async def grave() -> bool:
            return [(r.version, r.gone, r.use, r.owner) for r in await rows(bank, "parcel")] == [(5, True, None, None)]

        await eventually(grave, "the copy is a grave")
        async with land.transaction() as session:
            await outbox.put(session, town.parcel(parcel_id, 4, "garden", "MELATI CONTOH"))
            await outbox.put(session, town.parcel(parcel_id, 6, "field", "SARI CONTOH"))

        async def risen() -> bool:
            return [(r.version, r.gone, r.use) for r in await rows(bank, "parcel")] == [(6, False, "field")]

        await eventually(risen, "a later version stands again")


async def test_ten_thousand_parcels_arrive_in_order_of_their_versions(town: Town) -> None:
    async with town.open_land() as land, town.open_bank() as bank:
        keys = [uuid4() for _ in range(2_000)]
        async with land.transaction() as session:
            for version in range(1, 6):
                await outbox.put(session, *(town.parcel(key, version, f"use {version}", "SARI CONTOH") for key in keys))

        async def all_last() -> bool:
            async with bank.transaction() as session:
                found = await session.execute(text("select count(*) from parcel where version = 5 and use = 'use 5'"))
                return bool(found.scalar_one() == len(keys))

        await eventually(all_last, "each parcel stands at version 5", 60)


async def test_one_of_the_brokers_to_begin_with_may_be_away(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    told = town.settings

    def of_two(agency: str) -> AgencySettings:
        one = told(agency)
        return one.model_copy(update={"kafka_bootstrap": f"{NOBODY}, {one.kafka_bootstrap}"})

    monkeypatch.setattr(town, "settings", of_two)
    async with town.open_land() as land, town.open_bank() as bank:
        async with land.transaction() as session:
            parcel_id = await town.register(session, "garden", "MELATI CONTOH")
        (copy,) = await eventually(counting(bank, "parcel", 1), "the bank hears of the parcel")
        assert copy.parcel_id == parcel_id
