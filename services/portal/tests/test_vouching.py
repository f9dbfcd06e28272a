"""The portal asks agencies in Melati's name under a token of its own making: for that agency, for a minute, once."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from sekali.doors import application
from sekali.rights import identities
from sekali.tokens import AgencyCaller, CitizenCaller, Speaker, Verifier, Vouched
from services.portal import forms
from services.portal.pages import TITLE
from services.portal.prefill import Agencies, contact_form
from services.portal.tests.counter import Counter
from services.portal.tests.melati import ANSWERS, REQUEST, sent, submission, token
from services.portal.tests.office import Office


@pytest.fixture
async def proving(office: Office, counter: Counter, tmp_path: Path) -> AsyncIterator[Office]:
    """The portal with an identity."""
    files = identities.Files(tmp_path / "keys", tmp_path / "identities.json")
    identities.plan(("portal", "counter"), files, office.clock()).carry_out()
    told = {"identity": files.of("portal"), "identities": files.public}
    settings = office.settings.model_copy(update=told)
    agencies = Agencies({"counter": counter.url}, settings.door_timeout, Speaker(settings, office.clock))
    yield replace(office, settings=settings, handing=replace(office.handing, agencies=agencies))
    await agencies.close()


@pytest.fixture
async def door(proving: Office) -> AsyncIterator[httpx.AsyncClient]:
    own = contact_form()
    app = application(proving, forms.agencies_doors(proving.handing.agencies, proving.handing, own), forms.mine(),
                      title=TITLE)  # fmt: skip
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://portal") as client:
        yield client


def shown(office: Office, counter: Counter) -> list[Vouched]:
    """What the counter believes of the tokens that it was shown."""
    assert office.settings.identities is not None
    verifier = Verifier("counter", office.settings.identities, frozenset({"portal"}), office.clock)
    return [verifier.verify(one.removeprefix("Bearer ")) for one in counter.tokens]


async def test_each_question_has_a_token_of_its_own(proving: Office, door: httpx.AsyncClient, counter: Counter) -> None:
    melati = await proving.melati()
    await door.get(REQUEST, headers=token(melati))
    assert (await door.post(REQUEST, json=sent(ANSWERS), headers=token(melati))).status_code == 201
    opened, handed = shown(proving, counter)
    assert opened.caller == handed.caller == CitizenCaller(melati)
    assert opened.issuer == "portal"
    assert opened.jti != handed.jti
    assert f"citizen:{melati}" not in str(counter.tokens)


async def test_a_kept_form_is_handed_on_hours_later_under_a_fresh_token(
    proving: Office, door: httpx.AsyncClient, counter: Counter
) -> None:
    melati, mine = await proving.melati(), UUID("01a20230-df74-7157-999b-448c645b9c3d")
    counter.answers = [(503, {})]
    assert (await door.post(REQUEST, json=sent(ANSWERS, mine), headers=token(melati))).status_code == 202
    proving.clock.turn(hours=9)
    counter.tokens.clear()
    assert await proving.hand_on() == 1
    (handed,) = shown(proving, counter)
    assert handed.caller == CitizenCaller(melati)
    assert handed.ends <= proving.clock() + timedelta(seconds=60)
    assert (await submission(door, melati, mine))["state"] == "TAKEN"


async def test_without_a_citizen_the_portal_asks_in_its_own_name(proving: Office, counter: Counter) -> None:
    headers = Speaker(proving.settings, proving.clock).headers("counter")
    counter.tokens.append(headers["Authorization"])
    assert [one.caller for one in shown(proving, counter)] == [AgencyCaller("portal")]
