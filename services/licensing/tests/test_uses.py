"""What licensing shows of a person is recorded before it is shown; what it may not see, the registry verifies."""

import json
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import text

from sekali.asking import Asking
from sekali.doors import application
from sekali.tokens import Speaker
from services.licensing.app import TITLE
from services.licensing.forms import citizen, desk, verifying
from services.licensing.tests import people
from services.licensing.tests.counterpart import Counterpart
from services.licensing.tests.office import Office

OFFICER = {"Authorization": "Bearer officer:licensing:dewi"}
RESIDENT, CONTACT = "population.resident.v1", "portal.contact.v1"
MOTHER, KK = "family.mother_name", "family.kk_number"
ANSWERS = {MOTHER: "SARI CONTOH", KK: "9999990101200001"}


@pytest.fixture
def registry() -> Iterator[Counterpart]:
    running = Counterpart()
    yield running
    running.shut()


@pytest.fixture
async def door(office: Office, registry: Counterpart) -> AsyncIterator[httpx.AsyncClient]:
    asking = Asking(Speaker(office.settings), "population", registry.url, timedelta(seconds=2))
    app = application(office, citizen, desk, verifying(asking), title=TITLE)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://licensing") as client:
        yield client
    await asking.close()


@pytest.fixture
async def melati(office: Office) -> UUID:
    melati = await office.registered()
    await office.hear(CONTACT, melati, {"contact": {"email": "m@contoh.id", "mobile": None}})
    return melati


def of(resident_id: UUID) -> dict[str, str]:
    return {"Authorization": f"Bearer citizen:{resident_id}"}


async def recorded(office: Office) -> list[dict[str, Any]]:
    async with office.database.transaction() as session:
        rows = await session.execute(text("select * from use_entry order by number"))
        return [dict(row) for row in rows.mappings()]


async def hinder(office: Office) -> None:
    async with office.database.transaction() as session:
        await session.execute(text("alter table use_entry rename to elsewhere"))


# Opening a form


async def test_opening_the_form_is_recorded_with_the_fields_that_were_filled(
    door: httpx.AsyncClient, office: Office, melati: UUID
) -> None:
    opened = (await door.get("/forms/business-licence", headers=of(melati))).json()
    shown = {
        (box["source"]["topic"], box["source"]["field"]) for box in opened["boxes"] if box["value"] is not None
    }  # fmt: skip
    entries = await recorded(office)
    assert {(one["topic"], field) for one in entries for field in one["fields"]} == shown
    assert {one["topic"]: len(one["fields"]) for one in entries} == {RESIDENT: 9, CONTACT: 1}
    for one in entries:
        contract = office.catalogue.contracts["licensing", one["topic"]]
        assert (one["kind"], one["agency"], one["way"]) == ("CITIZEN", "licensing", "PREFILL")
        assert (one["resident_id"], one["at"]) == (melati, office.clock.at)
        assert (one["purpose_id"], one["legal_basis"]) == (contract.purpose["id"], contract.legal_basis)


async def test_what_cannot_be_recorded_is_not_shown(door: httpx.AsyncClient, office: Office, melati: UUID) -> None:
    await hinder(office)
    for path, headers in (("/forms/business-licence", of(melati)), (f"/desk/residents/{melati}", OFFICER)):
        answer = await door.get(path, headers=headers)
        assert (answer.status_code, answer.json()["type"]) == (503, "urn:sekali:problem:use-not-recorded")
        assert answer.headers["retry-after"]
        assert "MELATI" not in answer.text
    assert (await door.get("/forms/business-licence/declaration", headers=OFFICER)).status_code == 200


async def test_a_form_that_does_not_open_and_a_declaration_are_no_use(
    door: httpx.AsyncClient, office: Office, melati: UUID
) -> None:
    await door.get("/forms/business-licence/declaration", headers=of(melati))
    await door.get("/forms/business-licence", headers=of(uuid4()))
    await door.get(f"/desk/residents/{uuid4()}", headers=OFFICER)
    await office.hear(RESIDENT, melati, people.ANNULLED)
    await door.get("/forms/business-licence", headers=of(melati))
    assert await recorded(office) == []


# The desk, and the citizen's right


async def test_an_officers_look_is_recorded_by_name_and_the_citizen_is_told_the_agency(
    door: httpx.AsyncClient, office: Office, melati: UUID
) -> None:
    await door.get(f"/desk/residents/{melati}", headers=OFFICER)
    entries = await recorded(office)
    assert [(one["topic"], one["officer"], one["way"]) for one in entries] == [
        (RESIDENT, "dewi", "DISCLOSE"), (CONTACT, "dewi", "DISCLOSE"),
    ]  # fmt: skip
    assert {"standing", "life.status", "identity.nik"} <= set(entries[0]["fields"])
    told = await door.get("/uses", headers=of(melati))
    assert [use["by"] for use in told.json()["uses"]] == [{"kind": "OFFICER", "agency": "licensing"}] * 2
    assert "dewi" not in told.text


