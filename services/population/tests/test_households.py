"""Moves, marriages, divorces, births: who lives with whom, and what is said of each of them."""

from typing import Any

from services.population.tests.families import MENTENG, PEGANGSAAN, card_a, card_b, couple, melati
from services.population.tests.office import Office

KUA = {"issuer": "KUA", "number": "CONTOH/01/2024"}
RULING = {"court": "PA JAKARTA PUSAT", "number": "12/Pdt.G/2024/PA.JP", "issued_on": "2024-05-01"}
NEW_HOME = MENTENG | {"street": "JL. BARU NO. 5", "village_code": "3171061003", "postal_code": "10330"}


def wedding(husband: Any, wife: Any, **more: Any) -> dict[str, Any]:
    return {
        "husband_id": str(husband),
        "wife_id": str(wife),
        "married_on": "2024-02-10",
        "certificate": KUA,
        "household": "HUSBAND_CARD",
    } | more


async def test_the_whole_card_moves_and_keeps_its_number(office: Office) -> None:
    sari_id, melati_id = await office.register(card_a())
    order = {"resident_id": str(melati_id), "moved_on": "2024-06-01", "address": NEW_HOME, "version": 1}
    done = await office.order("/moves", order)
    assert [(one["resident_id"], one["version"]) for one in done["residents"]] == [
        (str(one), 2) for one in sorted((sari_id, melati_id))
    ]
    assert done["cards"] == []
    for one in (sari_id, melati_id):
        said = await office.last_said(one)
        assert said["address"]["street"] == "JL. BARU NO. 5"
        assert said["family"]["kk_number"] == card_a()["kk_number"]
        assert said["change"]["kind"] == "PINDAH"


async def test_melati_moves_out_and_gets_a_card_of_her_own(office: Office) -> None:
    sari_id, melati_id = await office.register(card_a())
    order = {
        "resident_id": str(melati_id),
        "member_ids": [str(melati_id)],
        "head_id": str(melati_id),
        "moved_on": "2024-06-01",
        "address": NEW_HOME,
    }
    done = await office.order("/moves", order)
    (card,) = done["cards"]
    assert card["kk_number"].startswith("999999")
    said = await office.last_said(melati_id)
    assert said["family"]["relationship"] == "KEPALA_KELUARGA"
    assert said["family"]["kk_number"] == card["kk_number"]
    assert len(await office.said(sari_id)) == 1


async def test_when_the_head_moves_out_those_who_stay_need_another(office: Office) -> None:
    rangga_id, melati_id, bintang_id = await office.register(couple())
    order = {
        "resident_id": str(rangga_id),
        "member_ids": [str(rangga_id)],
        "head_id": str(rangga_id),
        "moved_on": "2024-06-01",
        "address": NEW_HOME,
    }
    assert set(await office.refused("/moves", order, 409)) == {"succession.new_head_id"}
    child_as_head = order | {"succession": {"new_head_id": str(bintang_id)}}
    assert set(await office.refused("/moves", child_as_head)) == {"succession.new_head_id"}
    await office.order("/moves", order | {"succession": {"new_head_id": str(melati_id)}})
    assert (await office.last_said(melati_id))["family"]["relationship"] == "KEPALA_KELUARGA"
    assert (await office.last_said(bintang_id))["family"]["relationship"] == "ANAK"


async def test_a_stale_version_is_refused_by_name(office: Office) -> None:
    _, melati_id = await office.register(card_a())
    order = {"resident_id": str(melati_id), "moved_on": "2024-06-01", "address": NEW_HOME, "version": 1}
    await office.order("/moves", order)
    home = order | {"address": MENTENG}
    assert set(await office.refused("/moves", home, 409)) == {"version"}


async def test_a_move_into_the_future_or_to_nowhere_is_refused(office: Office) -> None:
    _, melati_id = await office.register(card_a())
    address = NEW_HOME | {"village_code": "9999991001"}
    order = {"resident_id": str(melati_id), "moved_on": "2190-01-01", "address": address}
    assert set(await office.refused("/moves", order)) == {"moved_on", "address.village_code"}
    same = {"resident_id": str(melati_id), "moved_on": "2024-06-01", "address": MENTENG}
    assert set(await office.refused("/moves", same)) == {"address"}


