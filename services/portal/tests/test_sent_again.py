"""The same submission id once more: from Melati with other answers, or from somebody else at the same moment."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text

from sekali.testing import eventually
from services.portal.tests.counter import TOPIC, Counter
from services.portal.tests.melati import ANSWERS, CONTACT, EMAIL, MOBILE, REQUEST, fields, sent, submission, token
from services.portal.tests.office import CONTACT as SAID
from services.portal.tests.office import Office

MENDED = ANSWERS | {"wish": "Another licence", "email_address": "baru@contoh.example"}
NIK = "9999996507900002"
TYPE = "urn:sekali:problem:"


async def test_other_answers_while_it_is_kept_are_refused_in_words_and_change_nothing(
    office: Office, door: httpx.AsyncClient, counter: Counter
) -> None:
    melati, mine = await office.melati(), uuid4()
    counter.answers = [(503, {})]
    assert (await door.post(REQUEST, json=sent(ANSWERS, mine), headers=token(melati))).status_code == 202
    again = await door.post(REQUEST, json=sent(MENDED, mine), headers=token(melati))
    assert (again.status_code, again.json()["type"], fields(again)) == (409, TYPE + "already-kept", ["submission_id"])
    assert [one["contact"]["email"] for one in await office.said(SAID)] == [EMAIL]
    office.clock.turn(seconds=1)
    await office.hand_on()
    assert [one["answers"] for one in counter.taken] == [ANSWERS, ANSWERS]


async def test_the_same_answers_while_it_is_kept_are_handed_on_again(
    office: Office, door: httpx.AsyncClient, counter: Counter
) -> None:
    melati, body = await office.melati(), sent(ANSWERS)
    counter.answers = [(503, {}), (503, {})]
    for status in (202, 202, 201):
        assert (await door.post(REQUEST, json=body, headers=token(melati))).status_code == status
    assert [one["version"] for one in await office.said(SAID)] == [1]


async def test_the_kept_forms_id_is_none_for_the_contact_form(
    office: Office, door: httpx.AsyncClient, counter: Counter
) -> None:
    melati, mine = await office.melati(), uuid4()
    counter.answers = [(503, {})]
    await door.post(REQUEST, json=sent(ANSWERS, mine), headers=token(melati))
    again = await door.post(CONTACT, json=sent({"email": "baru@contoh.example"}, mine), headers=token(melati))
    assert (again.status_code, fields(again)) == (409, ["submission_id"])
    assert (await submission(door, melati, mine))["state"] == "KEPT"


async def test_a_taken_form_gets_its_receipt_again_without_any_number_of_hers(
    office: Office, door: httpx.AsyncClient, counter: Counter
) -> None:
    melati, body, licence = await office.melati(), sent(ANSWERS), str(uuid4())
    counter.corrected = [{"box": "full_name", "topic": TOPIC, "field": "identity.full_name", "seen_version": 3}]
    hers = {
        "npwp": NIK,
        "nib": "1234567890123",
        "nitkus": [NIK + "000000"],
        "holder": "MELATI",
        "marital_status": "KAWIN",
        "national_id": NIK,
    }
    wrong = {"corrected": [one | {"proposed": "MELATI"} for one in counter.corrected]}
    whole = counter.receipt() | {"licence_id": licence, "licence_status": "TERBIT"}
    counter.answers = [(201, whole | hers | wrong)]
    taken = await door.post(REQUEST, json=body, headers=token(melati))
    assert (taken.status_code, taken.json()["npwp"]) == (201, NIK)
    again = await door.post(REQUEST, json=body, headers=token(melati))
    assert (again.status_code, again.json()["application_id"]) == (409, counter.application_id)
    assert again.json()["receipt"] == whole
    assert len(counter.taken) == 1
    (kept,) = await office.rows("select outcome::text as row from outcome")
    assert not [value for value in (NIK, "1234567890123", "MELATI", "KAWIN") if value in kept["row"]]


@pytest.mark.parametrize(
    ("path", "answers"), [(REQUEST, ANSWERS), (CONTACT, {"email": EMAIL, "mobile": MOBILE})], ids=["kept", "said"]
)
async def test_of_two_citizens_who_send_one_id_at_the_same_moment_one_is_refused(
    office: Office, door: httpx.AsyncClient, counter: Counter, path: str, answers: dict[str, Any]
) -> None:
    people, id_ = [await office.melati(), await office.melati()], uuid4()
    await door.get(REQUEST, headers=token(people[0]))
    counter.tokens.clear()
    async with office.transaction() as session:
        # Nobody can write there until both have looked whether the id is free.
        await session.execute(text("lock table submission, outcome in share mode"))
        posts = [door.post(path, json=sent(answers, id_), headers=token(who)) for who in people]
        sending = [asyncio.create_task(post) for post in posts]
        await eventually(lambda: both_wait(office), "both wait")
    got = dict(zip(people, [await one for one in sending], strict=True))
    (first,) = (who for who, answer in got.items() if answer.status_code == 201)
    (second,) = (who for who, answer in got.items() if answer.status_code == 409)
    assert got[second].json()["type"] == TYPE + "submission-id-in-use"
    assert counter.tokens == ([f"Bearer citizen:{first}"] if path == REQUEST else [])
    assert (await submission(door, first, id_))["state"] == "TAKEN"
    assert await office.rows("select resident_id from contact") == [{"resident_id": first}]


async def both_wait(office: Office) -> bool:
    busy = "select wait_event_type from pg_stat_activity where datname = current_database()"
    return [row["wait_event_type"] for row in await office.rows(busy)].count("Lock") == 2
