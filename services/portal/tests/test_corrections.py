"""Melati's name is wrong in the register: the portal proposes the correction to its owner."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from services.portal import events, service
from services.portal.service.corrections import UnknownCorrection
from services.portal.tests.counter import TOPIC as RECORD
from services.portal.tests.counter import Counter
from services.portal.tests.melati import ANSWERS, REQUEST, sent, token
from services.portal.tests.office import CORRECTION, Office

NAME = {"box": "full_name", "topic": RECORD, "field": "identity.full_name", "seen_version": 3}
DECIDED = "population.correction-decided.v1"


async def propose(office: Office, door: httpx.AsyncClient, counter: Counter) -> UUID:
    melati = await office.melati()
    counter.corrected = [NAME]
    assert (await door.post(REQUEST, json=sent(ANSWERS), headers=token(melati))).status_code == 201
    return melati


async def mine(door: httpx.AsyncClient, melati: UUID) -> dict[str, Any]:
    (found,) = (await door.get("/corrections", headers=token(melati))).json()["corrections"]
    return dict(found)


def decided(correction_id: UUID, at: datetime, decision: str = "DECLINED") -> events.PopulationCorrectionDecided:
    return events.PopulationCorrectionDecided(
        correction_id=correction_id,
        decision=events.PopulationCorrectionDecidedDecision(decision),
        reason_code=events.PopulationCorrectionDecidedReason("EVIDENCE_MISSING"),
        decided_at=at,
    )


async def test_the_proposal_holds_what_she_typed_and_what_she_saw(
    office: Office, door: httpx.AsyncClient, counter: Counter
) -> None:
    melati = await propose(office, door, counter)
    (said,) = await office.said(CORRECTION)
    assert (said["version"], said["standing"]) == (1, "OPEN")
    assert {**said["proposal"], "resident_id": str(said["proposal"]["resident_id"])} == {
        "resident_id": str(melati),
        "field": "identity.full_name",
        "proposed": ANSWERS["full_name"],
        "seen_version": 3,
    }
    found = await mine(door, melati)
    assert (found["standing"], found["proposed"]) == ("OPEN", ANSWERS["full_name"])


async def test_a_box_whose_owner_decides_on_no_corrections_is_not_proposed(
    office: Office, door: httpx.AsyncClient, counter: Counter
) -> None:
    melati = await office.melati()
    counter.corrected = [{**NAME, "topic": "tax.taxpayer.v1"}, {**NAME, "topic": "portal.contact.v1"}]
    await door.post(REQUEST, json=sent(ANSWERS), headers=token(melati))
    assert await office.said(CORRECTION) == []


async def test_of_a_corrected_address_only_what_stands_by_itself_is_proposed(
    office: Office, door: httpx.AsyncClient, counter: Counter
) -> None:
    melati = await office.melati()
    parts = ("street", "rt", "rw", "village_code", "district_code", "regency_code", "province_code", "postal_code")
    moved = {"street": "Jalan Contoh 2", "rt": "001", "rw": "002", "postal_code": "40135"} | {
        "village_code": "3273021004", "district_code": "327302", "regency_code": "3273", "province_code": "32",
    }  # fmt: skip
    counter.corrected = [
        {"box": f"home_{part}", "topic": RECORD, "field": f"address.{part}", "seen_version": 1} for part in parts
    ]
    answers = ANSWERS | {f"home_{part}": moved[part] for part in parts}
    assert (await door.post(REQUEST, json=sent(answers), headers=token(melati))).status_code == 201
    proposed = {said["proposal"]["field"]: said["proposal"]["proposed"] for said in await office.said(CORRECTION)}
    alone = ("street", "rt", "rw", "village_code", "postal_code")
    assert proposed == {f"address.{part}": moved[part] for part in alone}


async def test_a_receipt_read_twice_proposes_once(office: Office, door: httpx.AsyncClient, counter: Counter) -> None:
    melati, kept = await office.melati(), uuid4()
    receipt = counter.receipt() | {"corrected": [NAME]}
    counter.answers = [(503, {}), (201, receipt), (201, receipt)]
    await door.post(REQUEST, json=sent(ANSWERS, kept), headers=token(melati))
    (row,) = await office.rows("select * from submission")
    for _ in range(2):
        await office.handing.over(office.transaction, row)
    assert len(await office.said(CORRECTION)) == 1


async def test_the_decision_closes_it_and_is_shown(office: Office, door: httpx.AsyncClient, counter: Counter) -> None:
    melati = await propose(office, door, counter)
    correction = UUID((await mine(door, melati))["correction_id"])
    await office.happens(DECIDED, decided(correction, office.clock.at))
    closed = (await office.said(CORRECTION))[-1]
    assert (closed["version"], closed["standing"], closed["proposal"]) == (2, "CLOSED", None)
    found = await mine(door, melati)
    assert (found["standing"], found["decision"], found["reason_code"]) == ("CLOSED", "DECLINED", "EVIDENCE_MISSING")
    assert found["proposed"] is None


async def test_a_decision_on_a_proposal_that_was_withdrawn_is_only_noted(
    office: Office, door: httpx.AsyncClient, counter: Counter
) -> None:
    melati = await propose(office, door, counter)
    correction = UUID((await mine(door, melati))["correction_id"])
    await office.hear(RECORD, melati, {"standing": "ANNULLED"})
    await office.happens(DECIDED, decided(correction, office.clock.at))
    assert len(await office.said(CORRECTION)) == 2
    assert (await mine(door, melati))["decision"] == "DECLINED"


async def test_a_decision_on_nothing_is_an_error(office: Office) -> None:
    with pytest.raises(UnknownCorrection):
        await office.happens(DECIDED, decided(uuid4(), office.clock.at))


async def test_a_year_after_closing_it_ends(office: Office, door: httpx.AsyncClient, counter: Counter) -> None:
    melati = await propose(office, door, counter)
    correction = UUID((await mine(door, melati))["correction_id"])
    await office.happens(DECIDED, decided(correction, office.clock.at))
    for days, ended in ((364, 0), (2, 1), (1, 0)):
        office.clock.turn(days=days)
        async with office.transaction() as session:
            assert await service.bury_old_corrections(session) == ended
    assert (await office.said(CORRECTION))[-1] == {"gone": 3}
    assert (await door.get("/corrections", headers=token(melati))).json() == {"corrections": []}


async def test_an_open_one_never_ends_by_itself(office: Office, door: httpx.AsyncClient, counter: Counter) -> None:
    await propose(office, door, counter)
    office.clock.turn(days=5000)
    async with office.transaction() as session:
        assert await service.bury_old_corrections(session) == 0


async def test_the_present_state_can_be_said_again(office: Office, door: httpx.AsyncClient, counter: Counter) -> None:
    """As the relay asks for it where somebody else wrote into the log."""
    melati = await propose(office, door, counter)
    correction = UUID((await mine(door, melati))["correction_id"])
    async with office.transaction() as session:
        (contact,) = await service.CURRENT["portal.contact.v1"](session, [melati, uuid4()])
        (proposal,) = await service.CURRENT[CORRECTION](session, [correction])
    assert isinstance(contact, events.Contact)
    assert isinstance(proposal, events.Correction)
    assert (contact.resident_id, contact.version, proposal.version) == (melati, 1, 1)
