"""A licence's place gives an activated taxpayer the next NITKU: whichever fact comes last gives it, exactly once."""

import asyncio
from datetime import date
from uuid import UUID, uuid4

import pytest

from sekali.testing import eventually
from services.tax import service
from services.tax.tests.office import LICENCE, RESIDENT, Office
from services.tax.tests.people import MELATI, TYPED, answers, licence, melati, rangga

ONE, TWO = UUID(int=0x11), UUID(int=0x22)


async def test_the_licence_came_first(office: Office) -> None:
    await office.hear(LICENCE, TWO, licence(MELATI, date(2026, 4, 1)))
    await office.hear(LICENCE, ONE, licence(MELATI, date(2026, 5, 1)))
    await office.hear(RESIDENT, MELATI, melati())
    receipt = await office.activate()
    assert [number[-6:] for number in receipt["nitkus"]] == ["000000", "000001", "000002"]
    given = await office.rows("select serial, licence_id from nitku order by serial")
    assert [row["licence_id"] for row in given] == [None, TWO, ONE], "the earliest licence first"


async def test_the_licence_comes_after_the_activation(office: Office) -> None:
    await office.hear(RESIDENT, MELATI, melati())
    await office.activate()
    await office.hear(LICENCE, ONE, licence(MELATI))
    await office.hear(LICENCE, TWO, licence(MELATI, status="BELUM_TERVERIFIKASI"))
    assert await office.serials() == [0, 1, 2]


async def test_the_holders_record_comes_last(office: Office) -> None:
    """A rebuild: the register stands, the copies start from nothing, the licence arrives first."""
    await office.hear(RESIDENT, MELATI, melati())
    await office.activate()
    await office.rows("delete from resident returning version")
    await office.hear(LICENCE, ONE, licence(MELATI))
    await office.hear(RESIDENT, MELATI, melati(), version=1)
    assert await office.serials() == [0, 1]


@pytest.mark.parametrize("first", ["licence", "activation"])
async def test_licence_and_activation_side_by_side(office: Office, first: str) -> None:
    """Both transactions are open at once; the second waits for the person's row and sees what the first did."""
    await office.hear(RESIDENT, MELATI, melati())
    behind: asyncio.Task[object]
    async with office.transaction() as session:
        if first == "licence":
            await office.hear_in(session, LICENCE, ONE, licence(MELATI))
            behind = asyncio.create_task(office.activate())
        else:
            await service.activate_taxpayer(session, MELATI, uuid4(), answers(**TYPED))
            behind = asyncio.create_task(office.hear(LICENCE, ONE, licence(MELATI)))
        await _until_one_waits(office)
        assert not behind.done()
    await asyncio.wait_for(behind, 10)
    given = await office.rows("select serial, licence_id from nitku order by serial")
    assert [(row["serial"], row["licence_id"]) for row in given] == [(0, None), (1, ONE)]


async def test_many_at_once_leave_no_gap_and_no_double(office: Office) -> None:
    await office.hear(RESIDENT, MELATI, melati())
    licences = [uuid4() for _ in range(6)]
    heard = [office.hear(LICENCE, key, licence(MELATI)) for key in licences]
    await asyncio.wait_for(asyncio.gather(office.activate(), *heard), 30)
    given = await office.rows("select serial, licence_id from nitku order by serial")
    assert [row["serial"] for row in given] == list(range(7))
    assert {row["licence_id"] for row in given} == {None, *licences}


async def test_a_licence_and_a_record_never_heard_before_side_by_side(office: Office) -> None:
    """The placeholder row is what both lock."""
    async with office.transaction() as session:
        await office.hear_in(session, LICENCE, ONE, licence(MELATI))
        behind = asyncio.create_task(office.hear(RESIDENT, MELATI, melati()))
        await _until_one_waits(office)
    await asyncio.wait_for(behind, 10)
    await office.activate()
    assert await office.serials() == [0, 1]


async def test_replay_rebuild_and_skipped_versions_give_nothing_twice(office: Office) -> None:
    await office.hear(RESIDENT, MELATI, melati())
    await office.activate()
    await office.hear(LICENCE, ONE, licence(MELATI), version=1)
    await office.hear(LICENCE, ONE, licence(MELATI), version=1)
    await office.hear(LICENCE, ONE, licence(MELATI, status="TERVERIFIKASI"), version=7)
    await office.rows("delete from licence returning version")
    await office.hear(LICENCE, ONE, licence(MELATI), version=1)
    await office.hear(LICENCE, ONE, licence(MELATI, status="TERVERIFIKASI"), version=7)
    assert await office.serials() == [0, 1]


async def test_only_a_licence_in_force_gives_a_number(office: Office) -> None:
    await office.hear(RESIDENT, MELATI, melati())
    await office.activate()
    await office.hear(LICENCE, ONE, licence(MELATI, status="DIBEKUKAN"))
    assert await office.serials() == [0]
    await office.hear(LICENCE, ONE, licence(MELATI))
    await office.hear(LICENCE, ONE, licence(MELATI, status="DICABUT"))
    assert await office.serials() == [0, 1], "a number once given stays with its place"


async def test_the_dead_get_no_new_place(office: Office) -> None:
    await office.hear(RESIDENT, MELATI, melati())
    await office.activate()
    await office.hear(RESIDENT, MELATI, melati(life={"status": "DIED"}))
    await office.hear(LICENCE, ONE, licence(MELATI))
    assert await office.serials() == [0]


async def test_the_licence_of_someone_who_is_no_taxpayer_waits(office: Office) -> None:
    await office.hear(RESIDENT, MELATI, rangga() | {"resident_id": MELATI})
    await office.hear(LICENCE, ONE, licence(MELATI))
    assert await office.serials() == []
    assert await office.said("tax.taxpayer.v1") == []


async def _until_one_waits(office: Office) -> None:
    """A transaction stands before a lock that another one holds."""
    waiting = "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
    await eventually(lambda: office.rows(waiting), "a transaction waits for the person's row", 10)
