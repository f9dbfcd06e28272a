"""Budi, an officer of the tax agency, works at the desk's pages, on a real database."""

from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest

from sekali.doors import application
from sekali.pages import Names, Pages
from sekali.testing_pages import Visit
from services.tax import pages
from services.tax.app import TITLE
from services.tax.tests.office import CONTACT, LICENCE, RESIDENT, ROOT, Office
from services.tax.tests.people import MELATI, MELATIS_NIK, contact, licence, melati

HOME = f"/office/people/{MELATI}"


@pytest.fixture
async def client(office: Office) -> AsyncIterator[httpx.AsyncClient]:
    rooms = pages.desk(Names(office.catalogue, ROOT)), pages.acting()
    app = application(office, *rooms, title=TITLE, pages=Pages(TITLE, pages.ROOM))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
        client.cookies.set("lang", "en")
        yield client


@pytest.fixture
async def budi(client: httpx.AsyncClient) -> Visit:
    return await Visit(client).officer("Budi Contoh")


@pytest.fixture
async def melatis(office: Office) -> None:
    """She is a taxpayer with a shop, and has married since."""
    await office.hear(RESIDENT, MELATI, melati())
    await office.hear(CONTACT, MELATI, contact())
    await office.hear(LICENCE, uuid4(), licence(MELATI))
    await office.activate()


async def marries(office: Office) -> None:
    record = melati(civil={"marital_status": "KAWIN"}, family={"relationship": "ISTRI"})
    await office.hear(RESIDENT, MELATI, record)


async def acts(office: Office) -> list[tuple[str, str, str | None, str | None]]:
    rows = await office.rows("select officer, deed, about, reason from act order by act_id")
    return [(row["officer"], row["deed"], row["about"], row["reason"]) for row in rows]


async def twice(budi: Visit, action: str, **typed: str) -> None:
    """A double click: the same form, sent two times."""
    fields = {**budi.form(action).fields, **typed}
    for _ in range(2):
        await budi.post(action, fields)
        assert (budi.status, budi.at) == (200, HOME), budi.words


async def test_nobody_enters_without_signing_in(client: httpx.AsyncClient, office: Office, melatis: None) -> None:
    for path in ("/", "/office", "/office/find", HOME, f"{HOME}/return"):
        answer = await client.get(path, headers={"Accept": "text/html"})
        assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/sign-in"), path
    answer = await client.post(
        f"{HOME}/name", data={"held": "true", "reason": "Surat"}, headers={"Accept": "text/html"}
    )
    assert answer.status_code == 303
    assert await acts(office) == []


async def test_a_taxpayer_is_found_and_shown_with_everything(budi: Visit, office: Office, melatis: None) -> None:
    await office.ask_kswp(MELATI)
    await budi.open("/office/find")
    await budi.send("/office/find", nik="9999991203880001")
    assert budi.status == 404 and "No taxpayer is registered with this NIK." in budi.words
    await budi.send("/office/find", nik="12")
    assert budi.status == 422 and budi.form("/office/find").fields["nik"] == "12"
    await budi.send("/office/find", nik=MELATIS_NIK)
    assert budi.at == HOME and "MELATI PUSPA CONTOH Active" in budi.words
    assert f"Home {MELATIS_NIK}000000 Jalan Contoh 1" in budi.words
    assert f"Place of business {MELATIS_NIK}000001 Jalan Warung Contoh 2" in budi.words
    assert "From Business licensing (OSS), as of 1 June 2026" in budi.words
    assert "Business licence valid" in budi.words and "Activation of the taxpayer number Approved" in budi.words
    uses = await office.rows("select officer, topic, fields from use_entry where officer is not null order by number")
    assert uses[0]["fields"] == ["identity.nik"]
    assert {use["topic"] for use in uses} == {RESIDENT, LICENCE}


