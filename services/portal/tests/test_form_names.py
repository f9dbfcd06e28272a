"""What somebody types in a form's place goes no further than the portal's door."""

import httpx
import pytest

from services.portal.tests.counter import Counter
from services.portal.tests.melati import ANSWERS, REQUEST, sent, token
from services.portal.tests.office import CONTACT, Office

TYPED = [
    "a%0ab", "request%0a", "%00", "request%3Fx=1", "request%23x", "%2e%2e", "RAHASIA9999990201900001",
    "Request", "9999990201900001", "-request", "m%C3%A9lati", "melati@contoh.example", "request%20", "a" * 65,
]  # fmt: skip


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_what_is_no_forms_name_is_not_asked_for(
    office: Office, door: httpx.AsyncClient, counter: Counter, method: str
) -> None:
    melati = await office.melati()
    body = sent(ANSWERS) if method == "POST" else None
    for typed in TYPED:
        url = httpx.URL("http://portal", raw_path=b"/forms/counter/" + typed.encode("ascii"))
        answer = await door.request(method, url, json=body, headers=token(melati))
        told = 400 if "%00" in typed else 404  # no door takes a NUL in an address
        assert (answer.status_code, answer.headers["content-type"]) == (told, "application/problem+json"), typed
    assert counter.asked == []
    assert await office.rows("select agency from declaration union all select agency from submission") == []
    assert await office.said(CONTACT) == []


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("form", ["melati", "draft"])
async def test_a_form_that_the_agency_does_not_list_is_not_found_and_never_part_of_an_address(
    office: Office, door: httpx.AsyncClient, counter: Counter, form: str, method: str
) -> None:
    melati = await office.melati()
    body = sent(ANSWERS) if method == "POST" else None
    answer = await door.request(method, f"/forms/counter/{form}", json=body, headers=token(melati))
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:sekali:problem:not-found")
    assert counter.asked == ["/forms"]
    assert await office.rows("select agency from declaration union all select agency from submission") == []


async def test_a_listed_form_is_looked_up_once(office: Office, door: httpx.AsyncClient, counter: Counter) -> None:
    melati = await office.melati()
    for _ in range(2):
        assert (await door.get(REQUEST, headers=token(melati))).status_code == 200
    assert counter.asked == ["/forms", "/forms/request/declaration", "/forms/request", "/forms/request"]
    assert await office.rows("select form from declaration") == [{"form": "request"}]


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_while_the_door_is_down_nobody_can_tell(
    office: Office, door: httpx.AsyncClient, counter: Counter, method: str
) -> None:
    melati = await office.melati()
    counter.shut()
    body = sent(ANSWERS) if method == "POST" else None
    answer = await door.request(method, "/forms/counter/melati", json=body, headers=token(melati))
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:sekali:problem:door-down")