async def test_the_citizen_turns_the_pages_of_her_uses(door: httpx.AsyncClient, office: Office, melati: UUID) -> None:
    for _ in range(3):
        await door.get("/forms/business-licence", headers=of(melati))
    seen: list[int] = []
    page: dict[str, Any] = {"next": None}
    while not seen or page["next"]:
        before = f"&before={page['next']}" if page["next"] else ""
        page = (await door.get(f"/uses?limit=4{before}", headers=of(melati))).json()
        seen += [use["number"] for use in page["uses"]]
    assert seen == [6, 5, 4, 3, 2, 1]
    assert (await door.get("/uses", headers=of(uuid4()))).json() == {"uses": [], "next": None}
    assert (await door.get("/uses", headers=OFFICER)).status_code == 403
    assert (await door.get("/uses")).status_code == 401
    for wrong in ("limit=0", "limit=201", "before=0", "before=x"):
        assert (await door.get(f"/uses?{wrong}", headers=of(melati))).status_code == 422


# Asking the registry


async def verify(door: httpx.AsyncClient, melati: UUID, answers: dict[str, str] = ANSWERS) -> httpx.Response:
    return await door.post(f"/desk/residents/{melati}/verify", json={"answers": answers}, headers=OFFICER)


async def test_the_officer_hears_match_or_no_match(
    door: httpx.AsyncClient, office: Office, registry: Counterpart, melati: UUID
) -> None:
    registry.body = json.dumps({"resident_id": str(melati), "matches": {MOTHER: True, KK: False}})
    answer = await verify(door, melati)
    assert answer.json() == {"resident_id": str(melati), "matches": {MOTHER: True, KK: False}}
    assert registry.asked == [{"resident_id": str(melati), "answers": ANSWERS}]
    assert registry.tokens == ["Bearer agency:licensing"]
    (entry,) = await recorded(office)
    assert (entry["kind"], entry["officer"], entry["way"]) == ("OFFICER", "dewi", "VERIFY")
    assert (entry["topic"], entry["fields"]) == (RESIDENT, [KK, MOTHER])


async def test_without_a_record_the_officer_hears_nothing(
    door: httpx.AsyncClient, office: Office, registry: Counterpart, melati: UUID
) -> None:
    registry.body = json.dumps({"resident_id": str(melati), "matches": {MOTHER: True, KK: True}})
    await hinder(office)
    answer = await verify(door, melati)
    assert (answer.status_code, "matches" in answer.json()) == (503, False)


NO_ANSWERS = [
    (500, "{}"),
    (503, '{"type": "urn:sekali:problem:use-not-recorded"}'),
    (200, "<html>"),
    (200, "[]"),
    (200, '{"matches": {"family.mother_name": true}}'),
    (200, '{"matches": {"family.mother_name": "SARI CONTOH", "family.kk_number": true}}'),
    (404, "not json"),
]


async def test_an_answer_that_is_none_is_503_and_nothing_is_kept(
    door: httpx.AsyncClient, office: Office, registry: Counterpart, melati: UUID
) -> None:
    for registry.status, registry.body in NO_ANSWERS:
        answer = await verify(door, melati)
        assert (answer.status_code, answer.json()["type"]) == (503, "urn:sekali:problem:unavailable"), registry.body
        assert "SARI" not in answer.text
    assert await recorded(office) == []


async def test_the_registry_away_is_503_in_words(
    door: httpx.AsyncClient, office: Office, registry: Counterpart, melati: UUID
) -> None:
    registry.shut()
    answer = await verify(door, melati)
    assert answer.status_code == 503
    assert answer.json()["detail"].startswith("population does not answer now")
    assert await recorded(office) == []


async def test_what_the_registry_refuses_is_passed_on_in_its_words(
    door: httpx.AsyncClient, registry: Counterpart, melati: UUID
) -> None:
    said = {
        "type": "urn:sekali:problem:too-many-mismatches", "title": "Too many", "status": 429, "detail": "Wait.",
        "retry_after_seconds": 77, "fields": [{"field": "answers", "detail": "It did not match.", "way_out": "Wait."}],
    }  # fmt: skip
    registry.status, registry.body = 429, json.dumps(said)
    answer = await verify(door, melati)
    assert (answer.status_code, answer.json()["type"], answer.headers["retry-after"]) == (429, said["type"], "77")
    assert answer.json()["fields"] == said["fields"]


async def test_only_an_officer_of_licensing_asks(door: httpx.AsyncClient, registry: Counterpart, melati: UUID) -> None:
    for token in ("officer:tax:budi", f"citizen:{melati}", "agency:portal"):
        headers = {"Authorization": f"Bearer {token}"}
        path = f"/desk/residents/{melati}/verify"
        assert (await door.post(path, json={"answers": ANSWERS}, headers=headers)).status_code == 403
    assert (await verify(door, melati, {})).status_code == 422
    assert registry.asked == []
