"""Names, deaths, double registrations, corrections."""

from services.population.model.codes import ChangeKind
from services.population.tests.families import bintang, card_a, card_b, couple, melati
from services.population.tests.office import OFFICER, Office

RULING = {"court": "PN JAKARTA PUSAT", "number": "34/Pdt.P/2024/PN.JP", "issued_on": "2024-03-01"}


async def test_by_a_ruling_melati_gets_another_name(office: Office) -> None:
    _, melati_id = await office.register(card_a())
    order = {
        "resident_id": str(melati_id),
        "full_name": "Melati Ayu Contoh",
        "effective_on": "2024-03-05",
        "ruling": RULING,
    }
    await office.order("/name-changes", order)
    said = await office.last_said(melati_id)
    assert said["identity"]["full_name"] == "MELATI AYU CONTOH"
    assert (said["version"], said["change"]["kind"]) == (2, "NAMA_DIUBAH")
    assert (await office.record(melati_id))["history"][-1]["document"] == RULING
    one_word = order | {"full_name": "MELATI"}
    assert set(await office.refused("/name-changes", one_word)) == {"full_name"}
    too_early = order | {"full_name": "MELATI SEKAR CONTOH", "effective_on": "2024-02-01"}
    assert set(await office.refused("/name-changes", too_early)) == {"effective_on"}


async def test_rangga_dies_and_melati_heads_a_new_card(office: Office) -> None:
    rangga_id, melati_id = await office.register(couple() | {"members": couple()["members"][:2]})
    order = {"resident_id": str(rangga_id), "died_on": "2024-09-01"}
    assert set(await office.refused("/deaths", order, 409)) == {"succession.new_head_id"}
    done = await office.order("/deaths", order | {"succession": {"new_head_id": str(melati_id)}})
    assert len(done["residents"]) == 2
    dead, widow = await office.last_said(rangga_id), await office.last_said(melati_id)
    assert (dead["life"]["status"], str(dead["life"]["died_on"])) == ("DIED", "2024-09-01")
    assert dead["family"]["kk_number"] == couple()["kk_number"]
    assert widow["civil"]["marital_status"] == "CERAI_MATI"
    assert widow["family"]["relationship"] == "KEPALA_KELUARGA"
    assert widow["family"]["kk_number"] == done["cards"][0]["kk_number"] != couple()["kk_number"]
    assert widow["change"]["kind"] == "CERAI_MATI"
    assert (dead["version"], widow["version"]) == (2, 2)


async def test_a_wife_who_lives_apart_is_widowed_too(office: Office) -> None:
    _, melati_id = await office.register(card_a())
    (rangga_id,) = await office.register(card_b())
    wedding = {
        "husband_id": str(rangga_id),
        "wife_id": str(melati_id),
        "married_on": "2024-02-10",
        "certificate": {"issuer": "KUA", "number": "CONTOH/01/2024"},
        "household": "APART",
    }
    await office.order("/marriages", wedding)
    await office.order("/deaths", {"resident_id": str(rangga_id), "died_on": "2024-09-01"})
    widow = await office.last_said(melati_id)
    assert (widow["version"], widow["civil"]["marital_status"]) == (3, "CERAI_MATI")
    assert (widow["family"]["relationship"], widow["family"]["kk_number"]) == ("ANAK", card_a()["kk_number"])


async def test_orphans_join_the_card_of_a_relative(office: Office) -> None:
    sari = card_a()["members"][0]
    card = {"kk_number": "9999990101200007", "address": card_a()["address"], "members": [sari, bintang()]}
    sari_id, bintang_id = await office.register(card)
    (rangga_id,) = await office.register(card_b())
    order = {"resident_id": str(sari_id), "died_on": "2024-09-01"}
    alone = order | {"succession": {"new_head_id": str(bintang_id)}}
    assert set(await office.refused("/deaths", alone)) == {"succession.new_head_id"}
    joined = {"join_card_of": str(rangga_id), "relationships": {str(bintang_id): "CUCU"}}
    await office.order("/deaths", order | {"succession": joined})
    said = await office.last_said(bintang_id)
    assert said["family"]["kk_number"] == card_b()["kk_number"]
    assert said["family"]["relationship"] == "CUCU"


