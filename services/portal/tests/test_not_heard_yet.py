"""An agency whose inbox has not caught up does not know Melati yet: her form waits for it."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from services.portal.tests.counter import Counter
from services.portal.tests.melati import ANSWERS, REQUEST, sent, submission, token
from services.portal.tests.office import Office

NOT_HEARD: dict[str, Any] = {
    "type": "urn:sekali:problem:not-heard-yet",
    "title": "Record not heard yet",
    "status": 409,
    "detail": "This agency has not heard of this person yet.",
    "topic": "population.resident.v1",
}
SHUT: tuple[int, dict[str, Any]] = (503, {})
UNHEARD = (409, NOT_HEARD)


async def send(door: httpx.AsyncClient, resident_id: UUID, answers: dict[str, Any] = ANSWERS) -> tuple[UUID, int]:
    """Her form's id, and what the portal answers to it."""
    submission_id = uuid4()
    answer = await door.post(REQUEST, json=sent(answers, submission_id), headers=token(resident_id))
    return submission_id, answer.status_code


async def later(office: Office, **by: float) -> None:
    office.clock.turn(**by)
    assert await office.hand_on() == 1


async def test_a_form_kept_while_the_agency_was_down_outlives_its_catching_up(
    office: Office, door: httpx.AsyncClient, counter: Counter
) -> None:
    melati = await office.melati()
    counter.answers = [SHUT, UNHEARD, UNHEARD]
    mine, status = await send(door, melati)
    assert status == 202
    for _ in range(2):
        await later(office, minutes=2)
        found = await submission(door, melati, mine)
        assert found["state"] == "KEPT"
        assert "has not heard of you yet" in found["detail"]
    await later(office, minutes=2)
    assert (await submission(door, melati, mine))["state"] == "TAKEN"
    assert counter.taken[-1].pop("sent_at") < office.clock.at.isoformat()
    assert counter.taken[-1] == {"submission_id": str(mine), "answers": ANSWERS}


async def test_on_the_first_try_too_it_is_kept_and_flows_when_the_fact_is_there(
    office: Office, door: httpx.AsyncClient, counter: Counter
) -> None:
    melati = await office.melati()
    counter.answers = [UNHEARD]
    answer = await door.post(REQUEST, json=sent(ANSWERS, mine := uuid4()), headers=token(melati))
    assert (answer.status_code, answer.json()["state"]) == (202, "KEPT")
    assert "has not heard of you yet" in answer.json()["detail"]
    await later(office, seconds=1)
    assert (await submission(door, melati, mine))["state"] == "TAKEN"


async def test_of_whom_the_portal_has_not_heard_either_nothing_is_kept(
    office: Office, door: httpx.AsyncClient, counter: Counter
) -> None:
    stranger = uuid4()
    counter.answers = [UNHEARD]
    mine, status = await send(door, stranger, {"wish": "A licence"})
    assert (status, await office.rows("select * from submission")) == (409, [])
    assert (await submission(door, stranger, mine))["state"] == "REFUSED"


@pytest.mark.parametrize("pause", ["none", "a long outage"])
async def test_after_a_day_of_not_hearing_it_is_refused_in_the_agencys_words(
    office: Office, door: httpx.AsyncClient, counter: Counter, pause: str
) -> None:
    melati = await office.melati()
    counter.answers = [UNHEARD]
    mine, _ = await send(door, melati)
    if pause == "a long outage":  # the day begins anew: a door that was down could hear nothing
        counter.answers = [SHUT, UNHEARD]
        await later(office, days=3)
        await later(office, minutes=2)
    counter.answers = [UNHEARD, UNHEARD]
    await later(office, hours=23)
    assert (await submission(door, melati, mine))["state"] == "KEPT"
    await later(office, hours=2)
    found = await submission(door, melati, mine)
    assert (found["state"], found["problem"]["type"]) == ("REFUSED", NOT_HEARD["type"])
    assert found["problem"]["detail"] == NOT_HEARD["detail"]
