"""Melati is erased at licensing: off the bus at once, her licences locked away for as long as the law says."""

import asyncio
from datetime import date
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import text

from sekali.errors import Problem
from sekali.retention import Sweeper
from services.licensing import service
from services.licensing.model import LicenceStatus
from services.licensing.model.holding import ARTICLE
from services.licensing.tests import people
from services.licensing.tests.office import Office

RESIDENT, CONTACT, TAXPAYER = "population.resident.v1", "portal.contact.v1", "tax.taxpayer.v1"
APPLICATION, LICENCE = "licensing.application.v1", "licensing.licence.v1"
OWN = ("licence", "application", "act", "kswp_request", "nib")
OFFICER = {"Authorization": "Bearer officer:licensing:dewi"}
CONTACT_OF = {"contact": {"email": "melati@contoh.example", "mobile": "+6281200000001"}}


async def count(office: Office, table: str, where: str = "true") -> int:
    found = await office.rows(f"select count(*) as n from {table} where {where}")
    return int(found[0]["n"])


async def sweep(office: Office) -> dict[str, int]:
    sweeper = Sweeper("licensing", Path(__file__).parents[3], office.inbox.declared)
    return {what: n for what, n in (await sweeper.sweep(office.database.transaction)).items() if n}


async def licensed(office: Office) -> tuple[UUID, dict[str, object], dict[str, object]]:
    """A holder with a contact, a licence in force and an application that waits for tax."""
    holder = await office.registered()
    await office.hear(CONTACT, holder, CONTACT_OF)
    return holder, await office.apply(holder), await office.apply(holder, **people.RESTAURANT)


async def test_her_records_leave_the_bus_and_the_tables_and_are_locked_away(office: Office) -> None:
    melati, first, second = await licensed(office)
    sari, _, _ = await licensed(office)
    await office.hear(RESIDENT, melati, None)
    for topic, name in ((LICENCE, "licence_id"), (APPLICATION, "application_id")):
        for receipt in (first, second):
            said = await office.said(topic, UUID(str(receipt[name])))
            assert [list(one) for one in said] == [["gone"]], "only the tombstone waits; what waited with data is gone"
    assert await office.said("licensing.kswp-requested.v1", melati) == []
    for table in OWN:
        assert await count(office, table, f"{table}::text like '%{melati}%'") == 0
    assert (await count(office, "licence"), await count(office, "application")) == (2, 2)
    assert await count(office, "licence", f"holder_id = '{sari}'") == 2
    assert await count(office, "contact", "email is not null") == 1
    held = await office.rows("select record, article, until, content from legal_hold order by record")
    assert [(row["record"], row["article"], row["until"]) for row in held] == [
        ("application", ARTICLE, date(2031, 11, 20)), ("application", ARTICLE, date(2031, 11, 20)),
        ("licence", ARTICLE, date(2031, 11, 20)), ("licence", ARTICLE, date(2031, 11, 20)),
    ]  # fmt: skip
    assert {row["content"]["nib"]["nib"] for row in held if row["record"] == "licence"} == {first["nib"]}
    assert any(row["content"]["questions"] for row in held if row["record"] == "application")
    (erased,) = await office.rows("select cleared from erasure where key = :key", key=melati)
    assert erased["cleared"]["copies"] == 2


async def test_what_is_held_is_shown_to_nobody_and_used_by_no_worker(office: Office, door: httpx.AsyncClient) -> None:
    melati, first, second = await licensed(office)
    await office.hear(RESIDENT, melati, None)
    for path in (
        f"/desk/applications/{first['application_id']}",
        f"/desk/residents/{melati}",
        f"/desk/residents/{melati}/licences",
    ):
        answer = await door.get(path, headers=OFFICER)
        assert (answer.status_code, answer.json()["article"]) == (451, ARTICLE), path
    refused = await door.post(
        f"/licences/{first['licence_id']}/revoke", json={"reason": "Diminta pemegang"}, headers=OFFICER
    )
    assert (refused.status_code, refused.json()["until"]) == (451, "2031-11-20")
    waiting = await door.get("/desk/applications", headers=OFFICER)
    assert waiting.json() == {"applications": []}
    office.clock.turn(days=60)
    with pytest.raises(Problem) as restricted:
        async with office.database.transaction() as session:
            await service.approve_by_deadline(session, UUID(str(second["application_id"])))
    assert restricted.value.status == 451
    unknown = await door.get(f"/desk/applications/{uuid4()}", headers=OFFICER)
    assert unknown.status_code == 404


