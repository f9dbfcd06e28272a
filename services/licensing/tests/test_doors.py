"""The doors as a citizen and an officer use them."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from services.licensing.tests import people
from services.licensing.tests.office import Office

OFFICER = {"Authorization": "Bearer officer:licensing:dewi"}


def citizen(resident_id: UUID) -> dict[str, str]:
    return {"Authorization": f"Bearer citizen:{resident_id}"}


async def hand_in(door: httpx.AsyncClient, resident_id: UUID, **changed: Any) -> httpx.Response:
    body = {"submission_id": str(uuid4()), "answers": people.answers(**changed)}
    return await door.post("/forms/business-licence", json=body, headers=citizen(resident_id))


@pytest.fixture
async def melati(office: Office) -> UUID:
    return await office.registered()


async def test_the_form_is_listed_and_declared_without_values(door: httpx.AsyncClient, melati: UUID) -> None:
    (form,) = (await door.get("/forms", headers=OFFICER)).json()["forms"]
    assert form["name"] == "business-licence"
    declared = (await door.get("/forms/business-licence/declaration", headers=OFFICER)).json()
    assert len(declared["boxes"]) == 33
    assert all(box["value"] is None and set(box["label"]) == {"id", "en"} for box in declared["boxes"])
    assert (await door.get("/forms/other/declaration", headers=OFFICER)).status_code == 404


async def test_the_form_opens_filled_with_source_and_date(
    door: httpx.AsyncClient, office: Office, melati: UUID
) -> None:
    await office.hear("portal.contact.v1", melati, {"contact": {"email": "m@contoh.id", "mobile": "+6281234567890"}})
    registration = {"npwp": "9999996507900002", "status": "AKTIF"}
    await office.hear("tax.taxpayer.v1", melati, {"registration": registration})
    opened = (await door.get("/forms/business-licence", headers=citizen(melati))).json()
    assert opened["counts"] == {"asked": 33, "key": 1, "filled": 12, "open": 20}
    boxes = {box["name"]: box for box in opened["boxes"]}
    assert boxes["nik"]["value"] is None
    assert boxes["full_name"]["value"] == "MELATI PUSPA CONTOH"
    assert boxes["full_name"]["source"]["topic"] == "population.resident.v1"
    assert boxes["birth_date"]["value"] == "1990-07-25"
    assert boxes["email"]["value"] == "m@contoh.id"
    assert boxes["npwp"]["value"] == "9999996507900002"
    assert boxes["home_village"]["as_of"].startswith("2026-11-20T03:00:00")

    await office.hear("population.resident.v1", melati, people.resident(street="Jalan Baru 1"))
    await office.hear("tax.taxpayer.v1", melati, {"registration": registration | {"status": "ENDED"}})
    opened = (await door.get("/forms/business-licence", headers=citizen(melati))).json()
    values = {box["name"]: box["value"] for box in opened["boxes"]}
    assert values["home_street"] == "Jalan Baru 1"
    assert values["npwp"] is None, "a registration that tax has ended fills nothing"


async def test_the_form_says_why_it_does_not_open(door: httpx.AsyncClient, office: Office, melati: UUID) -> None:
    answer = await door.get("/forms/business-licence", headers=citizen(uuid4()))
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "urn:sekali:problem:not-heard-yet"
    await office.hear("population.resident.v1", melati, people.ANNULLED)
    answer = await door.get("/forms/business-licence", headers=citizen(melati))
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:sekali:problem:applicant-annulled")


async def test_from_the_form_to_the_verified_licence(door: httpx.AsyncClient, office: Office, melati: UUID) -> None:
    handed_in = await hand_in(door, melati, **people.RESTAURANT)
    assert handed_in.status_code == 201
    application_id = handed_in.json()["application_id"]
    case = f"/applications/{application_id}"

    own = (await door.get(case, headers=citizen(melati))).json()
    assert (own["status"], own["clock"], own["licence"]["status"]) == (
        "MENUNGGU_KSWP", "RUNNING", "BELUM_TERVERIFIKASI",
    )  # fmt: skip
    (waiting,) = (await door.get("/desk/applications", headers=OFFICER)).json()["applications"]
    assert waiting["application_id"] == application_id
    too_early = await door.post(f"{case}/verify", json={}, headers=OFFICER)
    assert (too_early.status_code, too_early.json()["type"]) == (409, "urn:sekali:problem:not-possible")

    await office.tax_answers(melati, await office.latest_request(UUID(application_id)), "VALID")
    sent_back = {"reason_code": "DATA_INCOMPLETE", "reason": "Denah tempat usaha kurang"}
    returned = await door.post(f"{case}/return", json=sent_back, headers=OFFICER)
    assert returned.json()["status"] == "PERLU_PERBAIKAN"
    own = (await door.get(case, headers=citizen(melati))).json()
    assert own["officer_says"] == "Denah tempat usaha kurang"
    answered = await door.post(f"{case}/answer", json={"text": "Sudah dilengkapi"}, headers=citizen(melati))
    assert answered.json()["status"] == "MENUNGGU_VERIFIKASI"
    assert (await door.post(f"{case}/verify", json={}, headers=OFFICER)).json()["status"] == "TERBIT"

    (licence,) = (await door.get("/licences", headers=citizen(melati))).json()["licences"]
    assert licence["status"] == "TERVERIFIKASI"
    file = (await door.get(f"/desk{case}", headers=OFFICER)).json()
    assert [act["deed"] for act in file["acts"]] == ["return", "answer", "verify"]
    assert "full_name" not in file["answers"]
    assert file["facts"] == {"population.resident.v1": 1}


async def test_a_rejected_application_takes_its_certificate_with_it(
    door: httpx.AsyncClient, office: Office, melati: UUID
) -> None:
    receipt = (await hand_in(door, melati, **people.RESTAURANT)).json()
    case = f"/applications/{receipt['application_id']}"
    reason = {"reason": "Pajak tidak menjawab sejak kemarin"}
    assert (await door.post(f"{case}/proceed", json=reason, headers=OFFICER)).status_code == 200
    refusal = {"reason_code": "REQUIREMENT_NOT_MET", "reason": "Zona tidak sesuai"}
    assert (await door.post(f"{case}/reject", json=refusal, headers=OFFICER)).json()["status"] == "DITOLAK"
    (licence,) = (await door.get("/licences", headers=citizen(melati))).json()["licences"]
    assert licence["status"] == "DICABUT"
    progress = (await office.last_said("licensing.application.v1", UUID(receipt["application_id"])))["progress"]
    assert progress["reason_code"] == "REQUIREMENT_NOT_MET"
    assert "Zona" not in str(progress)


async def test_a_licence_is_suspended_reinstated_and_revoked_with_reasons(
    door: httpx.AsyncClient, melati: UUID
) -> None:
    licence = f"/licences/{(await hand_in(door, melati)).json()['licence_id']}"
    for reason in ({}, {"reason": ""}, {"reason": "tidak\x00tercetak"}):
        assert (await door.post(f"{licence}/suspend", json=reason, headers=OFFICER)).status_code == 422
    for deed, status in (("suspend", "DIBEKUKAN"), ("reinstate", "TERBIT"), ("revoke", "DICABUT")):
        answer = await door.post(f"{licence}/{deed}", json={"reason": "Pemeriksaan lapangan"}, headers=OFFICER)
        assert answer.json()["status"] == status
    answer = await door.post(f"{licence}/reinstate", json={"reason": "Keliru"}, headers=OFFICER)
    assert answer.status_code == 409


async def test_nobody_sees_anothers_case_and_only_our_officers_sit_at_the_desk(
    door: httpx.AsyncClient, melati: UUID
) -> None:
    case = f"/applications/{(await hand_in(door, melati)).json()['application_id']}"
    assert (await door.get(case, headers=citizen(uuid4()))).status_code == 404
    assert (await door.get("/applications", headers=citizen(uuid4()))).json() == {"applications": []}
    for token in ("officer:tax:budi", f"citizen:{melati}", "agency:portal"):
        headers = {"Authorization": f"Bearer {token}"}
        assert (await door.get("/desk/applications", headers=headers)).status_code == 403
        assert (await door.post(f"{case}/verify", json={}, headers=headers)).status_code == 403
    assert (await door.get(case)).status_code == 401


async def test_wrong_boxes_are_problems_that_never_repeat_what_was_typed(door: httpx.AsyncClient, melati: UUID) -> None:
    answer = await hand_in(door, melati, nik="1234567890123456", kbli="77777", mobile="rahasia-sekali")
    assert answer.status_code == 422
    fields = {field["field"] for field in answer.json()["fields"]}
    assert {"nik", "kbli", "mobile"} <= fields
    assert not any(typed in answer.text for typed in ("1234567890123456", "77777", "rahasia-sekali"))


async def test_an_officer_reads_what_this_agency_holds_of_a_person(door: httpx.AsyncClient, melati: UUID) -> None:
    copy = (await door.get(f"/desk/residents/{melati}", headers=OFFICER)).json()
    assert copy["population.resident.v1"]["version"] == 1
    assert (await door.get(f"/desk/residents/{uuid4()}", headers=OFFICER)).status_code == 409
