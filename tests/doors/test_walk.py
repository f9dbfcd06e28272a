"""A walk past every door of every agency: each opens for whom its route declares, and for nobody else.

Whoever adds a door need not come here: what is expected follows from the type of its parameter.
"""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest

from sekali.doors.callers import OPERATOR
from sekali.tokens import AgencyCaller, CitizenCaller, OfficerCaller
from tests.doors.house import AGENCIES, Door, House, open_house

MELATI = CitizenCaller(uuid4())
ENTERS = {
    "citizen": {"a citizen"},
    "officer": {"an officer of this agency", "an operator of this agency"},
    "operator": {"an operator of this agency"},
    "peer_agency": {"another agency"},
    "any_caller": {"a citizen", "an officer of this agency", "an operator of this agency", "another agency"},
}
"""What a route declares -> whom it believes."""
NARROWER = {
    "GET /erasures/{person}": {"an officer of this agency", "an operator of this agency", "another agency"},
}
"""Doors of AnyCaller that look closer by themselves; each further one is written down here."""
HARMLESS = {"GET /forms", "GET /forms/{name}/declaration", "GET /forms/portal/contact/declaration"}
"""Doors of AnyCaller that tell the same to everybody: names of forms and of boxes."""
SEES = {"signed_in_citizen": "citizen", "signed_in_officer": "officer", "signed_in": "both"}
ANYBODY = {"visitor", "leaving"}
REFUSED = {401, 403}