async def test_on_its_last_day_the_held_record_is_gone(office: Office) -> None:
    melati, _, _ = await licensed(office)
    await office.hear(RESIDENT, melati, None)
    office.clock.turn(days=5 * 365)  # one day short: 2028 is a leap year
    assert "hold" not in await sweep(office)
    office.clock.turn(days=1)
    assert (await sweep(office))["hold"] == 4
    assert await count(office, "legal_hold") == 0


async def test_an_application_beside_the_erasure_leaves_nothing_behind(office: Office) -> None:
    for _ in range(10):
        melati = await office.registered()
        applied, erased = await asyncio.gather(
            office.apply(melati), office.hear(RESIDENT, melati, None), return_exceptions=True
        )
        assert erased is None
        assert not isinstance(applied, Exception) or isinstance(applied, Problem)
        assert await count(office, "application") == await count(office, "licence") == 0
        assert await office.rows("select 1 from outbox where payload is not null") == []


async def test_the_dead_are_kept_while_anything_is_open_and_then_for_the_years_of_the_contract(office: Office) -> None:
    rangga, first, _ = await licensed(office)
    buyer = await office.registered()
    await office.hear(TAXPAYER, rangga, {"registration": {"npwp": "9999991203880001", "status": "AKTIF"}})
    await office.hear(RESIDENT, rangga, people.dead())
    # The application is halted, the licences are under review: that is open, for however long.
    office.clock.turn(days=300)
    assert await sweep(office) == {}
    assert await count(office, "purpose_ended") == 0
    for row in await office.rows("select licence_id from licence"):
        async with office.database.transaction() as session:
            await service.change_licence(session, row["licence_id"], "dewi", LicenceStatus.DICABUT, "Pemegang wafat")
    assert await sweep(office) == {}
    assert {row["topic"] for row in await office.rows("select topic from purpose_ended")} == {
        RESIDENT, CONTACT, TAXPAYER,
    }  # fmt: skip
    office.clock.turn(days=365)
    assert await sweep(office) == {"copy": 2}
    assert (
        await count(office, "contact", "email is not null") == await count(office, "taxpayer", "npwp is not null") == 0
    )
    office.clock.turn(days=1825 - 365)
    assert await sweep(office) == {"copy": 1}
    kept = await office.rows("select resident_id, nik from resident")
    assert {row["resident_id"]: row["nik"] is not None for row in kept} == {rangga: False, buyer: True}
    assert first["status"] == "TERBIT"


async def test_a_copy_that_was_swept_is_no_erasure(office: Office) -> None:
    """The grave of a contract that ended: the case of a living person may not be locked away for it."""
    melati = await office.registered()
    receipt = await office.apply(melati, **people.RESTAURANT)
    async with office.database.transaction() as session:
        await session.execute(text("update resident set gone = true, standing = null, nik = null"))
    office.clock.turn(days=60)
    async with office.database.transaction() as session:
        assert not await service.approve_by_deadline(session, UUID(receipt["application_id"]))
    assert await count(office, "application") == await count(office, "licence") == 1
    assert await count(office, "legal_hold") == 0


async def test_a_death_that_was_a_mistake_is_not_counted(office: Office) -> None:
    rangga = await office.registered()
    await office.hear(RESIDENT, rangga, people.dead())
    await sweep(office)
    office.clock.turn(days=1000)
    await office.hear(RESIDENT, rangga, people.resident())
    await sweep(office)
    await office.hear(RESIDENT, rangga, people.dead())
    office.clock.turn(days=1000)
    assert await sweep(office) == {}
    assert await count(office, "resident", "nik is not null") == 1