async def test_melati_marries_rangga_and_joins_his_card(office: Office) -> None:
    sari_id, melati_id = await office.register(card_a())
    (rangga_id,) = await office.register(card_b())
    done = await office.order("/marriages", wedding(rangga_id, melati_id, wife_version=1))
    assert len(done["residents"]) == 2
    wife, husband = await office.last_said(melati_id), await office.last_said(rangga_id)
    assert (wife["civil"]["marital_status"], wife["family"]["relationship"]) == ("KAWIN", "ISTRI")
    assert wife["family"]["kk_number"] == card_b()["kk_number"]
    assert wife["address"]["street"] == PEGANGSAAN["street"]
    assert (husband["civil"]["marital_status"], husband["family"]["relationship"]) == ("KAWIN", "KEPALA_KELUARGA")
    assert (wife["version"], husband["version"]) == (2, 2)
    assert len(await office.said(sari_id)) == 1
    record = await office.record(melati_id)
    assert record["spouse_id"] == str(rangga_id)
    assert record["history"][-1]["document"] == KUA


async def test_who_may_not_marry(office: Office) -> None:
    _, melati_id = await office.register(card_a())
    (rangga_id,) = await office.register(card_b())
    assert set(await office.refused("/marriages", wedding(rangga_id, rangga_id))) == {"wife_id"}
    assert set(await office.refused("/marriages", wedding(melati_id, rangga_id))) == {"husband_id", "wife_id"}
    early = wedding(rangga_id, melati_id, married_on="2008-01-01")
    assert set(await office.refused("/marriages", early)) == {"wife_id"}
    civil = wedding(rangga_id, melati_id, certificate={"issuer": "DUKCAPIL", "number": "1"})
    assert set(await office.refused("/marriages", civil)) == {"certificate.issuer"}
    await office.order("/marriages", wedding(rangga_id, melati_id))
    again = await office.refused("/marriages", wedding(rangga_id, melati_id), 409)
    assert set(again) == {"husband_id"}
    nobody = wedding("0190a000-0000-7000-8000-000000000000", melati_id)
    assert set(await office.refused("/marriages", nobody)) == {"husband_id"}


async def test_a_widow_with_a_daughter_at_home_marries_and_names_who_heads_the_old_card(office: Office) -> None:
    sari_id, melati_id = await office.register(card_a())
    (rangga_id,) = await office.register(card_b())
    order = wedding(rangga_id, sari_id)
    assert set(await office.refused("/marriages", order, 409)) == {"succession.new_head_id"}
    await office.order("/marriages", order | {"succession": {"new_head_id": str(melati_id)}})
    assert (await office.last_said(melati_id))["family"]["relationship"] == "KEPALA_KELUARGA"
    assert (await office.last_said(melati_id))["civil"]["marital_status"] == "BELUM_KAWIN"


async def test_a_couple_opens_a_card_of_its_own(office: Office) -> None:
    _, melati_id = await office.register(card_a())
    (rangga_id,) = await office.register(card_b())
    order = wedding(rangga_id, melati_id, household="NEW_CARD", address=NEW_HOME, kk_number="9999991002240009")
    done = await office.order("/marriages", order)
    assert [card["kk_number"] for card in done["cards"]] == ["9999991002240009"]
    for one, relationship in ((rangga_id, "KEPALA_KELUARGA"), (melati_id, "ISTRI")):
        said = await office.last_said(one)
        assert (said["family"]["relationship"], said["address"]["street"]) == (relationship, "JL. BARU NO. 5")


async def test_a_card_number_that_is_taken_is_refused_by_name(office: Office) -> None:
    _, melati_id = await office.register(card_a())
    (rangga_id,) = await office.register(card_b())
    order = wedding(rangga_id, melati_id, household="NEW_CARD", kk_number=card_a()["kk_number"])
    assert set(await office.refused("/marriages", order, 409)) == {"kk_number"}


