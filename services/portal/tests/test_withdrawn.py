"""What Melati said of herself is withdrawn when her record is annulled."""

from uuid import UUID, uuid4

import httpx

from services.portal.tests.counter import TOPIC as RECORD
from services.portal.tests.counter import Counter
from services.portal.tests.melati import ANSWERS, CONTACT, EMAIL, MOBILE, REQUEST, sent, submission, token
from services.portal.tests.office import CONTACT as SAID_CONTACT
from services.portal.tests.office import CORRECTION, RESIDENT, Office


async def speaks(office: Office, door: httpx.AsyncClient, counter: Counter) -> UUID:
    """Melati has said a contact and has proposed a correction."""
    melati = await office.melati()
    await door.post(CONTACT, json=sent({"email": EMAIL, "mobile": MOBILE}), headers=token(melati))
    counter.corrected = [{"box": "full_name", "topic": RECORD, "field": "identity.full_name", "seen_version": 3}]
    assert (await door.post(REQUEST, json=sent(ANSWERS), headers=token(melati))).status_code == 201
    return melati


async def test_contact_and_proposals_are_withdrawn(office: Office, door: httpx.AsyncClient, counter: Counter) -> None:
    melati = await speaks(office, door, counter)
    await office.hear(RESIDENT, melati, {"standing": "ANNULLED"})
    assert (await office.said(SAID_CONTACT))[-1] == {"gone": 2}
    closed = (await office.said(CORRECTION))[-1]
    assert (closed["version"], closed["standing"], closed["proposal"]) == (2, "CLOSED", None)
    kept = await office.rows("select email, mobile from contact union all select proposed, null from correction")
    assert [value for row in kept for value in row.values() if value is not None] == []


async def test_hearing_of_it_again_does_nothing_more(office: Office, door: httpx.AsyncClient, counter: Counter) -> None:
    melati = await speaks(office, door, counter)
    for _ in range(3):
        await office.hear(RESIDENT, melati, {"standing": "ANNULLED"})
    assert len(await office.said(SAID_CONTACT)) == 2
    assert len(await office.said(CORRECTION)) == 2


async def test_a_record_that_only_changed_withdraws_nothing(
    office: Office, door: httpx.AsyncClient, counter: Counter
) -> None:
    melati = await speaks(office, door, counter)
    await office.hear(RESIDENT, melati, {"standing": "VALID"})
    assert [one["version"] for one in await office.said(SAID_CONTACT)] == [1]


async def test_nothing_new_is_taken_from_an_annulled_record(office: Office, door: httpx.AsyncClient) -> None:
    melati = await office.melati()
    await office.hear(RESIDENT, melati, {"standing": "ANNULLED"})
    answer = await door.post(CONTACT, json=sent({"email": EMAIL}), headers=token(melati))
    assert answer.status_code == 409
    assert answer.json()["type"] == "urn:sekali:problem:resident-not-in-force"
    assert await office.said(SAID_CONTACT) == []


async def test_a_form_that_is_still_under_way_is_let_go(
    office: Office, door: httpx.AsyncClient, counter: Counter
) -> None:
    melati, kept = await office.melati(), uuid4()
    await door.get(REQUEST, headers=token(melati))
    counter.shut()
    assert (await door.post(REQUEST, json=sent(ANSWERS, kept), headers=token(melati))).status_code == 202
    await office.hear(RESIDENT, melati, {"standing": "ANNULLED"})
    assert await office.rows("select * from submission") == []
    assert (await submission(door, melati, kept))["state"] == "REFUSED"


async def test_an_annulment_that_was_a_mistake_lets_melati_speak_again(
    office: Office, door: httpx.AsyncClient, counter: Counter
) -> None:
    melati = await speaks(office, door, counter)
    await office.hear(RESIDENT, melati, {"standing": "ANNULLED"})
    await office.hear(RESIDENT, melati, {"standing": "VALID"})
    answer = await door.post(CONTACT, json=sent({"email": EMAIL}), headers=token(melati))
    assert answer.status_code == 201
    said = (await office.said(SAID_CONTACT))[-1]
    assert (said["version"], said["contact"]) == (3, {"email": EMAIL, "mobile": None})
