"""The doors: Melati activates her number with nothing typed twice; an officer looks on."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import text

from services.tax.tests.doors import doors
from services.tax.tests.office import CONTACT, LICENCE, RESIDENT, Office
from services.tax.tests.people import (
    MELATI,
    MELATIS_NIK,
    RANGGAS_NIK,
    SHOP,
    TYPED,
    annulled,
    answers,
    contact,
    licence,
    melati,
)

OFFICER = {"Authorization": "Bearer officer:tax:contoh"}
LICENCE_ID = UUID(int=0x11)


def citizen(resident_id: UUID = MELATI) -> dict[str, str]:
    return {"Authorization": f"Bearer citizen:{resident_id}"}


@pytest.fixture
async def http(office: Office) -> AsyncIterator[httpx.AsyncClient]:
    async with doors(office) as client:
        yield client


@pytest.fixture
async def known(office: Office) -> None:
    """All three agencies have said what they know of Melati."""
    await office.hear(RESIDENT, MELATI, melati())
    await office.hear(CONTACT, MELATI, contact())
    await office.hear(LICENCE, LICENCE_ID, licence(MELATI))


async def submit(http: httpx.AsyncClient, submission_id: UUID | None = None, /, **more: Any) -> httpx.Response:
    body = {"submission_id": str(submission_id or uuid4()), "answers": answers(**more)}
    return await http.post("/forms/activation", json=body, headers=citizen())


async def test_the_form_of_30_boxes_is_filled(http: httpx.AsyncClient, known: None) -> None:
    assert (await http.get("/forms", headers=citizen())).json()["forms"][0]["name"] == "activation"
    declared = (await http.get("/forms/activation/declaration", headers=OFFICER)).json()
    assert declared["counts"] == {"asked": 30, "key": 1, "filled": 0, "open": 29}
    opened = (await http.get("/forms/activation", headers=citizen())).json()
    assert opened["counts"] == {"asked": 30, "key": 1, "filled": 24, "open": 5}
    boxes = {box["name"]: box for box in opened["boxes"]}
    assert boxes["klu"]["value"] == "01411"
    assert boxes["klu"]["readonly"]
    assert boxes["birth_date"]["value"] == "1990-07-25"
    assert boxes["email"]["source"]["topic"] == CONTACT
    assert all(box["as_of"] for box in boxes.values() if box["value"] is not None)
    assert {box["name"] for box in opened["boxes"] if box["value"] is None and not box["key"]} == {
        "taxpayer_type", "category", "phone", "fax", "bookkeeping",
    }  # fmt: skip


async def test_melati_activates_with_one_key_and_five_typed(
    http: httpx.AsyncClient, office: Office, known: None
) -> None:
    answer = await submit(http)
    assert answer.status_code == 201
    receipt = answer.json()
    assert receipt["counts"] == {"asked": 30, "key": 1, "filled": 24, "typed": 5, "left_empty": 0}
    assert receipt["npwp"] == MELATIS_NIK
    assert receipt["nitkus"] == [MELATIS_NIK + "000000", MELATIS_NIK + "000001"]
    card = (await http.get("/taxpayers/me", headers=citizen())).json()
    assert card["status"] == "AKTIF"
    assert [(one["serial"], one["licence_id"]) for one in card["nitkus"]] == [
        ("000000", None),
        ("000001", str(LICENCE_ID)),
    ]
    assert card["nitkus"][1]["place"] == SHOP
    assert card["reminders"] == [{"tax_year": 2026, "due_on": "2027-03-31"}]
    assert set(card["declared"]) == {"taxpayer_type", "phone", "fax", "bookkeeping"}
    (application,) = (await http.get("/applications", headers=citizen())).json()["applications"]
    assert [step["status"] for step in application["steps"]] == ["DIAJUKAN", "DISETUJUI"]
    (said,) = await office.said("tax.taxpayer.v1")
    assert said is not None
    assert (said["registration"]["npwp"], said["registration"]["status"]) == (MELATIS_NIK, "AKTIF")
    (progress,) = await office.said("tax.application.v1")
    assert progress is not None
    assert progress["progress"]["status"] == "DISETUJUI"


async def test_the_same_submission_again_gets_its_receipt(http: httpx.AsyncClient, known: None) -> None:
    submission_id = uuid4()
    first = (await submit(http, submission_id)).json()
    again = await submit(http, submission_id)
    assert again.status_code == 409
    assert again.json()["type"] == "urn:sekali:problem:already-submitted"
    assert again.json()["receipt"] == first
    assert again.json()["application_id"] == first["application_id"]


async def test_a_second_activation_is_refused_and_the_form_still_opens(
    http: httpx.AsyncClient, office: Office, known: None
) -> None:
    await submit(http)
    again = await submit(http)
    assert (again.status_code, again.json()["type"]) == (409, "urn:sekali:problem:already-activated")
    opened = (await http.get("/forms/activation", headers=citizen())).json()
    assert opened["counts"]["filled"] == 24
    assert len(await office.rows("select * from application")) == 1


async def test_without_a_licence_the_activity_is_asked(http: httpx.AsyncClient, office: Office) -> None:
    await office.hear(RESIDENT, MELATI, melati())
    await office.hear(CONTACT, MELATI, contact())
    refused = await submit(http)
    assert [field["field"] for field in refused.json()["fields"]] == ["klu"]
    receipt = (await submit(http, klu="62010", trade_name="Contoh Kode")).json()
    assert receipt["counts"] == {"asked": 30, "key": 1, "filled": 21, "typed": 7, "left_empty": 1}
    (row,) = await office.rows("select declared from taxpayer")
    assert (row["declared"]["klu"], row["declared"]["trade_name"]) == ("62010", "Contoh Kode")


async def test_a_kbli_without_klu_leaves_the_box_to_the_citizen(http: httpx.AsyncClient, office: Office) -> None:
    await office.hear(RESIDENT, MELATI, melati())
    await office.hear(LICENCE, LICENCE_ID, licence(MELATI, kbli="99999"))
    opened = (await http.get("/forms/activation", headers=citizen())).json()
    values = {box["name"]: box["value"] for box in opened["boxes"]}
    assert (values["klu"], values["trade_name"], values["employee_count"]) == (None, "Ternak Contoh", 2)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"nik": RANGGAS_NIK}, "nik"),
        ({"nik": "123"}, "nik"),
        ({"category": "PH"}, "category"),
        ({"taxpayer_type": "WARISAN_BELUM_TERBAGI"}, "taxpayer_type"),
        ({"klu": "62010"}, "klu"),
        ({"phone": "call me"}, "phone"),
        ({"birth_date": "2999-01-01"}, "birth_date"),
    ],
)
async def test_a_wrong_box_is_named_and_nothing_is_stored(
    http: httpx.AsyncClient, office: Office, known: None, more: dict[str, str], field: str
) -> None:
    refused = await submit(http, None, **more)
    assert refused.status_code == 422
    assert [one["field"] for one in refused.json()["fields"]] == [field]
    assert all(value not in refused.text for value in more.values() if value[-1].isdigit()), "no text repeats a number"
    assert await office.rows("select 1 from taxpayer union all select 1 from application") == []
    assert await office.rows("select 1 from outbox") == []


async def test_a_correction_of_anothers_fact_is_reported_and_the_owners_value_stays(
    http: httpx.AsyncClient, office: Office, known: None
) -> None:
    receipt = (await submit(http, full_name="MELATI CONTOH")).json()
    assert receipt["corrected"] == [
        {"box": "full_name", "topic": RESIDENT, "field": "identity.full_name", "seen_version": 1}
    ]
    (row,) = await office.rows("select registered_name from taxpayer")
    assert row["registered_name"] == "MELATI PUSPA CONTOH"


@pytest.mark.parametrize(
    ("record", "slug"),
    [
        (None, "not-heard-yet"),
        (annulled(MELATI), "record-annulled"),
        (melati(life={"status": "DIED"}), "person-died"),
    ],
)
async def test_no_form_for_the_unheard_the_annulled_and_the_dead(
    http: httpx.AsyncClient, office: Office, record: dict[str, Any] | None, slug: str
) -> None:
    if record is not None:
        await office.hear(RESIDENT, MELATI, record)
    for answer in (await http.get("/forms/activation", headers=citizen()), await submit(http, None, **TYPED)):
        assert (answer.status_code, answer.json()["type"]) == (409, f"urn:sekali:problem:{slug}")
    assert await office.rows("select 1 from resident where version = 0") == [], "a refusal leaves no placeholder"


async def test_the_officers_desk(http: httpx.AsyncClient, office: Office, known: None) -> None:
    await submit(http)
    await office.hear(RESIDENT, MELATI, melati(civil={"marital_status": "KAWIN"}, family={"relationship": "ISTRI"}))
    (task,) = (await http.get("/tasks", headers=OFFICER)).json()["tasks"]
    assert (task["kind"], task["resident_id"]) == ("PILIH_KATEGORI", str(MELATI))
    marked = await http.post(f"/taxpayers/{MELATI}/returns", json={"tax_year": 2026, "state": "DUE"}, headers=OFFICER)
    assert marked.status_code == 201
    await office.ask_kswp(MELATI)
    (answered,) = (await http.get(f"/taxpayers/{MELATI}/kswp", headers=OFFICER)).json()["answers"]
    assert (answered["result"], answered["reason_code"]) == ("NOT_VALID", "RETURNS_OPEN")
    early = await http.post(f"/taxpayers/{MELATI}/returns", json={"tax_year": 2020, "state": "DUE"}, headers=OFFICER)
    assert early.status_code == 422
    for year in (True, "2026"):
        odd = await http.post(f"/taxpayers/{MELATI}/returns", json={"tax_year": year, "state": "DUE"}, headers=OFFICER)
        assert odd.status_code == 422
    odd = await http.post(f"/taxpayers/{MELATI}/name-hold", json={"held": "yes"}, headers=OFFICER)
    assert odd.status_code == 422
    held = await http.post(f"/taxpayers/{MELATI}/name-hold", json={"held": True}, headers=OFFICER)
    assert held.json()["name_held"]
    copy = (await http.get(f"/residents/{MELATI}", headers=OFFICER)).json()
    assert (copy["version"], copy["relationship"], copy["as_of"] is not None) == (2, "ISTRI", True)
    for path in ("", "/tasks", "/applications", "/returns"):
        assert (await http.get(f"/taxpayers/{MELATI}{path}", headers=OFFICER)).status_code == 200


async def test_melati_chooses_her_category(http: httpx.AsyncClient, office: Office, known: None) -> None:
    await submit(http)
    early = await http.post("/taxpayers/me/category", json={"category": "MT"}, headers=citizen())
    assert early.status_code == 422
    await office.hear(RESIDENT, MELATI, melati(civil={"marital_status": "KAWIN"}, family={"relationship": "ISTRI"}))
    card = (await http.post("/taxpayers/me/category", json={"category": "MT"}, headers=citizen())).json()
    assert card["category"] == "MT"
    assert [(task["kind"], task["outcome"]) for task in card["tasks"]] == [("PILIH_KATEGORI", "DONE")]


async def test_the_heirs_task_is_closed_by_an_officer(http: httpx.AsyncClient, office: Office, known: None) -> None:
    await submit(http)
    await office.hear(RESIDENT, MELATI, melati(life={"status": "DIED"}))
    closing = {"kind": "WARIS"}
    closed = await http.post(f"/taxpayers/{MELATI}/tasks/closing", json=closing, headers=OFFICER)
    assert closed.json()["tasks"][0]["outcome"] == "DONE"
    again = await http.post(f"/taxpayers/{MELATI}/tasks/closing", json=closing, headers=OFFICER)
    assert again.status_code == 404


async def test_nobody_enters_anothers_door(http: httpx.AsyncClient, known: None) -> None:
    await submit(http)
    stranger = {"Authorization": "Bearer officer:licensing:contoh"}
    assert (await http.get(f"/taxpayers/{MELATI}", headers=stranger)).status_code == 403
    assert (await http.get(f"/taxpayers/{MELATI}", headers=citizen())).status_code == 403
    assert (await http.get("/taxpayers/me", headers=citizen(uuid4()))).status_code == 404
    assert (await http.get("/forms/activation")).status_code == 401
    assert (await http.get("/forms/other", headers=citizen())).status_code == 404


async def test_anothers_submission_id_shows_no_receipt(http: httpx.AsyncClient, office: Office, known: None) -> None:
    submission_id = uuid4()
    await submit(http, submission_id)
    other = uuid4()
    await office.hear(RESIDENT, other, melati(identity={"nik": RANGGAS_NIK}) | {"resident_id": other})
    body = {"submission_id": str(submission_id), "answers": answers(RANGGAS_NIK, **TYPED)}
    refused = await http.post("/forms/activation", json=body, headers=citizen(other))
    assert refused.status_code == 409
    assert MELATIS_NIK not in refused.text


async def test_what_is_shown_of_other_agencies_facts_is_recorded(
    http: httpx.AsyncClient, office: Office, known: None
) -> None:
    await http.get("/forms/activation", headers=citizen())
    await submit(http)
    await http.get("/taxpayers/me", headers=citizen())
    await http.get(f"/residents/{MELATI}", headers=OFFICER)
    entries = await office.rows("select * from use_entry order by number")
    assert [(one["kind"], one["officer"], one["way"], one["topic"]) for one in entries] == [
        ("CITIZEN", None, "PREFILL", LICENCE),
        ("CITIZEN", None, "PREFILL", RESIDENT),
        ("CITIZEN", None, "PREFILL", CONTACT),
        ("CITIZEN", None, "DISCLOSE", LICENCE),
        ("CITIZEN", None, "DISCLOSE", RESIDENT),
        ("OFFICER", "contoh", "DISCLOSE", RESIDENT),
    ]
    shown = [set(one["fields"]) for one in entries]
    assert sum(len(fields) for fields in shown[:3]) == 24, "the boxes that were filled"
    assert {"place.street", "place.village_code"} <= shown[3]
    assert {"address.street", "identity.full_name", "civil.marital_status"} <= shown[4]
    assert {"family.mother_name", "standing"} <= shown[5]


async def test_what_cannot_be_recorded_is_not_shown(http: httpx.AsyncClient, office: Office, known: None) -> None:
    await submit(http)
    async with office.transaction() as session:
        await session.execute(text("alter table use_head rename to elsewhere"))
    doors = {"/forms/activation": citizen(), "/taxpayers/me": citizen(), f"/residents/{MELATI}": OFFICER,
             f"/taxpayers/{MELATI}": OFFICER}  # fmt: skip
    for path, headers in doors.items():
        answer = await http.get(path, headers=headers)
        assert (answer.status_code, answer.json()["type"]) == (503, "urn:sekali:problem:use-not-recorded"), path
        assert "MELATI" not in answer.text
    hold = await http.post(f"/taxpayers/{MELATI}/name-hold", json={"held": True}, headers=OFFICER)
    assert hold.status_code == 503
    assert (await office.rows("select name_held from taxpayer"))[0]["name_held"] is False, "nothing of it was done"


async def test_whether_tax_has_a_record_of_her_own_is_told_as_it_is(
    http: httpx.AsyncClient, known: None, office: Office
) -> None:
    async def owned(resident_id: UUID) -> list[str]:
        told = (await http.get("/facts/me", headers=citizen(resident_id))).json()
        return [one["topic"] for one in told["owns"]]

    assert await owned(MELATI) == [], "copies of others' facts are no record of its own"
    assert (await submit(http)).status_code == 201
    assert await owned(MELATI) == ["tax.application.v1", "tax.taxpayer.v1"]
    assert await owned(uuid4()) == []