async def test_after_the_divorce_melati_and_bintang_live_on_a_card_of_their_own(office: Office) -> None:
    rangga_id, melati_id, bintang_id = await office.register(couple())
    order = {
        "husband_id": str(rangga_id),
        "wife_id": str(melati_id),
        "effective_on": "2024-05-02",
        "ruling": RULING,
        "leaver_id": str(melati_id),
        "child_ids": [str(bintang_id)],
        "address": NEW_HOME,
    }
    unnamed = {name: value for name, value in order.items() if name != "leaver_id"}
    assert set(await office.refused("/divorces", unnamed)) == {"leaver_id"}
    await office.order("/divorces", order)
    wife, husband = await office.last_said(melati_id), await office.last_said(rangga_id)
    assert (wife["civil"]["marital_status"], husband["civil"]["marital_status"]) == ("CERAI_HIDUP", "CERAI_HIDUP")
    assert wife["family"]["relationship"] == "KEPALA_KELUARGA"
    assert (await office.last_said(bintang_id))["family"]["kk_number"] == wife["family"]["kk_number"]
    assert husband["family"]["kk_number"] == couple()["kk_number"]
    assert set(await office.refused("/divorces", order, 409)) == {"wife_id"}


async def test_when_the_head_leaves_by_divorce_the_other_heads_a_new_card(office: Office) -> None:
    rangga_id, melati_id, bintang_id = await office.register(couple())
    order = {
        "husband_id": str(rangga_id),
        "wife_id": str(melati_id),
        "effective_on": "2024-05-02",
        "ruling": RULING,
        "leaver_id": str(rangga_id),
    }
    await office.order("/divorces", order)
    wife, child = await office.last_said(melati_id), await office.last_said(bintang_id)
    assert (wife["family"]["relationship"], child["family"]["relationship"]) == ("KEPALA_KELUARGA", "ANAK")
    assert wife["family"]["kk_number"] == child["family"]["kk_number"] != couple()["kk_number"]


async def test_a_daughter_is_born_on_her_parents_card_and_gets_a_nik(office: Office) -> None:
    rangga_id, melati_id, _ = await office.register(couple())
    order = {
        "mother_id": str(melati_id),
        "father_id": str(rangga_id),
        "full_name": "Kirana Contoh",
        "sex": "P",
        "birth_date": "2024-05-31",
        "birth_place": "JAKARTA",
    }
    born = await office.order("/births", order, 201)
    assert born["nik"] == "9999997105240001"
    said = await office.last_said(born["resident_id"])
    assert said["identity"]["full_name"] == "KIRANA CONTOH"
    assert said["family"] == {
        "kk_number": couple()["kk_number"],
        "relationship": "ANAK",
        "mother_name": "MELATI PUSPA CONTOH",
    }
    assert (said["change"]["kind"], said["civil"]["religion"], said["civil"]["nationality"]) == (
        "LAHIR",
        "ISLAM",
        "WNI",
    )
    assert len(await office.said(melati_id)) == 1
    twin = await office.order("/births", order | {"full_name": "KARTIKA CONTOH"}, 201)
    assert twin["nik"] == "9999997105240002"


async def test_impossible_births_are_refused(office: Office) -> None:
    rangga_id, melati_id, _ = await office.register(couple())
    order = {
        "mother_id": str(rangga_id),
        "full_name": "KIRANA CONTOH",
        "sex": "P",
        "birth_date": "1995-01-01",
        "birth_place": "JAKARTA",
    }
    assert set(await office.refused("/births", order)) == {"mother_id"}
    assert set(await office.refused("/births", order | {"mother_id": str(melati_id)})) == {"mother_id"}
    later = order | {"mother_id": str(melati_id), "birth_date": "2190-01-01"}
    assert set(await office.refused("/births", later)) >= {"birth_date"}


async def test_a_nik_that_is_registered_is_never_issued_again(office: Office) -> None:
    taken = melati() | {"nik": "9999997105240001", "relationship": "KEPALA_KELUARGA"}
    await office.register({"kk_number": "9999990101200009", "address": MENTENG, "members": [taken]})
    _, melati_id, _ = await office.register(couple())
    order = {
        "mother_id": str(melati_id),
        "full_name": "KIRANA CONTOH",
        "sex": "P",
        "birth_date": "2024-05-31",
        "birth_place": "JAKARTA",
    }
    assert (await office.order("/births", order, 201))["nik"] == "9999997105240002"