async def test_nobody_dies_twice_before_birth_or_in_the_future(office: Office) -> None:
    _, melati_id = await office.register(card_a())
    order = {"resident_id": str(melati_id), "died_on": "1980-01-01"}
    assert set(await office.refused("/deaths", order)) == {"died_on"}
    assert set(await office.refused("/deaths", order | {"died_on": "2190-01-01"})) == {"died_on"}
    await office.order("/deaths", order | {"died_on": "2024-01-01"})
    assert set(await office.refused("/deaths", order | {"died_on": "2024-01-01"}, 409)) == {"resident_id"}
    rename = {"resident_id": str(melati_id), "full_name": "X Y", "effective_on": "2024-03-05", "ruling": RULING}
    assert set(await office.refused("/name-changes", rename, 409)) == {"resident_id"}


async def test_a_double_registration_is_annulled_and_its_groups_are_said_no_more(office: Office) -> None:
    _, melati_id = await office.register(card_a())
    twice = melati() | {"nik": "9999996507900077", "relationship": "KEPALA_KELUARGA"}
    card = {"kk_number": "9999990101200008", "address": card_a()["address"], "members": [twice]}
    (double_id,) = await office.register(card)
    order = {"resident_id": str(double_id), "duplicate_of": str(melati_id), "reason": "TERDAFTAR GANDA", "version": 1}
    assert set(await office.refused("/annulments", order | {"duplicate_of": str(double_id)})) == {"duplicate_of"}
    await office.order("/annulments", order)
    said = await office.last_said(double_id)
    assert (said["standing"], said["version"]) == ("ANNULLED", 2)
    groups = ("change", "identity", "life", "birth", "address", "civil", "family")
    assert [said[group] for group in groups] == [None] * len(groups)
    again = {"nik": "9999996507900077"}
    assert (await office.order("/residents/find", again))["standing"] == "ANNULLED"
    assert set(await office.refused("/annulments", {**order, "version": 2}, 409)) == {"resident_id"}
    me = await office.door.get("/residents/me", headers={"Authorization": f"Bearer citizen:{double_id}"})
    assert me.status_code == 403


async def test_the_seven_life_events_are_all_known_to_the_schema(office: Office) -> None:
    revision = office.bus.catalogue.latest("population.resident.v1")
    (change,) = [group.inner for group in revision.sealed if group.name == "change"]
    (kind,) = [field["type"]["symbols"] for field in change["fields"] if field["name"] == "kind"]
    assert {one.value for one in ChangeKind} - set(kind) == {"DIBATALKAN", "DITARIK"}


async def test_a_birth_date_is_corrected_and_the_nik_stays(office: Office) -> None:
    _, melati_id = await office.register(card_a())
    order = {"resident_id": str(melati_id), "field": "birth.date", "value": "1990-07-24", "reason": "AKTA KELAHIRAN"}
    await office.order("/corrections", order)
    said = await office.last_said(melati_id)
    assert (str(said["birth"]["date"]), said["identity"]["nik"]) == ("1990-07-24", melati()["nik"])
    assert said["change"]["kind"] == "BIODATA_DIPERBARUI"
    assert set(await office.refused("/corrections", order, 409)) == {"value"}
    for value in ("yesterday", "2190-01-01"):
        assert set(await office.refused("/corrections", order | {"value": value})) == {"value"}


