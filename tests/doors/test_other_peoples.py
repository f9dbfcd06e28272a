"""Rangga knows the ids of Melati's application, receipt and record: no door tells him more than that there is none.

Every door that takes an id from a citizen has its story here; a new one without a story fails.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from sekali import testing
from sekali.codec import Heard
from sekali.inbox import Projection
from sekali.tokens import AgencyCaller, CitizenCaller, OfficerCaller
from services.licensing import service as licensing
from services.licensing.inbox import inbox
from services.licensing.tests import people
from services.portal.store import submissions, tables
from tests.doors.house import AGENCIES, Door, House, open_house

MELATI, RANGGA = uuid4(), uuid4()
RESIDENT = "population.resident.v1"
Ids = dict[str, UUID]
SECRETS = ("Rumah Makan Contoh", "MELATI", "Jalan Pasar", str(MELATI))


async def an_application(house: House) -> Ids:
    """Melati's, at licensing."""
    declared: Any = inbox.declared[RESIDENT]
    assert isinstance(declared, Projection)
    record: Any = type("Record", (), {"timestamp": 1})()
    groups = {"contact": None, "registration": None, **people.resident()}
    async with house.bus.transaction() as session:
        heard = Heard(record, MELATI, uuid4(), 1, groups, None)
        await testing.heard(session, house.bus.erasures, declared, heard)
        answers = people.answers(**people.RESTAURANT)
        receipt = await licensing.apply_for_licence(session, MELATI, uuid4(), answers, sla_days=7)
    return {"application_id": UUID(str(receipt["application_id"]))}


async def a_submission(house: House) -> Ids:
    """Melati's, at the portal: taken by its agency."""
    mine = uuid4()
    outcome = {
        "submission_id": mine, "resident_id": MELATI, "agency": "licensing", "form": "business-licence",
        "state": "TAKEN", "settled_at": house.bus.clock(), "receipt": {"status": "Rumah Makan Contoh"},
    }  # fmt: skip
    async with house.bus.transaction() as session:
        await submissions.settle(session, outcome)
    return {"submission_id": mine}


async def a_tracked_application(house: House) -> Ids:
    """Melati's, as the portal has heard of it."""
    mine = uuid4()
    row = {
        "application_id": mine, "version": 1, "gone": False, "as_of": house.bus.clock(), "agency": "licensing",
        "resident_id": MELATI, "service": "IZIN_USAHA", "status": "Rumah Makan Contoh", "steps": [],
        "clock": "RUNNING", "next_actor": "OFFICER",
    }  # fmt: skip
    async with house.bus.transaction() as session:
        await session.execute(tables.application.insert().values(row))
    return {"application_id": mine}


async def a_person(_house: House) -> Ids:
    return {"person": MELATI}


STORIES: dict[str, dict[str, Callable[[House], Awaitable[Ids]]]] = {
    "licensing": {
        "GET /applications/{application_id}": an_application,
        "POST /applications/{application_id}/answer": an_application,
        "POST /applications/{application_id}/withdraw": an_application,
    },
    "portal": {
        "GET /my/applications/{application_id}": a_tracked_application,
        "POST /my/applications/{application_id}": a_tracked_application,
        "GET /my/applications/{application_id}/withdrawal": a_tracked_application,
        "POST /my/applications/{application_id}/withdrawal": a_tracked_application,
        "GET /submissions/{submission_id}": a_submission,
        "GET /my/submissions/{submission_id}": a_submission,
    },
}
EVERYWHERE = {"GET /erasures/{person}": a_person}
"""At every agency; citizens do not enter there at all."""


@pytest.fixture(params=AGENCIES)
async def house(
    request: pytest.FixtureRequest,
    migrated_database: Callable[[str], str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[House]:
    async with open_house(request.param, migrated_database(request.param), tmp_path, monkeypatch) as opened:
        yield opened


def of_citizens(house: House) -> list[Door]:
    types = {"citizen", "any_caller", "signed_in_citizen"}
    for_others = {"officer", "peer_agency"}
    return [door for door in house.doors if door.identified and door.types & types and not door.types & for_others]


async def test_every_door_that_takes_an_id_from_a_citizen_has_its_story(house: House) -> None:
    found = {str(door) for door in of_citizens(house)}
    assert found == STORIES.get(house.agency, {}).keys() | EVERYWHERE.keys()


async def test_no_door_shows_rangga_what_is_melatis(house: House) -> None:
    stories = STORIES.get(house.agency, {}) | EVERYWHERE
    made = {story: await story(house) for story in set(stories.values())}
    async with house.client() as client:
        for door in of_citizens(house):
            ids = made[stories[str(door)]]
            refused = await _ask(house, client, door, RANGGA, ids)
            unknown = await _ask(house, client, door, RANGGA, {})
            assert refused.status_code == (403 if str(door) in EVERYWHERE else 404), (str(door), refused.text)
            assert _without_trace(refused) == _without_trace(unknown), "he learns that it exists"
            assert not any(secret in refused.text for secret in SECRETS)
            hers = await _ask(house, client, door, MELATI, ids)
            assert hers.status_code != 404, (str(door), hers.text)


async def test_an_agency_asks_about_whom_it_ordered_erased_and_about_nobody_else(house: House) -> None:
    async with house.client() as client:
        for caller in (AgencyCaller("tax"), AgencyCaller("population")):
            issuer = caller.agency
            if issuer == house.agency:
                continue
            answer = await client.get(f"/erasures/{MELATI}", headers=house.token(issuer, caller))
            assert answer.status_code == 404
        officer = OfficerCaller(house.agency, "DEWI CONTOH")
        assert (await client.get(f"/erasures/{MELATI}", headers=house.token(house.agency, officer))).status_code == 404


async def _ask(house: House, client: httpx.AsyncClient, door: Door, who: UUID, ids: Ids) -> httpx.Response:
    citizen = CitizenCaller(who)
    if "signed_in_citizen" in door.types:
        headers, csrf = await house.session(citizen)
        body: dict[str, Any] = {} if door.method == "GET" else {"data": {"csrf": csrf}}
    else:
        headers = house.token("portal", citizen)
        body = {} if door.method == "GET" else {"json": {"text": "Sudah dilengkapi"}}
    return await client.request(door.method, door.address(ids), headers=headers, **body)


def _without_trace(answer: httpx.Response) -> dict[str, Any]:
    told: dict[str, Any] = answer.json()
    return {name: value for name, value in told.items() if name != "instance"}
