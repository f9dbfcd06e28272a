"""Beats: an hourly record in every partition of an agency's states, which tells nobody anything."""

import zlib
from datetime import UTC, datetime, timedelta

from sekali import beats
from sekali.bus import Bus
from sekali.inbox import Inbox
from sekali.testing import Clock, eventually
from tests.sekali.test_relay import empty, log_of
from tests.sekali.town import Town, counting, rows

START = datetime(2026, 11, 22, 3, tzinfo=UTC)


def test_a_partitions_beat_has_always_the_same_key_which_falls_there() -> None:
    for partition in range(4):
        key = beats.key_of("town.parcel.v1", partition, 4)
        assert zlib.crc32(str(key).encode()) % 4 == partition
        assert key == beats.key_of("town.parcel.v1", partition, 4)
        assert key != beats.key_of("town.owner.v1", partition, 4)


async def beat(land: Bus) -> int:
    async with land.transaction() as session:
        return await beats.beat(session, land.catalogue, land.agency)


async def test_once_an_hour_each_partition_of_a_state_gets_one_and_facts_none(town: Town) -> None:
    clock = Clock(START)
    async with town.open_land():
        pass  # the tables
    land = Bus(town.settings(town.land), inbox=Inbox(), current={town.parcels: town._current}, clock=clock)
    async with land.transaction() as session:
        await session.execute(beats.BEATEN, {"topic": town.parcels, "now": START})
    clock.turn(minutes=59)
    assert await beat(land) == 0
    clock.turn(minutes=1)
    assert await beat(land) == 2
    assert await beat(land) == 0
    said = await rows(land, "outbox", "position")
    assert {(row.aggregatetype, row.payload, row.version) for row in said} == {(town.parcels, None, 1)}
    assert {zlib.crc32(row.aggregateid.encode()) % 2 for row in said} == {0, 1}
    clock.turn(days=-2)
    assert await beat(land) == 2, "the clock was ahead when the last one was said"
    assert await beat(land) == 0
    await land.database.close()
    await land.registry.close()


async def test_the_bank_takes_no_notice(town: Town) -> None:
    card = town.root / "schemas" / town.land / town.parcels / "topic.yaml"
    card.write_text(card.read_text() + "person: true\n")
    async with town.open_land() as land, town.open_bank() as bank:
        async with land.transaction() as session:
            await session.execute(beats.BEATEN, {"topic": town.parcels, "now": START - timedelta(days=1)})
        assert await beat(land) == 2
        async with land.transaction() as session:
            parcel_id = await town.register(session, "garden", "MELATI CONTOH")
        (copy,) = await eventually(counting(bank, "parcel", 1), "the parcel that came behind it is there")
        assert copy.parcel_id == parcel_id
        await eventually(lambda: empty(land), "all is said")
        assert len(await log_of(town)) == 3
        assert await rows(bank, "parcel") == [copy]
        assert await rows(bank, "erasure") == []
        assert await rows(bank, "dead_letter") == []
