"""Melati's form on its way through the portal to another agency."""

import json
from datetime import datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest

from sekali.testing import Clock
from services.portal.tests.counter import Counter
from services.portal.tests.melati import ANSWERS, EMAIL, MOBILE, REQUEST, fields, sent, submission, token
from services.portal.tests.office import CONTACT, Office

INVALID = {
    "type": "urn:sekali:problem:invalid",
    "title": "Some fields are not right",
    "status": 422,
    "detail": "Please look at: wish.",
    "fields": [{"field": "wish", "detail": "Not this one."}],
}
ALREADY = {"type": "urn:sekali:problem:already-submitted", "title": "Twice", "status": 409, "detail": "It is here."}


async def held(office: Office) -> str:
    """Everything that the portal keeps of submissions, as text."""
    return str(await office.rows("select submission::text from submission union all select outcome::text from outcome"))


async def test_it_is_handed_on_in_her_name_and_the_receipt_comes_back(
    office: Office, door: httpx.AsyncClient, counter: Counter
) -> None:
    melati, mine = await office.melati(), uuid4()
    answer = await door.post(REQUEST, json=sent(ANSWERS, mine), headers=token(melati))
    assert (answer.status_code, answer.json()) == (201, counter.receipt())
    assert counter.taken == [{"submission_id": str(mine), "answers": ANSWERS, "sent_at": office.clock.at.isoformat()}]
    assert counter.tokens == [f"Bearer citizen:{melati}"]
    found = await submission(door, melati, mine)
    assert (found["state"], found["application_id"]) == ("TAKEN", counter.application_id)


async def test_her_contact_boxes_are_said_in_the_same_step(
    office: Office, door: httpx.AsyncClient, counter: Counter
) -> None:
    melati = await office.melati()
    await door.post(REQUEST, json=sent(ANSWERS), headers=token(melati))
    (said,) = await office.said(CONTACT)
    assert said["contact"] == {"email": EMAIL, "mobile": MOBILE}