async def test_open_tasks_are_listed_and_closed_with_a_reason(budi: Visit, office: Office, melatis: None) -> None:
    await budi.open("/")
    assert budi.at == "/office" and "Nothing waits here." in budi.words
    await marries(office)
    await budi.open("/office")
    assert "Choose the category after the marriage" in budi.words
    assert "MELATI" not in budi.html, "the list shows nobody's facts"
    path = f"{HOME}/task"
    await budi.open(f"{path}?kind=PILIH_KATEGORI")
    await budi.send(path)
    assert budi.status == 422 and "Reason: The reason is missing." in budi.words
    await twice(budi, path, reason="Surat pernyataan 12")
    assert "Budi Contoh closed the task (Choose the category after the marriage) Surat pernyataan 12" in budi.words
    assert await acts(office) == [("Budi Contoh", "close_task", "PILIH_KATEGORI", "Surat pernyataan 12")]
    await budi.open(f"{path}?kind=PILIH_KATEGORI")
    await budi.send(path, reason="Lagi")
    assert budi.status == 404, "nothing of this kind is open any more"
    assert (await budi.open(f"{HOME}/nothing")).status == 404


async def test_returns_are_recorded(budi: Visit, office: Office, melatis: None) -> None:
    path = f"{HOME}/return"
    await budi.open(path)
    await budi.send(path)
    assert budi.status == 422 and "This is no year." in budi.words and "Nothing is chosen." in budi.words
    await budi.send(path, tax_year="1990", state="FILED")
    assert budi.status == 422 and "Tax year: No return is due for this year." in budi.words
    assert budi.form(path).fields["tax_year"] == "1990", "what was typed stays"
    await budi.send(path, tax_year="2026", state="DUE")
    assert budi.status == 422 and "The reason is missing." in budi.words
    await twice(budi, path, tax_year="2026", state="DUE", reason="Surat 7")
    await budi.open(path)
    await twice(budi, path, tax_year="2026", state="FILED")
    assert "2026 Filed" in budi.words
    assert [(deed, about, reason) for _, deed, about, reason in await acts(office)] == [
        ("return_due", "2026", "Surat 7"), ("return_filed", "2026", None),
    ]  # fmt: skip


async def test_a_name_is_held_and_released(budi: Visit, office: Office, melatis: None) -> None:
    path = f"{HOME}/name"
    await budi.open(path)
    assert "Hold the registered name" in budi.words
    await twice(budi, path, reason="Nama berbeda pada ijazah")
    assert "Held by an officer" in budi.words
    await budi.open(path)
    assert "Release the registered name" in budi.words
    await twice(budi, path, reason="Sudah jelas")
    assert "It follows Population registry (Dukcapil)." in budi.words
    assert [deed for _, deed, _, _ in await acts(office)] == ["hold_name", "release_name"]


async def test_the_dead_are_no_longer_recorded_and_the_erased_are_held(
    budi: Visit, office: Office, melatis: None
) -> None:
    await budi.open(f"{HOME}/name")
    stale = {**budi.form(f"{HOME}/name").fields, "reason": "Surat"}
    await office.hear(RESIDENT, MELATI, melati(life={"status": "DIED"}))
    await budi.post(f"{HOME}/name", stale)
    assert budi.status == 409 and "This taxpayer is not active." in budi.words
    assert budi.form(f"{HOME}/name").fields["reason"] == "Surat"
    await budi.open(HOME)
    assert "Not active" in budi.words and "Settle with the heirs" in budi.words
    assert "Record a return" not in budi.words
    await budi.open(f"{HOME}/task?kind=WARIS")
    await budi.send(f"{HOME}/task", reason="Ahli waris datang")

    await office.hear(RESIDENT, MELATI, None)
    await budi.open(HOME)
    assert budi.status == 451 and "MELATI" not in budi.html
    assert await office.rows("select * from act") == [], "the trail is held with the registration"
    held = await office.rows("select record from legal_hold where content::text like '%Ahli waris datang%'")
    assert held == [{"record": "taxpayer"}]


async def test_the_pages_speak_indonesian(budi: Visit, office: Office, melatis: None) -> None:
    await budi.open(f"{HOME}/return?lang=id")
    await budi.send(f"{HOME}/return", tax_year="1990", state="FILED")
    assert "Tahun pajak: Tidak ada SPT untuk tahun ini." in budi.words
