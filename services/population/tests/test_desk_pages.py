"""Wulan, an officer of the civil registry, works at the counter's pages, on a real database."""

import ast
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest

from sekali.testing_pages import Visit
from services.population.pages.sentences import SENTENCES
from services.population.tests.families import card_a, card_b, couple
from services.population.tests.office import Office
from services.population.tests.test_proposals import Proposal, hear

HOME = Path(__file__).parents[1]
REGION = {"address.province_code": "31", "address.regency_code": "3171", "address.district_code": "317106",
          "address.village_code": "3171061001"}  # fmt: skip
HEAD = {
    "members.0.nik": "9999996507900002", "members.0.full_name": "Melati Puspa Contoh", "members.0.sex": "P",
    "members.0.relationship": "KEPALA_KELUARGA", "members.0.birth_date": "1990-07-25", "members.0.religion": "ISLAM",
    "members.0.marital_status": "BELUM_KAWIN",
}  # fmt: skip


@pytest.fixture
async def client(office: Office) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(office.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        client.cookies.set("lang", "en")
        yield client


@pytest.fixture
async def wulan(client: httpx.AsyncClient) -> Visit:
    return await Visit(client).officer("Wulan Contoh")


def at(resident_id: UUID, event: str = "") -> str:
    return f"/office/residents/{resident_id}" + (f"/{event}" if event else "")


async def deeds(office: Office) -> list[tuple[str, str]]:
    rows = await office.rows("select kind, officer from deed order by recorded_at, deed_id")
    return [(row["kind"], row["officer"]) for row in rows]


async def twice(wulan: Visit, action: str, **typed: str) -> None:
    """A double click: the same form, sent two times."""
    fields = {**wulan.form(action).fields, **typed}
    await wulan.post(action, fields)
    assert wulan.status == 200, wulan.words
    await wulan.post(action, fields)
    assert wulan.status == 200, wulan.words


# Proposals


async def test_nobody_enters_without_signing_in(client: httpx.AsyncClient, office: Office) -> None:
    _, melati = await office.register(card_a())
    before = await office.everything()
    for path in ("/", "/office", "/office/find", "/office/register", at(melati), at(melati, "death")):
        answer = await client.get(path, headers={"Accept": "text/html"})
        assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/sign-in"), path
    for path in ("/office/register", at(melati, "death"), f"/office/proposals/{uuid4()}"):
        answer = await client.post(path, data={"died_on": "2026-01-01"}, headers={"Accept": "text/html"})
        assert answer.status_code == 303, path
    assert await office.everything() == before


async def test_a_proposal_stands_beside_what_the_register_says(wulan: Visit, office: Office) -> None:
    _, melati = await office.register(card_a())
    proposal = Proposal(uuid4(), melati)
    await hear(office, proposal)
    await wulan.open("/")
    assert wulan.at == "/office" and "Full name Proposed on 1 June 2026" in wulan.words
    assert "MELATI" not in wulan.html, "the list shows nobody's facts"
    path = f"/office/proposals/{proposal.correction_id}"
    await wulan.open(path)
    assert "Register now MELATI PUSPA CONTOH Proposed MELATI PUSPITA CONTOH By the resident" in wulan.words
    uses = await office.rows("select officer, topic, fields from use_entry order by topic")
    assert [(use["officer"], use["topic"]) for use in uses] == [
        ("Wulan Contoh", "population.resident.v1"), ("Wulan Contoh", "portal.correction.v1"),
    ]  # fmt: skip


async def test_she_accepts_and_the_register_is_corrected_once(wulan: Visit, office: Office) -> None:
    _, melati = await office.register(card_a())
    proposal = Proposal(uuid4(), melati)
    await hear(office, proposal)
    path = f"/office/proposals/{proposal.correction_id}"
    await wulan.open(path)
    await twice(wulan, path, decision="ACCEPTED", reason_code="EVIDENCE_SUFFICIENT")
    assert "Accepted By Wulan Contoh on" in wulan.words
    record = await office.record(melati)
    assert record["groups"]["identity"]["full_name"] == "MELATI PUSPITA CONTOH"
    assert len(await office.decisions()) == 1
    await wulan.open(at(melati))
    assert "Wulan Contoh : Record corrected Proposed by the citizen · The evidence is sufficient" in wulan.words


async def test_who_registered_her_sees_the_proposal_and_leaves_it_to_another(
    wulan: Visit, client: httpx.AsyncClient, office: Office
) -> None:
    _, melati = await office.register(card_a())
    proposal = Proposal(uuid4(), melati)
    await hear(office, proposal)
    path = f"/office/proposals/{proposal.correction_id}"
    await wulan.open(path)
    fields = {**wulan.form(path).fields, "decision": "ACCEPTED"}
    await wulan.open(at(melati, "correction?field=birth.place"))
    await wulan.send(at(melati, "correction"), value="Bogor", reason="Akta")
    await wulan.open(path)
    assert "Another officer decides You registered this record" in wulan.words
    assert "MELATI PUSPITA CONTOH" in wulan.words and "Your decision" not in wulan.words
    await wulan.post(path, fields)
    assert wulan.status == 409 and "Another officer decides" in wulan.words
    assert await office.decisions() == []


async def test_a_decline_needs_a_reason_and_stays_in_the_trail(wulan: Visit, office: Office) -> None:
    _, melati = await office.register(card_a())
    proposal = Proposal(uuid4(), melati)
    await hear(office, proposal)
    path = f"/office/proposals/{proposal.correction_id}"
    await wulan.open(path)
    await wulan.send(path)
    assert wulan.status == 422 and "Decision: It is missing." in wulan.words
    await wulan.send(path, decision="DECLINED")
    assert wulan.status == 422 and "A proposal is declined for a reason." in wulan.words
    assert wulan.form(path).fields["decision"] == "DECLINED", "what was chosen stays"
    await wulan.send(path, reason_code="EVIDENCE_MISSING")
    assert "Declined By Wulan Contoh on" in wulan.words and "Evidence is missing" in wulan.words
    await wulan.open(at(melati))
    assert "Wulan Contoh : Declined: the proposal on Full name Evidence is missing" in wulan.words


async def test_a_record_that_changed_meanwhile_is_looked_at_again(wulan: Visit, office: Office) -> None:
    _, melati = await office.register(card_a())
    proposal = Proposal(uuid4(), melati)
    await hear(office, proposal)
    path = f"/office/proposals/{proposal.correction_id}"
    await wulan.open(path)
    corrected = {"resident_id": str(melati), "field": "birth.place", "value": "BOGOR", "reason": "Akta"}
    await office.order("/corrections", corrected)
    await wulan.send(path, decision="ACCEPTED")
    assert wulan.status == 409 and "The record has changed since this page was shown" in wulan.words
    assert "The record has changed since: it is at version 2 now." in wulan.words
    await wulan.send(path, decision="ACCEPTED")
    assert wulan.status == 200 and "Accepted By Wulan Contoh" in wulan.words


async def test_what_is_not_corrected_by_itself_says_so_and_a_closed_one_asks_nothing(
    wulan: Visit, office: Office
) -> None:
    _, melati = await office.register(card_a())
    nik = Proposal(uuid4(), melati, field="identity.nik", proposed="9999996507900003")
    await hear(office, nik)
    path = f"/office/proposals/{nik.correction_id}"
    await wulan.open(path)
    await wulan.send(path, decision="ACCEPTED")
    assert wulan.status == 409 and "This field is not corrected by itself." in wulan.words
    await hear(office, nik, 2, "WITHDRAWN")
    await wulan.open(path)
    assert "closed" in wulan.words and "Your decision" not in wulan.words
    assert (await wulan.open(f"/office/proposals/{uuid4()}")).status == 404


# Finding


async def test_numbers_are_posted_and_never_stand_in_an_address(wulan: Visit, office: Office) -> None:
    sari, melati = await office.register(card_a())
    await wulan.open("/office/find")
    await wulan.send("/office/find", nik="9999996507900003")
    assert wulan.status == 404 and "NIK: Nobody has this NIK." in wulan.words
    await wulan.send("/office/find", nik="99")
    assert wulan.status == 422 and "A NIK has 16 digits" in wulan.words
    assert wulan.form("/office/find").fields["nik"] == "99"
    await wulan.send("/office/find", nik="9999 9965 0790 0002")
    assert wulan.at == at(melati) and "MELATI PUSPA CONTOH" in wulan.words
    await wulan.open("/office/find")
    await wulan.send("/office/find-card", kk_number="9999990101200002")
    assert wulan.status == 404 and "No family card has this number." in wulan.words
    await wulan.send("/office/find-card", kk_number="9999990101200001")
    assert wulan.at.startswith("/office/cards/")
    assert "SARI CONTOH In force Head of the family" in wulan.words and "MELATI PUSPA CONTOH" in wulan.words
    looked_at = await office.rows("select distinct resident_id from use_entry where officer = 'Wulan Contoh'")
    assert {row["resident_id"] for row in looked_at} == {sari, melati}


# Registering a family


async def test_a_family_is_registered_member_by_member_with_regions_list_by_list(wulan: Visit, office: Office) -> None:
    await wulan.open("/office/register")
    assert "The list appears once the box above is chosen." in wulan.words
    chosen: dict[str, str] = {}
    for level in ("province", "regency", "district"):
        chosen[f"address.{level}_code"] = REGION[f"address.{level}_code"]
        await wulan.send("/office/register", **chosen, step="list")
    assert "Menteng" in wulan.words
    typed = {"kk_number": "9999990101200001", "address.street": "JL. CONTOH NO. 1", **REGION, **HEAD}
    await wulan.send("/office/register", **typed, step="add")
    assert "Member 2" in wulan.words and wulan.form("/office/register").fields["members.0.full_name"]
    child = {"members.1.nik": "9999990402160003", "members.1.full_name": "Bintang Contoh", "members.1.sex": "L",
             "members.1.relationship": "ANAK", "members.1.birth_date": "2016-02-04", "members.1.religion": "ISLAM",
             "members.1.marital_status": "KAWIN"}  # fmt: skip
    await wulan.send("/office/register", **child)
    assert wulan.status == 422
    assert "Member 2 · Marital status: Too young to have married." in wulan.words
    assert wulan.form("/office/register").fields["members.1.full_name"] == "Bintang Contoh", "what was typed stays"
    await twice(wulan, "/office/register", **{"members.1.marital_status": "BELUM_KAWIN"})
    assert wulan.at.startswith("/office/cards/") and "BINTANG CONTOH In force Child" in wulan.words
    assert await deeds(office) == [("TERDAFTAR", "Wulan Contoh")]
    assert (await office.everything())[0]["cards"] == 1


async def test_an_empty_form_names_every_box_and_a_taken_number_is_told(wulan: Visit, office: Office) -> None:
    await office.register(card_a())
    await wulan.open("/office/register")
    await wulan.send("/office/register")
    assert wulan.status == 422
    for label in ("Family card number (KK)", "Village", "Street and number", "Member 1 · NIK", "Member 1 · Religion"):
        assert f"{label}: It is missing." in wulan.words, label
    typed = {"kk_number": "9999990101200009", "address.street": "JL. CONTOH NO. 1", **REGION, **HEAD}
    await wulan.post("/office/register", {**wulan.form("/office/register").fields, **typed})
    assert wulan.status == 409 and "Member 1 · NIK: This NIK is registered." in wulan.words
    await wulan.send("/office/register", step="less")
    assert "Member 1" in wulan.words and wulan.status == 200


# Life events


async def test_a_death_with_a_new_head(wulan: Visit, office: Office) -> None:
    sari, melati = await office.register(card_a())
    path = at(sari, "death")
    await wulan.open(path)
    await wulan.send(path, died_on="2026-11-01")
    assert wulan.status == 409
    assert "New head of those who stay: Others of this card would be left without a head." in wulan.words
    assert wulan.form(path).fields["died_on"] == "2026-11-01"
    await twice(wulan, path, **{"succession.new_head_id": str(melati)})
    assert wulan.at == at(sari) and "Deceased" in wulan.words
    assert "Wulan Contoh : Death, on 1 November 2026" in wulan.words
    assert (await office.record(melati))["groups"]["family"]["relationship"] == "KEPALA_KELUARGA"
    assert [kind for kind, _ in await deeds(office)] == ["TERDAFTAR", "MENINGGAL"]


async def test_a_birth_is_registered_once_however_often_it_is_clicked(wulan: Visit, office: Office) -> None:
    _, melati, _ = await office.register(couple())
    path = at(melati, "birth")
    await wulan.open(path)
    await wulan.send(path)
    assert wulan.status == 422 and "Full name of the child: It is missing." in wulan.words
    newborn = {"full_name": "Embun Contoh", "sex": "P", "birth_date": "2026-11-02", "birth_place": "JAKARTA"}
    await wulan.send(path, **newborn, father_nik="9999991203880009")
    assert wulan.status == 422 and "NIK of the father: Nobody has this NIK." in wulan.words
    await twice(wulan, path, **newborn, father_nik="9999991203880001", card_of="FATHER")
    assert "EMBUN CONTOH" in wulan.words and "Birth, on 2 November 2026" in wulan.words
    rows = await office.rows("select count(*) as count from resident where full_name = 'EMBUN CONTOH'")
    assert rows == [{"count": 1}]


async def test_a_marriage_and_a_divorce(wulan: Visit, office: Office) -> None:
    _, melati = await office.register(card_a())
    (rangga,) = await office.register(card_b())
    path = at(melati, "marriage")
    await wulan.open(path)
    wedding = {"spouse_nik": "9999991203880001", "married_on": "2026-10-10", "certificate.issuer": "DUKCAPIL",
               "certificate.number": "KUA/1/2026", "household": "HUSBAND_CARD"}  # fmt: skip
    await wulan.send(path, **wedding)
    assert wulan.status == 422 and "Recorded by: KUA records the marriages of Muslims" in wulan.words
    await twice(wulan, path, **{"certificate.issuer": "KUA"})
    assert wulan.at == at(melati) and "Married" in wulan.words and "Wife" in wulan.words
    path = at(rangga, "divorce")
    await wulan.open(path)
    assert "MELATI PUSPA CONTOH" in wulan.words
    ruling = {"ruling.court": "PA JAKARTA PUSAT", "ruling.number": "1/Pdt.G/2026", "ruling.issued_on": "2026-11-01"}
    await wulan.send(path, effective_on="2026-11-05", **ruling)
    assert wulan.status == 422 and "Who leaves the shared card: Divorced people do not share a card." in wulan.words
    await wulan.send(path, leaver_id=str(melati))
    assert wulan.status == 200
    record = await office.record(melati)
    assert record["groups"]["civil"]["marital_status"] == "CERAI_HIDUP"
    assert "PA JAKARTA PUSAT · 1/Pdt.G/2026 · 2026-11-01" in wulan.words, "the ground stands in the trail"


async def test_a_move_of_some_and_of_all(wulan: Visit, office: Office) -> None:
    sari, melati = await office.register(card_a())
    path = at(melati, "move")
    await wulan.open(path)
    new = {"moved_on": "2026-11-01", "address.street": "JL. TELADAN NO. 7", **REGION}
    for level in ("province", "regency", "district"):
        await wulan.send(path, **{f"address.{level}_code": REGION[f"address.{level}_code"]}, step="list")
    await wulan.send(path, **new, member_ids=str(melati))
    assert wulan.status == 422 and "Head of the new card: The new card needs a head." in wulan.words
    await wulan.send(path, member_ids=str(melati), head_id=str(melati))
    assert wulan.status == 200 and "JL. TELADAN NO. 7" in wulan.words
    assert (await office.record(melati))["card_id"] != (await office.record(sari))["card_id"]
    assert [kind for kind, _ in await deeds(office)] == ["TERDAFTAR", "PINDAH"]


async def test_a_field_is_corrected_with_the_box_it_asks(wulan: Visit, office: Office) -> None:
    _, melati = await office.register(card_a())
    path = at(melati, "correction")
    await wulan.open(f"{path}?field=civil.religion")
    assert "Correct: Religion" in wulan.words and "Hinduism" in wulan.words
    await wulan.send(path, value="HINDU")
    assert wulan.status == 422 and "Reason, and on what evidence: It is missing." in wulan.words
    await twice(wulan, path, value="HINDU", reason="Akta perubahan agama")
    assert "Hinduism" in wulan.words and "Akta perubahan agama" in wulan.words
    await wulan.open(f"{path}?field=birth.date")
    await wulan.send(path, value="2026-01-01", reason="Keliru")
    assert wulan.status == 200, wulan.words
    for field in ("identity.nik", "life.status", "nothing", ""):
        assert (await wulan.open(f"{path}?field={field}")).status == 404, field


async def test_a_name_an_annulment_and_an_erasure(wulan: Visit, office: Office) -> None:
    sari, melati = await office.register(card_a())
    (rangga,) = await office.register(card_b())
    path = at(melati, "name-change")
    await wulan.open(path)
    ruling = {"ruling.court": "PN", "ruling.number": "1", "ruling.issued_on": "2026-11-01"}
    await wulan.send(path, full_name="Melati", effective_on="2026-11-02", **ruling)
    assert wulan.status == 422 and "A new name has two words or more" in wulan.words
    await wulan.send(path, full_name="Melati Cahaya Contoh")
    assert "MELATI CAHAYA CONTOH" in wulan.words and "Name changed" in wulan.words

    path = at(rangga, "annulment")
    await wulan.open(path)
    await wulan.send(path, duplicate_nik="9999991203880001", reason="Ganda")
    assert "NIK of the other record, which stays: A record is no double of itself." in wulan.words
    await twice(wulan, path, duplicate_nik="9999996507900002", reason="Pendaftaran ganda")
    assert "Annulled" in wulan.words and "Register what happened" not in wulan.words

    path = at(melati, "erasure")
    await wulan.open(path)
    await wulan.send(path)
    assert wulan.status == 422 and "Ground: It is missing." in wulan.words
    await twice(wulan, path, reason="Perintah 1/2026")
    assert "Withdrawn" in wulan.words and "Perintah 1/2026" in wulan.words
    assert (await wulan.open(at(sari, "nothing"))).status == 404


async def test_a_stale_page_registers_nothing(wulan: Visit, office: Office) -> None:
    _, melati = await office.register(card_a())
    path = at(melati, "death")
    await wulan.open(path)
    corrected = {"resident_id": str(melati), "field": "birth.place", "value": "BOGOR", "reason": "Akta"}
    await office.order("/corrections", corrected)
    await wulan.send(path, died_on="2026-11-01")
    assert wulan.status == 409 and "The record has changed" in wulan.words
    assert (await office.record(melati))["groups"]["life"]["status"] == "ALIVE"


async def test_the_rules_speak_indonesian(wulan: Visit, office: Office) -> None:
    _, melati = await office.register(card_a())
    path = at(melati, "death")
    await wulan.open(f"{path}?lang=id")
    await wulan.send(path, died_on="1800-01-01")
    assert "Tanggal meninggal: " in wulan.words and "Periksa" in wulan.words
    await wulan.open("/office/register")
    await wulan.send("/office/register")
    assert "Nomor kartu keluarga (KK): Belum diisi." in wulan.words


def test_every_sentence_of_the_rules_is_marked_for_translation() -> None:
    """What a FieldError says without Indonesian of its own stands in the catalogue of the pages."""
    marked = set(SENTENCES)
    for file in (*(HOME / "model").glob("*.py"), *(HOME / "service").glob("*.py")):
        for call in (node for node in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(node, ast.Call)):
            if ast.unparse(call.func) == "FieldError" and len(call.args) < 4:
                detail = call.args[1]
                if isinstance(detail, ast.Constant):
                    assert detail.value in marked, f"{file.name}: {detail.value!r}"
