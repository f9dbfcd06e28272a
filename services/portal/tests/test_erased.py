"""Melati is erased: whatever the portal holds of her goes, and others hear that it has."""

from uuid import UUID, uuid4

import httpx

from services.portal import service
from services.portal.tests.counter import TOPIC as RECORD
from services.portal.tests.counter import Counter
from services.portal.tests.melati import ANSWERS, CONTACT, EMAIL, MOBILE, REQUEST, sent, token
from services.portal.tests.office import CORRECTION, RESIDENT, Office
from services.portal.tests.test_tracker import progress

CONTACTS = ("portal.contact.v1", "portal.contact.v2")
TABLES = ("contact", "correction", "submission", "outcome", "application", "resident", "dead_letter", "parked")


async def busy(office: Office, door: httpx.AsyncClient, counter: Counter) -> UUID:
    """A resident with a contact, a correction, an application in the tracker, and one form under way."""
    resident_id = await office.melati()
    await door.post(CONTACT, json=sent({"email": EMAIL, "mobile": MOBILE}), headers=token(resident_id))
    counter.corrected = [{"box": "full_name", "topic": RECORD, "field": "identity.full_name", "seen_version": 3}]
    assert (await door.post(REQUEST, json=sent(ANSWERS), headers=token(resident_id))).status_code == 201
    await office.hear("licensing.application.v1", uuid4(), progress(resident_id, "TERBIT"))
    counter.shut()
    assert (await door.post(REQUEST, json=sent(ANSWERS, uuid4()), headers=token(resident_id))).status_code == 202
    counter.open()
    return resident_id


async def everything_of(office: Office, resident_id: UUID) -> list[dict[str, object]]:
    found = []
    for table in TABLES:
        query = f"select to_jsonb(t.*) - 'resident_id' as kept from {table} t where t::text like :her"
        found += [row["kept"] for row in await office.rows(query, her=f"%{resident_id}%")]
    return found


async def test_nothing_is_left_but_graves(office: Office, door: httpx.AsyncClient, counter: Counter) -> None:
    melati, sari = await busy(office, door, counter), await busy(office, door, counter)
    saris = len(await everything_of(office, sari))
    await office.hear(RESIDENT, melati, None)
    # The copy of her record and her contact: key, version and the times of their ends.
    left = await everything_of(office, melati)
    assert [{name for name, value in row.items() if value is not None} for row in left] == [
        {"version", "gone", "said_at", "v2_version"},
        {"version", "gone", "as_of", "heard_at"},
    ]
    texts = await office.rows(
        "select contact::text as t from contact union all select correction::text from correction"
    )
    assert sum(EMAIL in row["t"] for row in texts) == 1, "that is Sari's"
    (erased,) = await office.rows("select version, cleared from erasure where key = :key", key=melati)
    assert erased["cleared"].items() >= {"contacts": 1, "corrections": 1, "submissions": 1, "copies": 2}.items()
    assert len(await everything_of(office, sari)) == saris


async def test_tombstones_go_out_and_nothing_else_of_hers(
    office: Office, door: httpx.AsyncClient, counter: Counter
) -> None:
    melati = await busy(office, door, counter)
    assert [one["version"] for one in await office.said(CORRECTION)] == [1]
    await office.hear(RESIDENT, melati, None)
    for topic in CONTACTS:
        assert await office.said(topic) == [{"gone": 2}]
    assert await office.said(CORRECTION) == [{"gone": 2}]


async def test_hearing_of_it_again_does_nothing_more(office: Office, door: httpx.AsyncClient, counter: Counter) -> None:
    melati = await busy(office, door, counter)
    await office.hear(RESIDENT, melati, None)
    (before,) = await office.rows("select cleared from erasure")
    await office.hear(RESIDENT, melati, None)
    (after,) = await office.rows("select cleared from erasure")
    assert len(await office.said(CORRECTION)) == 1
    assert after["cleared"] == before["cleared"] | {"copies": before["cleared"]["copies"] + 1}


async def test_nobody_speaks_for_her_any_more(office: Office, door: httpx.AsyncClient, counter: Counter) -> None:
    melati = await busy(office, door, counter)
    await office.hear(RESIDENT, melati, None)
    answer = await door.post(CONTACT, json=sent({"email": EMAIL}), headers=token(melati))
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:sekali:problem:resident-not-in-force")
    office.clock.turn(days=1)
    assert await office.hand_on() == 0


async def test_an_application_that_comes_late_stays_out_of_the_tracker(
    office: Office, door: httpx.AsyncClient, counter: Counter
) -> None:
    melati, late = await busy(office, door, counter), uuid4()
    await office.hear(RESIDENT, melati, None)
    await office.hear("licensing.application.v1", late, progress(melati, "TERBIT"))
    (row,) = await office.rows("select * from application where application_id = :id", id=late)
    assert (row["gone"], row["resident_id"], row["steps"]) == (True, None, None)


async def test_the_repair_of_the_log_says_the_tombstones(
    office: Office, door: httpx.AsyncClient, counter: Counter
) -> None:
    melati = await busy(office, door, counter)
    (correction,) = await office.rows("select correction_id from correction")
    await office.hear(RESIDENT, melati, None)
    keys = {CORRECTION: correction["correction_id"], **dict.fromkeys(CONTACTS, melati)}
    async with office.transaction() as session:
        for topic, key in keys.items():
            (said,) = await service.CURRENT[topic](session, [key])
            assert (getattr(said, "key", None), said.version) == (key, 2)  # type: ignore[union-attr]
