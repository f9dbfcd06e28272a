"""Melati says that her record is wrong; an officer decides."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from sekali.codec import Heard
from sekali.inbox import Projection
from sekali.testing import heard
from services.population.inbox import inbox
from services.population.tests.families import card_a
from services.population.tests.office import DECIDER, OFFICER, Office

TOPIC = "portal.correction.v1"


@dataclass
class Record:
    """What the projection reads of a Kafka record."""

    topic: str = TOPIC
    timestamp: int = 1_790_000_000_000
    partition: int = 0
    offset: int = 0
    key: bytes | None = None
    value: bytes | None = None
    headers: tuple[Any, ...] = ()


@dataclass
class Proposal:
    correction_id: UUID
    resident_id: UUID
    field: str = "identity.full_name"
    proposed: str = "MELATI PUSPITA CONTOH"

    def said(self, version: int, standing: str) -> Heard:
        group = {"resident_id": self.resident_id, "field": self.field, "proposed": self.proposed, "seen_version": 1}
        value = {
            "correction_id": self.correction_id,
            "version": version,
            "standing": standing,
            "said_at": datetime(2026, 6, 1, tzinfo=UTC),
            "proposal": group if standing == "OPEN" else None,
        }
        return Heard(Record(), self.correction_id, uuid4(), version, value, None)


async def hear(office: Office, proposal: Proposal, version: int = 1, standing: str = "OPEN") -> None:
    projection = inbox.declared[TOPIC]
    assert isinstance(projection, Projection)
    async with office.bus.transaction() as session:
        await heard(session, office.bus.erasures, projection, proposal.said(version, standing))


async def listed(office: Office) -> list[dict[str, Any]]:
    answer = await office.door.get("/proposals", headers=OFFICER)
    found: list[dict[str, Any]] = answer.json()["proposals"]
    return found


async def test_an_accepted_proposal_is_applied_and_said_at_once(office: Office) -> None:
    _, melati_id = await office.register(card_a())
    proposal = Proposal(uuid4(), melati_id)
    await hear(office, proposal)
    (seen,) = await listed(office)
    assert seen["registered"] == "MELATI PUSPA CONTOH"
    assert (seen["proposed"], seen["seen_version"], seen["resident_version"]) == ("MELATI PUSPITA CONTOH", 1, 1)
    path = f"/proposals/{proposal.correction_id}/decision"
    await office.order(path, {"decision": "ACCEPTED", "reason_code": "EVIDENCE_SUFFICIENT", "version": 1})
    assert (await office.last_said(melati_id))["identity"]["full_name"] == "MELATI PUSPITA CONTOH"
    (decision,) = await office.decisions()
    assert decision["correction_id"] == proposal.correction_id
    assert (decision["decision"], decision["reason_code"]) == ("ACCEPTED", "EVIDENCE_SUFFICIENT")
    assert await listed(office) == []
    assert set(await office.refused(path, {"decision": "ACCEPTED"}, 409)) == {"decision"}


async def test_a_declined_proposal_changes_nothing_and_says_why(office: Office) -> None:
    _, melati_id = await office.register(card_a())
    proposal = Proposal(uuid4(), melati_id)
    await hear(office, proposal)
    path = f"/proposals/{proposal.correction_id}/decision"
    assert set(await office.refused(path, {"decision": "DECLINED"})) == {"reason_code"}
    await office.order(path, {"decision": "DECLINED", "reason_code": "EVIDENCE_MISSING"})
    assert len(await office.said(melati_id)) == 1
    (decision,) = await office.decisions()
    assert (decision["decision"], decision["reason_code"]) == ("DECLINED", "EVIDENCE_MISSING")


async def test_what_can_not_be_applied_can_not_be_accepted(office: Office) -> None:
    _, melati_id = await office.register(card_a())
    proposal = Proposal(uuid4(), melati_id, field="birth.date", proposed="2190-01-01")
    await hear(office, proposal)
    path = f"/proposals/{proposal.correction_id}/decision"
    assert set(await office.refused(path, {"decision": "ACCEPTED"})) == {"proposed"}
    about_nobody = Proposal(uuid4(), uuid4())
    await hear(office, about_nobody)
    path = f"/proposals/{about_nobody.correction_id}/decision"
    assert set(await office.refused(path, {"decision": "ACCEPTED"}, 409)) == {"decision"}
    await office.order(path, {"decision": "DECLINED", "reason_code": "RESIDENT_ANNULLED"})


async def test_with_the_village_accepted_the_codes_above_it_are_right_already(office: Office) -> None:
    _, melati_id = await office.register(card_a())
    codes = {"village": "3273021004", "district": "327302", "regency": "3273", "province": "32", "postal": "40135"}
    proposals = {name: Proposal(uuid4(), melati_id, f"address.{name}_code", code) for name, code in codes.items()}
    paths = {name: f"/proposals/{proposal.correction_id}/decision" for name, proposal in proposals.items()}
    for proposal in proposals.values():
        await hear(office, proposal)
    accepted = {"decision": "ACCEPTED", "reason_code": "EVIDENCE_SUFFICIENT"}
    for name in ("district", "regency", "province"):
        answer = await office.door.post(paths[name], json=accepted, headers=DECIDER)
        (field,) = answer.json()["fields"]
        assert (answer.status_code, field["field"]) == (409, "decision")
        assert f"Correct address.village_code: the {name} follows." in field["way_out"]
    assert set(await office.refused(paths["postal"], accepted)) == {"proposed"}
    for name in codes:
        await office.order(paths[name], accepted)
    assert len(await office.said(melati_id)) == 2
    reasons = [(decision["decision"], decision["reason_code"]) for decision in await office.decisions()]
    assert reasons == [("ACCEPTED", "EVIDENCE_SUFFICIENT")] + [("ACCEPTED", "ALREADY_RIGHT")] * 4
    assert await listed(office) == []


async def test_what_a_life_event_has_brought_is_right_already(office: Office) -> None:
    sari_id, melati_id = await office.register(card_a())
    proposal = Proposal(uuid4(), melati_id, "civil.marital_status", "KAWIN")
    already = Proposal(uuid4(), sari_id, "civil.marital_status", "CERAI_MATI")
    for one in (proposal, already):
        await hear(office, one)
    path = f"/proposals/{proposal.correction_id}/decision"
    assert set(await office.refused(path, {"decision": "ACCEPTED"}, 409)) == {"decision"}
    done = await office.order(f"/proposals/{already.correction_id}/decision", {"decision": "ACCEPTED"})
    assert done == {"residents": [], "cards": []}
    assert [decision["reason_code"] for decision in await office.decisions()] == ["ALREADY_RIGHT"]


async def test_a_withdrawn_proposal_is_not_decided_on(office: Office) -> None:
    _, melati_id = await office.register(card_a())
    proposal = Proposal(uuid4(), melati_id)
    await hear(office, proposal)
    await hear(office, proposal, 2, "CLOSED")
    assert await listed(office) == []
    path = f"/proposals/{proposal.correction_id}/decision"
    assert set(await office.refused(path, {"decision": "ACCEPTED"}, 409)) == {"decision"}
    unheard = await office.door.post(f"/proposals/{uuid4()}/decision", json={"decision": "ACCEPTED"}, headers=OFFICER)
    assert unheard.status_code == 404


async def test_who_registered_the_record_does_not_judge_what_she_says_of_it(office: Office) -> None:
    """Wulan, who wrote the name down, could brush the mistake aside; Ratna's corrections stay no obstacle to Ratna."""
    _, melati_id = await office.register(card_a())
    name, place = Proposal(uuid4(), melati_id), Proposal(uuid4(), melati_id, "birth.place", "BOGOR")
    before = await office.everything()
    for one in (name, place):
        await hear(office, one)
        for decision in ({"decision": "DECLINED", "reason_code": "EVIDENCE_MISSING"}, {"decision": "ACCEPTED"}):
            answer = await office.door.post(f"/proposals/{one.correction_id}/decision", json=decision, headers=OFFICER)
            assert (answer.status_code, answer.json()["type"]) == (409, "urn:sekali:problem:own-registration")
    assert await office.everything() == before
    for one in (name, place):
        await office.order(f"/proposals/{one.correction_id}/decision", {"decision": "ACCEPTED"})
    assert {row["officer"] for row in await office.rows("select officer from decision")} == {"ratna"}