async def test_what_is_no_correction_is_pointed_to_its_own_way(office: Office) -> None:
    sari_id, _ = await office.register(card_a())
    order = {"resident_id": str(sari_id), "value": "9999996507900003", "reason": "SALAH KETIK"}
    for field in ("identity.nik", "family.kk_number", "civil.marital_status", "address.regency_code", "blood.group"):
        assert set(await office.refused("/corrections", order | {"field": field})) == {"field"}
    head = order | {"field": "family.relationship", "value": "ANAK"}
    assert set(await office.refused("/corrections", head)) == {"value"}


async def test_a_corrected_street_is_that_of_all_who_live_there(office: Office) -> None:
    sari_id, melati_id = await office.register(card_a())
    order = {
        "resident_id": str(melati_id),
        "field": "address.street",
        "value": "JL. CONTOH NO. 11",
        "reason": "SALAH KETIK",
    }
    done = await office.order("/corrections", order)
    assert len(done["residents"]) == 2
    for one in (sari_id, melati_id):
        assert (await office.last_said(one))["address"]["street"] == "JL. CONTOH NO. 11"
    village = order | {"field": "address.village_code", "value": "3171061009"}
    assert set(await office.refused("/corrections", village)) == {"value"}
    postal_code = order | {"field": "address.postal_code"}
    for code in ("00000", "40135"):
        assert set(await office.refused("/corrections", postal_code | {"value": code})) == {"value"}


async def test_a_corrected_village_brings_the_codes_above_it_and_its_postal_code(office: Office) -> None:
    _, melati_id = await office.register(card_a())
    order = {"resident_id": str(melati_id), "field": "address.village_code", "value": "3273021004", "reason": "SALAH"}
    await office.order("/corrections", order)
    said = (await office.last_said(melati_id))["address"]
    codes = [said[name] for name in ("village_code", "district_code", "regency_code", "province_code", "postal_code")]
    assert codes == ["3273021004", "327302", "3273", "32", "40135"]


async def test_a_corrected_neighbourhood_is_kept_as_cards_have_it(office: Office) -> None:
    _, melati_id = await office.register(card_a())
    order = {"resident_id": str(melati_id), "field": "address.rt", "value": "7", "reason": "SALAH KETIK"}
    await office.order("/corrections", order)
    assert (await office.last_said(melati_id))["address"]["rt"] == "007"
    assert set(await office.refused("/corrections", order | {"value": "07"}, 409)) == {"value"}
    for value in ("I", "1234"):
        assert set(await office.refused("/corrections", order | {"value": value})) == {"value"}


async def test_a_version_is_a_whole_number_and_nothing_like_it(office: Office) -> None:
    _, melati_id = await office.register(card_a())
    order = {"resident_id": str(melati_id), "field": "address.rt", "value": "007", "reason": "SALAH KETIK"}
    for version in (True, "1", 1.0):
        assert set(await office.refused("/corrections", order | {"version": version})) == {"version"}
    await office.order("/corrections", order | {"version": 1})


async def test_a_wrong_correction_is_told_what_is_wanted(office: Office) -> None:
    sari_id, _ = await office.register(card_a())
    order = {"resident_id": str(sari_id), "reason": "SALAH KETIK"}
    wanted = {
        ("identity.full_name", "S4RI"): "A name has Latin letters, blanks and at most the signs . , ' and -.",
        ("identity.sex", "W"): "It must be 'L' or 'P'.",
        ("birth.date", "5 November"): "It must be a date that exists, as 2026-11-22.",
        ("birth.date", "2190-01-01"): "This day is in the future.",
        ("address.rt", "I"): "It must be 1 to 3 digits.",
        ("address.village_code", "31.71"): "It must be 10 digits.",
    }
    for (field, value), sentence in wanted.items():
        assert await office.refused("/corrections", order | {"field": field, "value": value}) == {"value": sentence}
    answer = await office.door.post(
        "/corrections", json=order | {"field": "birth.date", "value": "2190-01-01"}, headers=OFFICER
    )
    assert answer.json()["detail"] == "Please look at: value."
    assert set(await office.refused("/corrections", order | {"field": "name", "value": "SARI"})) == {"field"}
