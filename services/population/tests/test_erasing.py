"""Melati's record is withdrawn: the register keeps its row, says a tombstone, and registers nothing more on it."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from sekali.outbox import Tombstone
from services.population import events, service
from services.population.model.codes import Standing
from services.population.tests.families import PEGANGSAAN, bintang, card_a, card_b, couple
from services.population.tests.office import OFFICER, RESIDENT, Office
from services.population.tests.test_proposals import Proposal, hear, listed

REASON = "Permohonan penghapusan CONTOH/2026/7"
ANOTHER_NAME = "MELATI SEKAR CONTOH"


def order(resident_id: UUID, **more: Any) -> dict[str, Any]:
    return {"resident_id": str(resident_id), "reason": REASON} | more


async def waiting(office: Office, resident_id: UUID) -> list[tuple[int, bool]]:
    """(version, is a tombstone) of what waits to be said of a resident."""
    rows = await office.rows(
        "select version, payload is null as ended from outbox where aggregateid = :key order by position",
        key=str(resident_id),
    )
    return [(row["version"], row["ended"]) for row in rows]


async def test_a_tombstone_with_the_next_version_is_all_that_is_said_of_her(office: Office) -> None:
    sari_id, melati_id = await office.register(card_a())
    receipt = await office.order("/erasures", order(melati_id))
    assert (receipt["topic"], receipt["version"], receipt["complete"]) == (RESIDENT, 2, False)
    assert receipt["missing"] == ["licensing", "portal", "tax"]
    # What waited with her data does not leave any more, and Sari's is as it was.
    assert await waiting(office, melati_id) == [(2, True)]
    assert receipt["cleared"] == {"outbox": 1}
    assert await waiting(office, sari_id) == [(1, False)]


async def test_the_register_keeps_its_row_with_the_ground_and_shows_it_to_officers_alone(office: Office) -> None:
    _, melati_id = await office.register(card_a())
    await office.order("/erasures", order(melati_id))
    record = await office.record(melati_id)
    assert (record["standing"], record["groups"]["identity"]["full_name"]) == ("WITHDRAWN", "MELATI PUSPA CONTOH")
    (_registered, deed) = record["history"]
    assert (deed["kind"], deed["reason"], deed["officer"]) == ("DITARIK", REASON, "wulan")
    me = await office.door.get("/residents/me", headers={"Authorization": f"Bearer citizen:{melati_id}"})
    assert me.status_code == 403


async def test_ordered_again_it_answers_the_receipt_and_does_nothing(office: Office) -> None:
    _, melati_id = await office.register(card_a())
    first = await office.order("/erasures", order(melati_id))
    assert await office.order("/erasures", order(melati_id)) == first
    shown = await office.door.get(f"/erasures/{melati_id}", headers=OFFICER)
    assert shown.json() == first
    assert await waiting(office, melati_id) == [(2, True)]


LATER: dict[str, dict[str, Any]] = {
    "/moves": {"moved_on": "2024-06-01", "address": PEGANGSAAN},
    "/deaths": {"died_on": "2024-06-01"},
    "/corrections": {"field": "identity.full_name", "value": ANOTHER_NAME, "reason": "Salah tulis"},
    "/name-changes": {
        "full_name": ANOTHER_NAME,
        "effective_on": "2024-03-05",
        "ruling": {"court": "PN JAKARTA PUSAT", "number": "34/Pdt.P/2024/PN.JP", "issued_on": "2024-03-01"},
    },
    "/annulments": {"reason": "Ganda"},
}


@pytest.mark.parametrize("path", LATER)
async def test_nothing_more_is_registered_on_her(office: Office, path: str) -> None:
    sari_id, melati_id = await office.register(card_a())
    await office.order("/erasures", order(melati_id))
    body = {"resident_id": str(melati_id), **LATER[path]}
    body |= {"duplicate_of": str(sari_id)} if path == "/annulments" else {}
    refused = await office.refused(path, body, 409)
    assert refused == {"resident_id": "This record was withdrawn by an erasure."}


async def test_she_cannot_marry_or_bear_a_child_any_more(office: Office) -> None:
    _, melati_id = await office.register(card_a())
    (rangga_id,) = await office.register(card_b())
    await office.order("/erasures", order(melati_id))
    wedding = {
        "husband_id": str(rangga_id),
        "wife_id": str(melati_id),
        "married_on": "2024-02-10",
        "certificate": {"issuer": "KUA", "number": "CONTOH/01/2024"},
        "household": "APART",
    }
    assert set(await office.refused("/marriages", wedding, 409)) == {"wife_id"}
    birth = {"mother_id": str(melati_id), "full_name": "BINTANG CONTOH", "sex": "L", "birth_date": "2024-05-01"}
    assert set(await office.refused("/births", birth | {"birth_place": "JAKARTA"}, 409)) == {"mother_id"}


async def test_her_mothers_card_still_moves(office: Office) -> None:
    sari_id, melati_id = await office.register(card_a())
    await office.order("/erasures", order(melati_id))
    move = {"resident_id": str(sari_id), "moved_on": "2024-06-01", "address": PEGANGSAAN}
    done = await office.order("/moves", move)
    assert [one["resident_id"] for one in done["residents"]] == [str(sari_id)]
    assert (await office.last_said(sari_id))["address"]["street"] == PEGANGSAAN["street"]
    assert await waiting(office, melati_id) == [(2, True)]


async def test_a_head_is_erased_once_somebody_heads_the_others(office: Office) -> None:
    rangga_id, melati_id, bintang_id = await office.register(couple())
    assert set(await office.refused("/erasures", order(rangga_id), 409)) == {"succession.new_head_id"}
    await office.order("/erasures", order(rangga_id, succession={"new_head_id": str(melati_id)}))
    assert await waiting(office, rangga_id) == [(2, True)]
    for resident_id, relationship in ((melati_id, "KEPALA_KELUARGA"), (bintang_id, "ANAK")):
        assert (await office.last_said(resident_id))["family"]["relationship"] == relationship


async def test_who_is_not_known_or_was_read_too_early_is_refused(office: Office) -> None:
    _, melati_id = await office.register(card_a())
    assert set(await office.refused("/erasures", order(uuid4()))) == {"resident_id"}
    assert set(await office.refused("/erasures", order(melati_id, version=7), 409)) == {"version"}
    assert (await office.record(melati_id))["standing"] == Standing.VALID


async def test_her_open_proposal_goes_at_once(office: Office) -> None:
    _, melati_id = await office.register(card_a())
    proposal = Proposal(uuid4(), melati_id)
    await hear(office, proposal)
    receipt = await office.order("/erasures", order(melati_id))
    assert receipt["cleared"]["copies"] == 1
    assert await listed(office) == []
    await office.refused(f"/proposals/{proposal.correction_id}/decision", {"decision": "ACCEPTED"}, 409)
    (copy,) = await office.rows("select version, gone, resident_id, proposed from proposal")
    assert copy == {"version": 1, "gone": True, "resident_id": None, "proposed": None}


async def test_the_repair_of_the_log_resurrects_nobody(office: Office) -> None:
    sari_id, melati_id = await office.register(card_a())
    await office.order("/erasures", order(melati_id))
    async with office.bus.transaction() as session:
        said = await service.CURRENT[RESIDENT](session, [melati_id, sari_id])
    assert Tombstone(events.Resident, melati_id, 2) in said
    assert [one.resident_id for one in said if isinstance(one, events.Resident)] == [sari_id]


async def test_a_child_stays_registered_under_its_mothers_name(office: Office) -> None:
    """Whose mother she was is the child's own fact."""
    _, melati_id, bintang_id = await office.register(couple())
    await office.order("/erasures", order(melati_id))
    assert (await office.last_said(bintang_id))["family"]["mother_name"] == bintang()["mother_name"]