async def test_what_she_says_with_a_form_is_no_older_than_the_form(
    office: Office, door: httpx.AsyncClient, counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else an agency that hears her contact before the form arrives counts boxes as filled that she typed."""

    def ticking(clock: Clock) -> datetime:
        clock.turn(milliseconds=1)
        return clock.at

    monkeypatch.setattr(Clock, "__call__", ticking)
    melati = await office.melati()
    await door.post(REQUEST, json=sent(ANSWERS), headers=token(melati))
    (said,) = await office.said(CONTACT)
    (taken,) = counter.taken
    assert datetime.fromisoformat(taken["sent_at"]) <= said["said_at"]


async def test_once_taken_the_portal_keeps_no_value_of_it(
    office: Office, door: httpx.AsyncClient, counter: Counter
) -> None:
    melati = await office.melati()
    await door.post(REQUEST, json=sent(ANSWERS), headers=token(melati))
    kept = await held(office)
    assert counter.application_id in kept
    assert not [value for value in ANSWERS.values() if value in kept]


async def test_sent_twice_it_is_handed_on_once(office: Office, door: httpx.AsyncClient, counter: Counter) -> None:
    melati, body = await office.melati(), sent(ANSWERS)
    await door.post(REQUEST, json=body, headers=token(melati))
    again = await door.post(REQUEST, json=body, headers=token(melati))
    assert (again.status_code, fields(again)) == (409, ["submission_id"])
    assert again.json()["application_id"] == counter.application_id
    assert again.json()["receipt"]["counts"] == counter.receipt()["counts"]
    assert len(counter.taken) == 1


async def test_a_refusal_is_passed_on_and_the_contact_stands(
    office: Office, door: httpx.AsyncClient, counter: Counter
) -> None:
    melati, mine = await office.melati(), uuid4()
    counter.answers = [(422, INVALID)]
    answer = await door.post(REQUEST, json=sent(ANSWERS, mine), headers=token(melati))
    assert (answer.status_code, answer.json()) == (422, INVALID)
    assert answer.headers["content-type"] == "application/problem+json"
    assert not [value for value in ANSWERS.values() if value in await held(office)]
    assert len(await office.said(CONTACT)) == 1
    assert (await submission(door, melati, mine))["problem"]["fields"] == INVALID["fields"]


async def test_refused_and_mended_it_goes_through_under_its_id(
    office: Office, door: httpx.AsyncClient, counter: Counter
) -> None:
    melati, body = await office.melati(), sent(ANSWERS)
    counter.answers = [(422, INVALID)]
    assert (await door.post(REQUEST, json=body, headers=token(melati))).status_code == 422
    assert (await door.post(REQUEST, json=body, headers=token(melati))).status_code == 201


@pytest.mark.parametrize("status", [500, 503, 429])
async def test_a_counter_that_cannot_serve_now_gets_it_later(
    office: Office, door: httpx.AsyncClient, counter: Counter, status: int
) -> None:
    melati, mine = await office.melati(), uuid4()
    counter.answers = [(status, {})]
    answer = await door.post(REQUEST, json=sent(ANSWERS, mine), headers=token(melati))
    assert (answer.status_code, answer.json()["state"]) == (202, "KEPT")
    office.clock.turn(seconds=1)
    assert await office.hand_on() == 1
    assert (await submission(door, melati, mine))["state"] == "TAKEN"
    assert len(counter.taken) == 2


async def test_a_shut_counter_is_tried_with_growing_pauses(
    office: Office, door: httpx.AsyncClient, counter: Counter
) -> None:
    melati, mine = await office.melati(), uuid4()
    await door.get(REQUEST, headers=token(melati))
    counter.shut()
    answer = await door.post(REQUEST, json=sent(ANSWERS, mine), headers=token(melati))
    assert answer.status_code == 202
    assert "does not answer" in answer.json()["detail"]
    # After 0.5, 1, 2 and 4 s: four tries in ten seconds that are looked at ten times a second.
    tries = 0
    for _ in range(100):
        office.clock.turn(seconds=0.1)
        tries += await office.hand_on()
    assert tries == 4
    counter.open()
    office.clock.turn(minutes=2)
    assert await office.hand_on() == 1
    assert (await submission(door, melati, mine))["application_id"] == counter.application_id


async def test_a_portal_that_died_before_handing_on_does_it_afterwards(
    office: Office, door: httpx.AsyncClient, counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    melati, mine = await office.melati(), uuid4()

    async def dies(*_: object) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as patched:
        patched.setattr("services.portal.prefill.Agencies.submit", dies)
        assert (await door.post(REQUEST, json=sent(ANSWERS, mine), headers=token(melati))).status_code == 500
    assert await office.hand_on() == 0  # the door that kept it may still be at it
    office.clock.turn(seconds=11)
    assert await office.hand_on() == 1
    assert (await submission(door, melati, mine))["state"] == "TAKEN"


async def test_a_receipt_that_was_lost_on_the_way_is_asked_for_again(
    office: Office, door: httpx.AsyncClient, counter: Counter
) -> None:
    melati, mine = await office.melati(), uuid4()
    first: dict[str, Any] = {**ALREADY, "application_id": counter.application_id, "receipt": counter.receipt()}
    counter.answers = [(503, {}), (409, first)]
    assert (await door.post(REQUEST, json=sent(ANSWERS, mine), headers=token(melati))).status_code == 202
    office.clock.turn(seconds=1)
    await office.hand_on()
    found = await submission(door, melati, mine)
    assert (found["state"], found["application_id"]) == ("TAKEN", counter.application_id)
    assert found["counts"] == counter.receipt()["counts"]


async def test_another_conflict_is_a_refusal(office: Office, door: httpx.AsyncClient, counter: Counter) -> None:
    melati = await office.melati()
    counter.answers = [(409, {**ALREADY, "type": "urn:sekali:problem:already-activated"})]
    assert (await door.post(REQUEST, json=sent(ANSWERS), headers=token(melati))).status_code == 409
    assert [row["state"] for row in await office.rows("select state from outcome")] == ["REFUSED"]


async def test_a_contact_box_that_is_wrong_is_named_as_the_form_names_it(
    office: Office, door: httpx.AsyncClient, counter: Counter
) -> None:
    melati = await office.melati()
    answer = await door.post(REQUEST, json=sent(ANSWERS | {"email_address": "no"}), headers=token(melati))
    assert (answer.status_code, fields(answer)) == (422, ["email_address"])
    assert (counter.taken, await office.rows("select * from submission")) == ([], [])


@pytest.mark.parametrize("value", ["a\0b", "\ud800", float("nan"), float("inf"), ["a list"], {"an": "object"}])
async def test_what_no_box_can_hold_is_refused_before_anything_is_kept(
    office: Office, door: httpx.AsyncClient, counter: Counter, value: object
) -> None:
    melati = await office.melati()
    body = json.dumps(sent(ANSWERS | {"wish": value}))
    headers = token(melati) | {"Content-Type": "application/json"}
    answer = await door.post(REQUEST, content=body, headers=headers)
    assert (answer.status_code, fields(answer)) == (422, ["wish"])
    assert (counter.taken, await office.said(CONTACT)) == ([], [])


async def test_nobody_reads_or_repeats_another_citizens_submission(
    office: Office, door: httpx.AsyncClient, counter: Counter
) -> None:
    melati, rangga, mine = await office.melati(), await office.melati(), uuid4()
    await door.post(REQUEST, json=sent(ANSWERS, mine), headers=token(melati))
    assert (await door.get(f"/submissions/{mine}", headers=token(rangga))).status_code == 404
    answer = await door.post(REQUEST, json=sent(ANSWERS, mine), headers=token(rangga))
    assert (answer.status_code, fields(answer)) == (409, ["submission_id"])
    assert counter.application_id not in answer.text


async def test_every_door_is_listed_and_a_shut_one_in_words(door: httpx.AsyncClient, counter: Counter) -> None:
    headers = {"Authorization": "Bearer agency:portal"}
    listed = (await door.get("/forms", headers=headers)).json()["agencies"]
    assert {one["agency"]: [form["name"] for form in one["forms"]] for one in listed} == {
        "portal": ["contact"],
        "counter": ["request"],
    }
    counter.shut()
    shut = (await door.get("/forms", headers=headers)).json()["agencies"][1]
    assert shut == {"agency": "counter", "state": "DOWN", "detail": "The door of counter does not answer."}


async def test_a_form_whose_boxes_nobody_knows_cannot_be_kept(
    office: Office, door: httpx.AsyncClient, counter: Counter
) -> None:
    melati = await office.melati()
    counter.shut()
    answer = await door.post(REQUEST, json=sent(ANSWERS), headers=token(melati))
    assert answer.status_code == 503
    assert answer.json()["type"] == "urn:sekali:problem:door-down"
    assert await office.said(CONTACT) == []


async def test_an_agency_that_there_is_not_is_no_form(office: Office, door: httpx.AsyncClient) -> None:
    melati = await office.melati()
    assert (await door.get("/forms/nobody/request", headers=token(melati))).status_code == 404
