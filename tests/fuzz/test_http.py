"""Ten thousand requests of strangers and insiders: each is answered, in words that hold nothing of what was sent.

The whole app of each agency as its app.py joins it, on a database of its own. `make fuzz` runs ten thousand.
"""

import json
import logging
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from demo.story.cast import Cast
from sekali import testing
from sekali.codec import Heard
from sekali.inbox import Projection
from sekali.tokens import OfficerCaller
from services.licensing.inbox import inbox as licensing
from services.licensing.tests import people as applicants
from services.tax.inbox import inbox as tax
from services.tax.tests import people as taxpayers
from tests.doors.house import AGENCIES, HOME, House, open_house
from tests.doors.test_other_peoples import MELATI, STORIES
from tests.fuzz.chance import PLANTED, Lot
from tests.fuzz.strangers import SCRIPT, Answer, Asked, Strangers, ask

SHARE = 120
RESIDENT = "population.resident.v1"


@pytest.fixture(params=AGENCIES)
async def house(
    request: pytest.FixtureRequest,
    migrated_database: Callable[[str], str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[House]:
    async with open_house(request.param, migrated_database(request.param), tmp_path, monkeypatch) as opened:
        yield opened


async def heard_of_melati(house: House) -> None:
    inbox, groups = {
        "licensing": (licensing, {"registration": None, **applicants.resident()}), "tax": (tax, taxpayers.melati()),
    }[house.agency]  # fmt: skip
    declared: Any = inbox.declared[RESIDENT]
    assert isinstance(declared, Projection)
    record: Any = type("Record", (), {"timestamp": 1})()
    async with house.bus.transaction() as session:
        event = Heard(record, MELATI, uuid4(), 1, {"contact": None, **groups}, None)
        await testing.heard(session, house.bus.erasures, declared, event)


async def things(house: House) -> list[UUID]:
    """Something is there: Melati's application, her submission, a family card."""
    if house.agency == "population":
        officer = house.token("population", OfficerCaller("population", "WULAN CONTOH"))
        async with house.client() as client:
            answer = await client.post("/family-cards", json=Cast(int(time.time())).card_a(), headers=officer)
        return [UUID(one["resident_id"]) for one in answer.json()["residents"]]
    stories = set(STORIES.get(house.agency, {}).values())
    found = [one for story in stories for one in (await story(house)).values()]
    if not stories:
        await heard_of_melati(house)
    return found


def judged(asked: Asked, answer: Answer, said: list[str]) -> None:
    """What no answer may be, whatever was asked."""
    kind = answer.header("content-type")
    assert answer.status, "it was not answered"
    assert answer.status < 500 or answer.status == 503, (asked.method, asked.path[:300], answer.status, said)
    assert PLANTED not in "".join(said), "the log repeats what was sent"
    assert not [value for _, value in answer.headers if b"\r" in value or b"\n" in value], "a header was split"
    assert "X-Planted".lower() not in [name.decode().lower() for name, _ in answer.headers]
    place = answer.header("location")
    assert not place or place.startswith(HOME) or (place[0] == "/" and place[1:2] not in {"/", "\\"}), place
    if kind == "application/problem+json":
        problem = json.loads(answer.body)
        assert problem["type"] != "urn:sekali:problem:database-unavailable", said
        assert PLANTED.encode() not in answer.body, "the answer repeats what was sent"
    if kind.startswith("text/html"):
        assert SCRIPT.encode() not in answer.body, "a page takes what was typed for its own"


async def test_no_request_crashes_a_door_holds_it_up_or_is_repeated(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    lot, outcomes, began = Lot("HTTP", SHARE), Counter[str](), time.monotonic()
    strangers = Strangers(house, await things(house), MELATI)
    caplog.set_level(logging.INFO)
    for number in lot.numbers():
        if number % len(AGENCIES) != AGENCIES.index(house.agency):
            continue
        with lot.case(number) as chance:
            caplog.clear()
            asked = await strangers.request(chance)
            answer = await ask(house.app, asked)
            judged(asked, answer, [record.getMessage() + (record.exc_text or "") for record in caplog.records])
            outcomes[str(answer.status)] += 1
    lot.told(outcomes, began)
    assert await house.rows("select 1 as alive") == [{"alive": 1}]
    pool: Any = house.bus.database.engine.pool
    assert pool.checkedout() == 0, "a request kept its connection"