@pytest.fixture(params=AGENCIES)
async def house(
    request: pytest.FixtureRequest,
    migrated_database: Callable[[str], str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[House]:
    async with open_house(request.param, migrated_database(request.param), tmp_path, monkeypatch) as opened:
        yield opened


def believed(house: House) -> dict[str, dict[str, str]]:
    """Who comes with a token that is believed here."""
    other = next(agency for agency in AGENCIES if agency != house.agency)
    return {
        "a citizen": house.token("portal", MELATI),
        "an officer of this agency": house.token(house.agency, OfficerCaller(house.agency, "DEWI CONTOH")),
        "an operator of this agency": house.token(house.agency, OfficerCaller(house.agency, "JOKO CONTOH", OPERATOR)),
        "another agency": house.token(other, AgencyCaller(other)),
    }


def strangers(house: House) -> dict[str, dict[str, str]]:
    """Who comes with nothing, or with what is not believed."""
    other = next(agency for agency in AGENCIES if agency not in {house.agency, "portal"})
    return {
        "nobody": {},
        "an officer of another agency": house.token(other, OfficerCaller(other, "BUDI CONTOH")),
        "an officer that another agency made up": house.token(other, OfficerCaller(house.agency, "BUDI CONTOH")),
        "a citizen that another agency vouches for": house.token(other, MELATI),
        "a development token": {"Authorization": f"Bearer citizen:{MELATI.resident_id}"},
        "a password": {"Authorization": "Basic b2ZmaWNlcjpvZmZpY2Vy"},
    }


async def knock(client: httpx.AsyncClient, door: Door, headers: dict[str, str]) -> tuple[int, str]:
    """Status, and the slug of the problem or where one is led to."""
    body: dict[str, str] | None = None if door.method == "GET" else {}
    answer = await client.request(door.method, door.address(), headers=headers, json=body)
    problem = answer.headers["content-type"] == "application/problem+json" if answer.content else False
    said = answer.json()["type"].removeprefix("urn:sekali:problem:") if problem else ""
    return answer.status_code, said or answer.headers.get("location", "")


def shut(outcome: tuple[int, str]) -> bool:
    """At the door itself; what a rule behind it refuses has a name of its own."""
    return outcome[1] in {"unauthenticated", "forbidden"}


async def test_a_door_of_programs_opens_for_whom_it_declares(house: House) -> None:
    doors = [door for door in house.doors if door.types & ENTERS.keys()]
    assert doors
    async with house.client() as client:
        for door in doors:
            declared = min((ENTERS[name] for name in door.types if name in ENTERS), key=len)
            wanted = NARROWER.get(str(door), declared)
            for who in believed(house):
                outcome = await knock(client, door, believed(house)[who])
                assert shut(outcome) != (who in wanted), (house.agency, str(door), who, outcome)
            for who in strangers(house):
                outcome = await knock(client, door, strangers(house)[who])
                assert outcome == (401, "unauthenticated"), (house.agency, str(door), who, outcome)


async def test_a_door_that_believes_everybody_is_written_down(house: House) -> None:
    open_ = {str(door) for door in house.doors if door.types == {"any_caller"}}
    assert open_ <= NARROWER.keys() | HARMLESS, open_ - NARROWER.keys() - HARMLESS


async def test_a_page_opens_for_whom_it_declares(house: House) -> None:
    doors = [door for door in house.doors if door.types & (SEES.keys() | ANYBODY)]
    people: dict[str, CitizenCaller | OfficerCaller] = {
        "citizen": MELATI,
        "officer": OfficerCaller(house.agency, "DEWI CONTOH"),
    }
    async with house.client() as client:
        for door in doors:
            assert not door.types & ENTERS.keys(), f"{door} declares a page and a door of programs at once"
            wanted = {SEES[name] for name in door.types if name in SEES} - {"both"}
            for who in ({}, *strangers(house).values(), *believed(house).values()):
                outcome = await knock(client, door, who)
                assert wanted == set() or _led_to_sign_in(outcome), (house.agency, str(door), outcome)
            for kind, person in people.items():
                cookie, csrf = await house.session(person)
                outcome = await _visit(client, door, cookie, csrf)
                assert shut(outcome) == (wanted not in (set(), {kind})), (house.agency, str(door), kind, outcome)


async def test_no_form_of_a_page_is_taken_from_another_site(house: House) -> None:
    """With the cookie, which a browser sends by itself, and without the hidden field, or from elsewhere with it."""
    doors = [door for door in house.doors if door.method != "GET" and door.types & (SEES.keys() | ANYBODY)]
    async with house.client() as client:
        for door in doors:
            kind = "officer" if "signed_in_officer" in door.types else "citizen"
            person = MELATI if kind == "citizen" else OfficerCaller(house.agency, "DEWI CONTOH")
            cookie, csrf = await house.session(person)
            for form, headers in (
                ({}, {}), ({"csrf": "x"}, {}), ({"csrf": csrf}, {"origin": "https://other.example"}),
                ({"csrf": csrf}, {"sec-fetch-site": "cross-site"}),
            ):  # fmt: skip
                answer = await client.request(door.method, door.address(), data=form, headers={**cookie, **headers})
                assert answer.json()["type"] == "urn:sekali:problem:foreign-form", (house.agency, str(door))


async def test_a_cookie_opens_no_door_of_programs(house: House) -> None:
    if not hasattr(house.app.state, "gateway"):
        pytest.skip("it has no pages yet")
    cookie, _ = await house.session(MELATI)
    async with house.client() as client:
        for door in (door for door in house.doors if door.types & ENTERS.keys()):
            assert await knock(client, door, cookie) == (401, "unauthenticated"), str(door)


def test_every_url_names_people_by_ids_alone() -> None:
    """The start of each agency refuses another (`sekali.doors.walk`); here only that ids are what the walk makes."""
    assert UUID(Door("GET", "/residents/{resident_id}", frozenset(), True).address().rpartition("/")[2])


async def _visit(client: httpx.AsyncClient, door: Door, cookie: dict[str, str], csrf: str) -> tuple[int, str]:
    form = None if door.method == "GET" else {"csrf": csrf}
    answer = await client.request(door.method, door.address(), data=form, headers=cookie)
    problem = answer.content and answer.headers["content-type"] == "application/problem+json"
    said = answer.json()["type"].removeprefix("urn:sekali:problem:") if problem else ""
    return answer.status_code, said


def _led_to_sign_in(outcome: tuple[int, str]) -> bool:
    return outcome[0] == 303 and outcome[1].startswith("/sign-in")
