"""Melati is erased at the tax agency: off the bus at once, the registration locked away for ten years."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest

from sekali.retention import Sweeper
from services.tax import service
from services.tax.inbox import inbox
from services.tax.model import TaskKind
from services.tax.model.holding import ARTICLE
from services.tax.tests.doors import doors
from services.tax.tests.office import CONTACT, LICENCE, NOON, RESIDENT, Office
from services.tax.tests.people import MELATI, MELATIS_NIK, RANGGA, RANGGAS_NIK, contact, licence, melati, rangga

OFFICER = {"Authorization": "Bearer officer:tax:contoh"}
LICENCE_ID = UUID(int=0x11)
OWN = ("taxpayer", "nitku", "task", "reminder", "tax_return", "kswp_answer", "application")
DEAD = {"status": "DIED"}


@pytest.fixture
async def http(office: Office) -> AsyncIterator[httpx.AsyncClient]:
    async with doors(office) as client:
        yield client


@pytest.fixture
async def registered(office: Office) -> UUID:
    """Melati with contact, licence, registration, a KSWP answer; Rangga registered beside her."""
    await office.hear(RESIDENT, MELATI, melati())
    await office.hear(CONTACT, MELATI, contact())
    await office.hear(LICENCE, LICENCE_ID, licence(MELATI))
    receipt = await office.activate()
    await office.ask_kswp(MELATI)
    await office.hear(RESIDENT, RANGGA, rangga())
    await office.activate(RANGGA, nik=RANGGAS_NIK)
    return UUID(receipt["application_id"])


async def of(office: Office, table: str, person: UUID) -> int:
    (found,) = await office.rows(f"select count(*) as n from {table} where {table}::text like :who", who=f"%{person}%")
    return int(found["n"])


async def sweep(office: Office, at: datetime) -> dict[str, int]:
    office.clock.at = at
    sweeper = Sweeper("tax", Path(__file__).parents[3], inbox.declared)
    return {what: n for what, n in (await sweeper.sweep(office.transaction)).items() if n}


async def test_her_registration_leaves_the_bus_and_the_tables_and_is_locked_away(
    office: Office, registered: UUID
) -> None:
    before = {table: await of(office, table, RANGGA) for table in OWN}
    await office.hear(RESIDENT, MELATI, None)
    for table in OWN:
        assert await of(office, table, MELATI) == 0, table
        assert await of(office, table, RANGGA) == before[table], table
    waiting = await office.rows("select aggregateid, payload is null as ended, version from outbox order by position")
    hers = {row["aggregateid"]: (row["ended"], row["version"]) for row in waiting if row["aggregateid"] in {
        str(MELATI), str(registered)
    }}  # fmt: skip
    # The answer to KSWP that waited with a sealed group is gone too.
    assert hers == {str(MELATI): (True, 2), str(registered): (True, 2)}
    held = await office.rows("select record, article, until, content from legal_hold order by record")
    assert [(row["record"], row["article"], row["until"]) for row in held] == [
        ("application", ARTICLE, date(2036, 6, 1)), ("taxpayer", ARTICLE, date(2036, 6, 1)),
    ]  # fmt: skip
    assert held[1]["content"]["taxpayer"]["npwp"] == MELATIS_NIK
    assert len(held[1]["content"]["places"]) == 2
    (erased,) = await office.rows("select cleared from erasure")
    assert erased["cleared"] == {"copies": 3, "outbox": 3, "reminders": 1, "kswp_answers": 1}


async def test_copies_of_what_others_say_of_her_go_at_once_and_stay_away(office: Office, registered: UUID) -> None:
    await office.hear(RESIDENT, MELATI, None)
    assert await office.rows("select 1 from contact where email is not null") == []
    assert await office.rows("select 1 from licence where holder_id is not null") == []
    # Licensing's records were under way: the licence gives no NITKU any more, and is empty here.
    await office.hear(LICENCE, LICENCE_ID, licence(MELATI))
    await office.hear(LICENCE, uuid4(), licence(MELATI))
    assert await office.rows("select 1 from licence where holder_id is not null or not gone") == []
    assert await of(office, "nitku", MELATI) == 0


async def test_what_is_held_is_shown_to_nobody(office: Office, registered: UUID, http: httpx.AsyncClient) -> None:
    await office.hear(RESIDENT, MELATI, None)
    for path in ("/taxpayers/{}", "/taxpayers/{}/applications", "/taxpayers/{}/returns", "/residents/{}"):
        answer = await http.get(path.format(MELATI), headers=OFFICER)
        assert (answer.status_code, answer.json()["article"]) == (451, ARTICLE), path
    for path, body in (("returns", {"tax_year": 2026, "state": "FILED"}), ("name-hold", {"held": True})):
        answer = await http.post(f"/taxpayers/{MELATI}/{path}", json=body, headers=OFFICER)
        assert (answer.status_code, answer.json()["until"]) == (451, "2036-06-01"), path
    unknown = await http.get(f"/taxpayers/{uuid4()}", headers=OFFICER)
    assert unknown.status_code == 404
    mine = await http.get("/forms/activation", headers={"Authorization": f"Bearer citizen:{MELATI}"})
    assert mine.status_code == 409


async def test_no_worker_uses_it_and_on_its_last_day_it_is_gone(office: Office, registered: UUID) -> None:
    await office.hear(RESIDENT, MELATI, None)
    office.clock.at = datetime(2027, 1, 2, tzinfo=UTC)
    async with office.transaction() as session:
        assert await service.remind_of_returns(session) == 1, "Rangga's"
    assert (await sweep(office, datetime(2036, 5, 31, tzinfo=UTC))).get("hold") is None
    assert (await sweep(office, datetime(2036, 6, 1, tzinfo=UTC)))["hold"] == 2
    assert await office.rows("select 1 from legal_hold") == []


async def test_somebody_whom_tax_never_registered_has_nothing_held(office: Office) -> None:
    await office.hear(RESIDENT, MELATI, melati())
    await office.hear(RESIDENT, MELATI, None)
    assert await office.rows("select 1 from legal_hold") == []
    assert await office.said("tax.taxpayer.v1") == []
    (erased,) = await office.rows("select cleared from erasure")
    assert erased["cleared"] == {"copies": 1}


async def test_the_repair_of_the_log_resurrects_nobody(office: Office, registered: UUID) -> None:
    await office.hear(RESIDENT, MELATI, None)
    async with office.transaction() as session:
        for topic, current in service.CURRENT.items():
            assert await current(session, [MELATI, registered]) == [], topic
    graves = {row["topic"]: row["version"] for row in await office.rows("select topic, version from own_grave")}
    assert graves == {"tax.taxpayer.v1": 2, "tax.application.v1": 2}


async def test_the_dead_are_kept_while_the_heirs_task_or_a_licence_is_open(office: Office, registered: UUID) -> None:
    await office.hear(RESIDENT, MELATI, melati(life=DEAD))
    assert await sweep(office, NOON + timedelta(days=200)) == {}
    assert await office.rows("select 1 from purpose_ended") == []
    async with office.transaction() as session:
        await service.close_task(session, MELATI, TaskKind.WARIS, service.By("Petugas Contoh"))
    await sweep(office, NOON + timedelta(days=201))
    assert await office.rows("select 1 from purpose_ended") == [], "the licence is still in force"
    await office.hear(LICENCE, LICENCE_ID, licence(MELATI, status="DICABUT"))
    ended = NOON + timedelta(days=202)
    assert await sweep(office, ended) == {}
    assert {row["topic"] for row in await office.rows("select topic from purpose_ended")} == {
        RESIDENT, CONTACT, LICENCE,
    }  # fmt: skip
    assert await sweep(office, ended + timedelta(days=365)) == {"copy": 1}
    assert await office.rows("select 1 from contact where email is not null") == []
    assert await office.rows("select 1 from resident where nik is not null") == [{"?column?": 1}] * 2