async def test_who_corrected_another_field_of_hers_does_not_judge_either(office: Office) -> None:
    _, melati_id = await office.register(card_a())
    corrected = {"resident_id": str(melati_id), "field": "birth.place", "value": "BOGOR", "reason": "Akta"}
    assert (await office.door.post("/corrections", json=corrected, headers=DECIDER)).status_code == 200
    proposal = Proposal(uuid4(), melati_id)
    await hear(office, proposal)
    path = f"/proposals/{proposal.correction_id}/decision"
    assert set(await office.refused(path, {"decision": "ACCEPTED"}, 409)) == {"decision"}


async def test_listing_proposals_is_a_use_of_what_she_said_and_of_what_the_register_says(office: Office) -> None:
    _, melati = await office.register(card_a())
    await hear(office, Proposal(uuid4(), melati))
    assert len(await listed(office)) == 1
    entries = await office.rows("select * from use_entry order by number")
    assert [(one["topic"], one["fields"], one["officer"], one["resident_id"]) for one in entries] == [
        ("population.resident.v1", ["identity.full_name"], "wulan", melati),
        (TOPIC, ["proposal.field", "proposal.proposed"], "wulan", melati),
    ]
    assert entries[1]["agreement"] == office.bus.catalogue.contracts["population", TOPIC].agreement
