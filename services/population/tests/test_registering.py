"""Families come into the register."""

from uuid import UUID

from services.population.tests.families import card_a, card_b, couple, melati
from services.population.tests.office import OFFICER, Office


async def test_sari_and_melati_are_registered_and_both_are_said_whole(office: Office) -> None:
    sari_id, melati_id = await office.register(card_a())
    (state,) = await office.said(melati_id)
    assert (state["resident_id"], state["version"], state["standing"]) == (melati_id, 1, "VALID")
    assert state["identity"] == {"nik": "9999996507900002", "full_name": "MELATI PUSPA CONTOH", "sex": "P"}
    assert state["life"] == {"status": "ALIVE", "died_on": None}
    assert state["address"]["village_code"] == "3171061001"
    assert state["address"]["province_code"] == "31"
    assert state["family"] == {
        "kk_number": "9999990101200001",
        "relationship": "ANAK",
        "mother_name": "SARI CONTOH",
    }
    assert state["change"]["kind"] == "TERDAFTAR"
    assert (await office.last_said(sari_id))["family"]["relationship"] == "KEPALA_KELUARGA"


async def test_the_nik_travels_in_the_body_and_finds_melati(office: Office) -> None:
    _, melati_id = await office.register(card_a())
    found = await office.order("/residents/find", {"nik": "9999 9965 0790 0002"})
    assert found == {"resident_id": str(melati_id), "version": 1, "standing": "VALID"}
    unknown = await office.door.post("/residents/find", json={"nik": "9999996507900009"}, headers=OFFICER)
    assert unknown.status_code == 404


async def test_a_card_is_found_by_its_number(office: Office) -> None:
    ids = await office.register(card_a())
    card = await office.order("/family-cards/find", {"kk_number": "9999990101200001"})
    assert {UUID(one["resident_id"]) for one in card["residents"]} == set(ids)


async def test_melati_reads_her_own_record_and_nobody_elses(office: Office) -> None:
    _, melati_id = await office.register(card_a())
    token = {"Authorization": f"Bearer citizen:{melati_id}"}
    mine = await office.door.get("/residents/me", headers=token)
    assert mine.json()["groups"]["identity"]["full_name"] == "MELATI PUSPA CONTOH"
    assert mine.json()["history"] == []
    others = await office.door.get(f"/residents/{melati_id}", headers=token)
    assert others.status_code == 403
    licensing = await office.door.get(
        f"/residents/{melati_id}", headers={"Authorization": "Bearer officer:licensing:adi"}
    )
    assert licensing.status_code == 403


async def test_the_same_numbers_again_are_named_one_by_one(office: Office) -> None:
    await office.register(card_a())
    again = card_b() | {"kk_number": card_a()["kk_number"]}
    again["members"].append(melati())
    wrong = await office.refused("/family-cards", again, 409)
    assert set(wrong) == {"kk_number", "members.1.nik"}


async def test_all_that_is_wrong_with_a_card_is_said_at_once(office: Office) -> None:
    card = card_a()
    card["address"] |= {"village_code": "3171069999", "province_code": "32"}
    card["members"][1] |= {"birth_date": "2190-07-25", "nik": card["members"][0]["nik"]}
    wrong = await office.refused("/family-cards", card)
    assert set(wrong) == {
        "address.village_code",
        "address.province_code",
        "members.1.birth_date",
        "members.1.nik",
    }


async def test_a_postal_code_is_one_of_the_village(office: Office) -> None:
    card = card_b()
    for code in ("99999", "00000", "40135"):
        card["address"]["postal_code"] = code
        assert set(await office.refused("/family-cards", card)) == {"address.postal_code"}
    card["address"]["postal_code"] = None
    await office.register(card)


async def test_a_number_is_no_birth_date(office: Office) -> None:
    card = card_b()
    for day in (0, "0", "631152000", 20_000.5, True, "1988-03-12T00:00:00", "19880312"):
        card["members"][0]["birth_date"] = day
        wrong = await office.refused("/family-cards", card)
        assert wrong == {"members.0.birth_date": "It must be a date that exists, as 2026-11-22."}


async def test_an_impossible_nik_is_refused_without_being_repeated(office: Office) -> None:
    card = card_b()
    card["members"][0]["nik"] = "9999993213880001"
    answer = await office.door.post("/family-cards", json=card, headers=OFFICER)
    assert answer.status_code == 422
    assert answer.json()["fields"][0]["field"] == "members.0.nik"
    assert "3213880001" not in answer.text


async def test_a_nul_character_in_a_name_is_refused_at_the_door(office: Office) -> None:
    card = card_b()
    card["members"][0]["birth_place"] = "BOGOR\x00"
    assert set(await office.refused("/family-cards", card)) == {"members.0.birth_place"}


async def test_a_card_needs_one_adult_head_and_a_true_couple(office: Office) -> None:
    headless = card_b()
    headless["members"][0]["relationship"] = "ANAK"
    assert set(await office.refused("/family-cards", headless)) == {"members"}
    child = card_b()
    child["members"][0] |= {"birth_date": "2015-03-12"}
    assert set(await office.refused("/family-cards", child)) == {"members.0.relationship"}
    unmarried = couple()
    unmarried["members"][1]["marital_status"] = "BELUM_KAWIN"
    assert set(await office.refused("/family-cards", unmarried)) == {"members.1.marital_status"}


async def test_a_nik_that_tells_another_birth_date_is_a_warning_only(office: Office) -> None:
    card = card_b()
    card["members"][0]["birth_date"] = "1988-03-13"
    answer = await office.order("/family-cards", card, 201)
    assert [warning["field"] for warning in answer["warnings"]] == ["members.0.nik"]


async def test_a_batch_is_registered_whole_or_not_at_all(office: Office) -> None:
    wrong = await office.refused("/family-cards/batch", {"cards": [card_a(), couple()]})
    assert set(wrong) == {"cards.1.members.1.nik"}
    answer = await office.order("/family-cards/batch", {"cards": [card_a(), card_b()]}, 201)
    assert answer["residents"] == 3
    assert len(answer["cards"]) == 2
    taken = await office.refused("/family-cards/batch", {"cards": [card_b()]}, 409)
    assert set(taken) == {"cards.0.kk_number", "cards.0.members.0.nik"}
    count = await office.door.get("/residents/count", headers=OFFICER)
    assert count.json() == {"residents": 3, "unsaid": 3}


async def test_the_register_has_no_form_and_says_so(office: Office) -> None:
    answer = await office.door.get("/forms", headers=OFFICER)
    assert answer.json() == {"forms": []}
