"""Melati applies: by risk, once for each activity and place, only while her record stands."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from sekali.errors import Problem
from services.licensing import service
from services.licensing.tests import people
from services.licensing.tests.office import Office

LICENCE, APPLICATION = "licensing.licence.v1", "licensing.application.v1"
ASKED = "licensing.kswp-requested.v1"


async def test_a_low_risk_licence_is_in_force_at_once_and_tax_is_not_asked(office: Office) -> None:
    melati = await office.registered()
    receipt = await office.apply(melati)
    assert (receipt["status"], receipt["licence_status"], receipt["risk"]) == ("TERBIT", "TERBIT", "RENDAH")
    assert receipt["documents"] == ["NIB", "PERNYATAAN_SNI", "PERNYATAAN_HALAL"]
    assert len(receipt["nib"]) == 13
    counts = {"asked": 33, "key": 1, "filled": 9, "typed": 22, "left_empty": 1}
    assert (receipt["counts"], receipt["corrected"]) == (counts, [])
    assert await office.said(ASKED) == []

    licence = await office.last_said(LICENCE, UUID(receipt["licence_id"]))
    assert (licence["version"], licence["holder_id"]) == (1, melati)
    assert licence["number"] == {"nib": receipt["nib"]}
    assert licence["business"] == {"trade_name": "Warung Contoh", "employee_count": 2}
    assert licence["permit"]["kbli_code"] == "47112"
    assert licence["place"]["village_code"] == people.PLACE_BOXES["business_village"]
    progress = (await office.last_said(APPLICATION, UUID(receipt["application_id"])))["progress"]
    assert [step["status"] for step in progress["steps"]] == ["DIAJUKAN", "TERBIT"]
    assert (progress["resident_id"], progress["clock"], progress["due_on"]) == (melati, "STOPPED", None)


async def test_a_restaurant_waits_for_kswp_under_the_same_nib(office: Office) -> None:
    melati = await office.registered()
    first = await office.apply(melati)
    second = await office.apply(melati, **people.RESTAURANT)
    assert (second["status"], second["licence_status"]) == ("MENUNGGU_KSWP", "BELUM_TERVERIFIKASI")
    assert second["nib"] == first["nib"]
    assert second["documents"] == ["NIB", "SERTIFIKAT_STANDAR"]
    (question,) = await office.said(ASKED)
    assert question["resident_id"] == melati
    assert question["request_id"] == await office.latest_request(UUID(second["application_id"]))
    progress = (await office.last_said(APPLICATION, UUID(second["application_id"])))["progress"]
    assert (progress["clock"], progress["due_on"].isoformat()) == ("RUNNING", "2026-12-01")
    assert progress["next_actor"] == "OTHER_AGENCY"


@pytest.mark.parametrize(
    ("boxes", "risk", "status", "documents"),
    [
        ({"kbli": "62010"}, "MENENGAH_RENDAH", "TERBIT", ["NIB", "SERTIFIKAT_STANDAR"]),
        ({"kbli": "55101"}, "TINGGI", "MENUNGGU_KSWP", ["NIB", "IZIN"]),
        ({"kbli": "01411", "capital_plan": 6_000_000_000}, "TINGGI", "MENUNGGU_KSWP", ["NIB", "IZIN"]),
    ],
)
async def test_risk_decides_the_document(
    office: Office, boxes: dict[str, Any], risk: str, status: str, documents: list[str]
) -> None:
    receipt = await office.apply(await office.registered(), **boxes)
    assert (receipt["risk"], receipt["status"], receipt["documents"]) == (risk, status, documents)


async def test_one_activity_at_one_place_is_held_once(office: Office) -> None:
    melati = await office.registered()
    await office.apply(melati)
    with pytest.raises(Problem) as refused:
        await office.apply(melati, business_street=" JALAN  pasar 1 ", trade_name="Lain")
    assert (refused.value.status, refused.value.slug) == (409, "already-licensed")
    elsewhere = await office.apply(melati, business_street="Jalan Pasar 2")
    assert elsewhere["status"] == "TERBIT"


async def test_two_forms_at_the_same_moment_make_one_licence_and_one_nib(office: Office) -> None:
    melati = await office.registered()
    both = await asyncio.gather(office.apply(melati), office.apply(melati), return_exceptions=True)
    assert sum(isinstance(one, dict) for one in both) == 1
    (refused,) = [one for one in both if isinstance(one, BaseException)]
    assert isinstance(refused, Problem)
    assert refused.slug == "already-licensed"


async def test_a_form_handed_in_twice_gives_the_first_receipt_to_its_own_applicant_only(office: Office) -> None:
    melati, rangga = await office.registered(), await office.registered(people.resident("9999991203880001", "RANGGA"))
    submission = uuid4()
    async with office.database.transaction() as session:
        first = await service.apply_for_licence(session, melati, submission, people.answers(), sla_days=7)
    for resident_id, extra in ((melati, {"application_id": first["application_id"], "receipt": first}), (rangga, {})):
        with pytest.raises(Problem) as refused:
            async with office.database.transaction() as session:
                await service.apply_for_licence(session, resident_id, submission, people.answers(), sla_days=7)
        assert (refused.value.slug, refused.value.extra) == ("already-submitted", extra)


async def test_who_has_not_been_heard_of_is_told_so(office: Office) -> None:
    with pytest.raises(Problem) as refused:
        await office.apply(uuid4())
    assert refused.value.slug == "not-heard-yet"


@pytest.mark.parametrize(
    ("record", "slug"),
    [
        (people.dead(), "applicant-died"),
        (people.ANNULLED, "applicant-annulled"),
        (None, "applicant-annulled"),
        ({**people.resident(), "standing": "UNKNOWN"}, "applicant-unclear"),
    ],
)
async def test_who_cannot_hold_a_licence_is_refused(office: Office, record: dict[str, Any] | None, slug: str) -> None:
    melati = await office.registered()
    await office.hear("population.resident.v1", melati, record)
    with pytest.raises(Problem) as refused:
        await office.apply(melati)
    assert refused.value.slug == slug
    assert await office.said(LICENCE) == []


async def test_a_nik_that_is_not_her_own_is_refused_without_repeating_it(office: Office) -> None:
    melati = await office.registered()
    with pytest.raises(Problem) as refused:
        await office.apply(melati, nik="9999991203880001")
    document = refused.value.document()
    assert [field["field"] for field in document["fields"]] == ["nik"]
    assert "9999991203880001" not in str(document)


async def test_an_npwp_that_is_not_her_own_is_refused_typed_or_corrected(office: Office) -> None:
    melati = await office.registered()
    await office.apply(melati, npwp="9999 9965 0790 0002")
    registration = {"npwp": "9999996507900002", "status": "AKTIF"}
    for heard in (None, registration):
        if heard:
            await office.hear("tax.taxpayer.v1", melati, {"registration": heard})
        with pytest.raises(Problem) as refused:
            await office.apply(melati, npwp="9999991203880001", **people.RESTAURANT)
        document = refused.value.document()
        assert (document["status"], [field["field"] for field in document["fields"]]) == (422, ["npwp"])
        assert "9999991203880001" not in str(document)
    await office.apply(melati, **people.RESTAURANT)


async def test_all_wrong_boxes_are_named_at_once_and_nothing_is_stored(office: Office) -> None:
    melati = await office.registered()
    with pytest.raises(Problem) as refused:
        await office.apply(melati, kbli="99999", business_village="3171011001", employee_count=-1)
    assert refused.value.status == 422
    wrong = {field.field for field in refused.value.fields}
    assert wrong == {"kbli", "business_village", "business_postal_code", "employee_count"}
    assert await office.said(LICENCE) == []


async def test_the_postal_code_of_the_business_is_one_of_its_village(office: Office) -> None:
    melati = await office.registered()
    with pytest.raises(Problem) as refused:
        await office.apply(melati, business_postal_code="80223")
    assert [field.field for field in refused.value.fields] == ["business_postal_code"]


async def test_a_corrected_home_goes_to_its_owner_and_the_application_goes_on(office: Office) -> None:
    melati = await office.registered()
    receipt = await office.apply(melati, home_street="Jalan Lain 9")
    (correction,) = receipt["corrected"]
    assert correction == {
        "box": "home_street", "topic": "population.resident.v1", "field": "address.street", "seen_version": 1,
    }  # fmt: skip
    assert receipt["counts"]["filled"] == 8
    assert receipt["status"] == "TERBIT"
