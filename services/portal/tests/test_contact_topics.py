"""The contact is said on v1 and on v2 beside it, until v1's sunset."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
from sqlalchemy import text

from sekali.outbox import Tombstone
from services.portal import events, service
from services.portal.tests.melati import CONTACT, EMAIL, MOBILE, sent, token
from services.portal.tests.office import RESIDENT, Office

V1, V2 = "portal.contact.v1", "portal.contact.v2"
SUNSET = datetime(2028, 12, 31, 12, tzinfo=UTC)


async def says(office: Office, door: httpx.AsyncClient, melati: UUID, **answers: str) -> None:
    answer = await door.post(CONTACT, json=sent(answers), headers=token(melati))
    assert answer.status_code == 201


async def catch_up(office: Office) -> int:
    """One round of the worker that says on v2 what only v1 has."""
    async with office.transaction() as session:
        return await service.say_on_v2(session)


async def bury(office: Office) -> int:
    async with office.transaction() as session:
        return await service.bury_v1(session)


def values(said: dict[str, Any]) -> tuple[Any, ...]:
    """(version, email, mobile) of a record of v2."""
    return said["version"], said["email"] and said["email"]["address"], said["mobile"] and said["mobile"]["number"]


async def test_both_topics_say_it_in_one_transaction_with_one_version(office: Office, door: httpx.AsyncClient) -> None:
    melati = await office.melati()
    await says(office, door, melati, email=EMAIL, mobile=MOBILE)
    (old,), (new,) = await office.said(V1), await office.said(V2)
    assert (old["version"], old["contact"]) == (1, {"email": EMAIL, "mobile": MOBILE})
    assert values(new) == (1, EMAIL, MOBILE)
    assert await catch_up(office) == 0


async def test_an_address_that_was_not_given_has_no_group_on_v2(office: Office, door: httpx.AsyncClient) -> None:
    melati = await office.melati()
    await says(office, door, melati, mobile=MOBILE)
    assert [values(one) for one in await office.said(V2)] == [(1, None, MOBILE)]


async def test_a_withdrawal_is_said_on_both(office: Office, door: httpx.AsyncClient) -> None:
    melati = await office.melati()
    await says(office, door, melati, email=EMAIL)
    await office.hear(RESIDENT, melati, {"standing": "ANNULLED"})
    assert [(await office.said(topic))[-1] for topic in (V1, V2)] == [{"gone": 2}, {"gone": 2}]
    assert await catch_up(office) == 0


async def test_what_was_said_before_v2_stood_beside_is_said_there_once_graves_too(
    office: Office, door: httpx.AsyncClient
) -> None:
    melati, rangga = await office.melati(), await office.melati()
    await says(office, door, melati, email=EMAIL, mobile=MOBILE)
    await says(office, door, rangga, email=EMAIL)
    await office.hear(RESIDENT, rangga, None)
    # What a portal left behind that did not know of v2: the migration begins with 0.
    async with office.transaction() as session:
        await session.execute(text("update contact set v2_version = 0"))
        await session.execute(text("delete from outbox"))
    assert await catch_up(office) == 2
    assert await catch_up(office) == 0
    said = sorted(await office.said(V2), key=lambda one: "gone" in one)
    assert (values(said[0]), said[1]) == ((1, EMAIL, MOBILE), {"gone": 2})
    assert await office.said(V1) == []


async def test_what_older_code_says_in_a_rolling_upgrade_or_after_a_rollback_reaches_v2_too(
    office: Office, door: httpx.AsyncClient
) -> None:
    melati = await office.melati()
    await says(office, door, melati, email=EMAIL)
    # Code from before the migration moves the version and says v1 alone.
    async with office.transaction() as session:
        await session.execute(text("update contact set version = 2, email = 'baru@contoh.example'"))
    await says(office, door, melati, mobile=MOBILE)
    assert await catch_up(office) == 0
    async with office.transaction() as session:
        await session.execute(text("update contact set version = 4, mobile = null"))
    assert await catch_up(office) == 1
    assert [values(one) for one in await office.said(V2)] == [
        (1, EMAIL, None),
        (3, "baru@contoh.example", MOBILE),
        (4, "baru@contoh.example", None),
    ]


async def test_on_the_last_day_v1_is_still_said_and_nothing_is_buried(office: Office, door: httpx.AsyncClient) -> None:
    melati = await office.melati()
    office.clock.at = SUNSET
    await says(office, door, melati, email=EMAIL)
    assert await bury(office) == 0
    assert len(await office.said(V1)) == len(await office.said(V2)) == 1


async def test_after_the_last_day_v1_is_emptied_once_and_v2_goes_on(office: Office, door: httpx.AsyncClient) -> None:
    melati, rangga = await office.melati(), await office.melati()
    await says(office, door, melati, email=EMAIL)
    office.clock.at = SUNSET
    office.clock.turn(days=1)
    assert await bury(office) == 1
    assert await bury(office) == 0
    await says(office, door, melati, mobile=MOBILE)
    assert [one.get("gone") for one in await office.said(V1)] == [None, 2]
    assert [values(one) for one in await office.said(V2)] == [(1, EMAIL, None), (2, EMAIL, MOBILE)]
    await says(office, door, rangga, email=EMAIL)
    assert len(await office.said(V1)) == 2


async def test_the_relay_mends_each_topic_with_its_own_present_state(office: Office, door: httpx.AsyncClient) -> None:
    melati = await office.melati()
    await says(office, door, melati, email=EMAIL)
    async with office.transaction() as session:
        (old,) = await service.CURRENT[V1](session, [melati, uuid4()])
        (new,) = await service.CURRENT[V2](session, [melati, uuid4()])
    assert isinstance(old, events.Contact)
    assert isinstance(new, events.ContactV2)
    office.clock.at = SUNSET
    office.clock.turn(days=1)
    await bury(office)
    async with office.transaction() as session:
        (old,) = await service.CURRENT[V1](session, [melati])
    assert isinstance(old, Tombstone)
    assert (old.event.TOPIC, old.version) == (V1, 2)
