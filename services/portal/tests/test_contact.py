"""Melati says how to be reached."""

from uuid import uuid4

import httpx

from services.portal.tests.melati import CONTACT, EMAIL, MOBILE, fields, sent, token
from services.portal.tests.office import CONTACT as TOPIC
from services.portal.tests.office import RESIDENT, Office


async def test_the_first_time_both_boxes_are_typed_and_said(office: Office, door: httpx.AsyncClient) -> None:
    melati = await office.melati()
    opened = (await door.get(CONTACT, headers=token(melati))).json()
    assert opened["counts"] == {"asked": 2, "key": 0, "filled": 0, "open": 2}
    answer = await door.post(CONTACT, json=sent({"email": EMAIL, "mobile": MOBILE}), headers=token(melati))
    assert answer.status_code == 201
    assert answer.json()["counts"] == {"asked": 2, "key": 0, "filled": 0, "typed": 2, "left_empty": 0}
    (said,) = await office.said(TOPIC)
    assert (str(said["resident_id"]), said["version"]) == (str(melati), 1)
    assert said["contact"] == {"email": EMAIL, "mobile": MOBILE}


async def test_later_one_box_is_changed_and_the_other_stays(office: Office, door: httpx.AsyncClient) -> None:
    melati = await office.melati()
    await door.post(CONTACT, json=sent({"email": EMAIL, "mobile": MOBILE}), headers=token(melati))
    assert (await door.get(CONTACT, headers=token(melati))).json()["counts"]["filled"] == 2
    answer = await door.post(CONTACT, json=sent({"email": "baru@contoh.example"}), headers=token(melati))
    assert answer.json()["counts"] == {"asked": 2, "key": 0, "filled": 1, "typed": 1, "left_empty": 0}
    said = (await office.said(TOPIC))[-1]
    assert said["version"] == 2
    assert said["contact"] == {"email": "baru@contoh.example", "mobile": MOBILE}


async def test_saying_the_same_again_says_nothing_new(office: Office, door: httpx.AsyncClient) -> None:
    melati = await office.melati()
    for _ in range(2):
        answer = await door.post(CONTACT, json=sent({"email": EMAIL, "mobile": MOBILE}), headers=token(melati))
        assert answer.status_code == 201
    assert [one["version"] for one in await office.said(TOPIC)] == [1]


async def test_the_same_submission_again_gets_its_first_answer(office: Office, door: httpx.AsyncClient) -> None:
    melati, body = await office.melati(), sent({"email": EMAIL, "mobile": MOBILE})
    first = await door.post(CONTACT, json=body, headers=token(melati))
    again = await door.post(CONTACT, json=body, headers=token(melati))
    assert (again.status_code, fields(again)) == (409, ["submission_id"])
    assert again.json()["receipt"] == first.json()


async def test_an_address_that_is_none_is_refused_by_name_and_not_repeated(
    office: Office, door: httpx.AsyncClient
) -> None:
    melati = await office.melati()
    answer = await door.post(CONTACT, json=sent({"email": "not an address", "mobile": "12"}), headers=token(melati))
    assert (answer.status_code, fields(answer)) == (422, ["email", "mobile"])
    assert "not an address" not in answer.text
    assert await office.said(TOPIC) == []


async def test_one_of_the_two_must_be_given(office: Office, door: httpx.AsyncClient) -> None:
    melati = await office.melati()
    answer = await door.post(CONTACT, json=sent({}), headers=token(melati))
    assert (answer.status_code, fields(answer)) == (422, ["email"])


async def test_a_resident_whom_the_portal_has_not_heard_of_is_told_so(office: Office, door: httpx.AsyncClient) -> None:
    answer = await door.get(CONTACT, headers=token(uuid4()))
    assert answer.status_code == 409
    assert answer.json()["type"] == "urn:sekali:problem:not-heard-yet"
    assert answer.json()["topic"] == RESIDENT
    assert await office.rows("select * from resident") == []


async def test_an_officer_does_not_enter_for_a_citizen(door: httpx.AsyncClient) -> None:
    answer = await door.get(CONTACT, headers={"Authorization": "Bearer officer:portal:contoh"})
    assert answer.status_code == 403
