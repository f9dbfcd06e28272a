"""Dewi, an officer, works at the desk's pages, on a real database."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import text

from sekali.asking import Asking
from sekali.doors import application
from sekali.pages import Names, Pages
from sekali.testing_pages import Visit
from sekali.tokens import Speaker
from services.licensing import pages, service
from services.licensing.app import TITLE
from services.licensing.model import Decision
from services.licensing.model.application import DECISIONS, WAYS
from services.licensing.tests import people
from services.licensing.tests.counterpart import Counterpart
from services.licensing.tests.office import Office

MELATI = "9999996507900002"


@pytest.fixture
def registry() -> Iterator[Counterpart]:
    running = Counterpart()
    yield running
    running.shut()


@pytest.fixture
async def client(office: Office, registry: Counterpart) -> AsyncIterator[httpx.AsyncClient]:
    asking = Asking(Speaker(office.settings), "population", registry.url, timedelta(seconds=2))
    names = Names(office.catalogue, office.settings.root)
    rooms = pages.lists(), pages.cases(names), pages.licences(), pages.people(names, asking)
    app = application(office, *rooms, title=TITLE, pages=Pages(TITLE, pages.ROOM))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
        client.cookies.set("lang", "en")
        yield client
    await asking.close()


@pytest.fixture
async def dewi(client: httpx.AsyncClient) -> Visit:
    return await Visit(client).officer("dewi")


@pytest.fixture
async def melati(office: Office) -> UUID:
    return await office.registered()


async def restaurant(office: Office, melati: UUID, answered: str = "VALID") -> str:
    """The path of her application; tax has answered, unless told otherwise."""
    receipt = await office.apply(melati, **people.RESTAURANT)
    if answered:
        await office.tax_answers(melati, await office.latest_request(UUID(receipt["application_id"])), answered)
    return f"/office/applications/{receipt['application_id']}"


async def acts(office: Office) -> list[tuple[str, str, str | None, str | None]]:
    rows = await office.rows("select actor, deed, reason_code, reason from act order by act_id")
    return [(row["actor"], row["deed"], row["reason_code"], row["reason"]) for row in rows]


async def test_nobody_sees_the_desk_without_signing_in(client: httpx.AsyncClient, office: Office, melati: UUID) -> None:
    case = await restaurant(office, melati)
    for path in ("/", "/office", "/office/later-checks", "/office/find", case, f"/office/people/{melati}"):
        answer = await client.get(path, headers={"Accept": "text/html"})
        assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/sign-in"), path
    posted = await client.post(case, data={"decision": "verify", "seen": "2"}, headers={"Accept": "text/html"})
    assert posted.status_code == 303
    assert await acts(office) == []


async def test_what_waits_stands_with_its_clock_the_most_urgent_first(
    dewi: Visit, office: Office, melati: UUID
) -> None:
    await restaurant(office, melati)
    office.clock.turn(days=3)
    ratna = await office.registered(people.resident("9999997108850001", "RATNA CONTOH"))
    await office.apply(ratna, **people.RESTAURANT | {"nik": "9999997108850001", "trade_name": "Dapur Ratna"})
    await dewi.officer("dewi")  # her session of Friday has ended
    await dewi.open("/")
    assert dewi.at == "/office"
    assert "2 applications" in dewi.words
    assert dewi.words.index("Rumah Makan Contoh") < dewi.words.index("Dapur Ratna")
    assert "6 working days left, until 1 December 2026 An officer acts" in dewi.words
    assert "7 working days left, until 2 December 2026 Tax acts" in dewi.words
    assert MELATI not in dewi.html and "MELATI" not in dewi.html, "a list shows nobody's facts"
    assert await office.rows("select * from use_entry") == []

    await dewi.open("/office?status=MENUNGGU_KSWP")
    assert "Dapur Ratna" in dewi.words and "Rumah Makan Contoh" not in dewi.words
    await dewi.open("/office?status=PERLU_PERBAIKAN")
    assert "Nothing waits here." in dewi.words


async def test_the_clock_says_when_it_is_late(dewi: Visit, office: Office, melati: UUID) -> None:
    await restaurant(office, melati)
    office.clock.turn(days=11)  # Tuesday 1 December, the last day
    await dewi.officer("dewi")
    await dewi.open("/office")
    assert "Today is the last day" in dewi.words
    office.clock.turn(days=1)
    await dewi.officer("dewi")
    await dewi.open("/office")
    assert "Late: it issues itself any moment" in dewi.words


async def test_a_case_shows_the_facts_with_their_source_the_answers_and_the_file(
    dewi: Visit, office: Office, melati: UUID
) -> None:
    case = await restaurant(office, melati)
    await dewi.open(case)
    assert (
        "Population registry (Dukcapil) As of 20 November 2026, 10:00 WIB Full name MELATI PUSPA CONTOH Sex Female"
        in dewi.words
    )
    assert "Product or service Kue basah" in dewi.words
    assert "Planned capital Rp\xa050,000,000" in dewi.words or "50,000,000" in dewi.words
    assert "Tax was asked for the tax status" in dewi.words and "Tax answered: valid" in dewi.words
    (use,) = await office.rows("select kind, officer, topic, fields from use_entry")
    assert (use["officer"], use["topic"]) == ("dewi", "population.resident.v1")
    assert "identity.full_name" in use["fields"]


async def test_a_page_that_cannot_be_recorded_shows_nothing(dewi: Visit, office: Office, melati: UUID) -> None:
    case = await restaurant(office, melati)
    async with office.database.transaction() as session:
        await session.execute(text("alter table use_entry rename to elsewhere"))
    await dewi.open(case)
    assert dewi.status == 503
    assert "MELATI" not in dewi.html


async def test_she_approves_and_it_is_kept_who_did_it(dewi: Visit, office: Office, melati: UUID) -> None:
    case = await restaurant(office, melati)
    await dewi.open(case)
    await dewi.send(case, decision="verify")
    assert dewi.status == 200 and "dewi approved" in dewi.words
    assert "Verified" in dewi.words
    assert await acts(office) == [("dewi", "verify", None, None)]
    assert "Your decision" not in dewi.words


async def test_a_double_click_decides_once(dewi: Visit, office: Office, melati: UUID) -> None:
    case = await restaurant(office, melati)
    await dewi.open(case)
    fields = {
        **dewi.form(case).fields,
        "decision": "return",
        "reason_code": "DATA_INCOMPLETE",
        "reason": "Denah kurang",
    }
    for _ in range(2):
        await dewi.post(case, fields)
        assert dewi.status == 200
        assert "Returned to the applicant" in dewi.words
    assert await acts(office) == [("dewi", "return", "DATA_INCOMPLETE", "Denah kurang")]


async def test_a_return_needs_a_code_and_words_and_what_was_typed_stays(
    dewi: Visit, office: Office, melati: UUID
) -> None:
    case = await restaurant(office, melati)
    await dewi.open(case)
    await dewi.send(case)
    assert dewi.status == 422
    assert "No decision is chosen." in dewi.words and "The reason is missing." in dewi.words
    await dewi.send(case, decision="return", reason="Denah tempat usaha kurang")
    assert dewi.status == 422
    assert "Reason: No reason is chosen. Choose one." in dewi.words
    assert dewi.form(case).fields["reason"] == "Denah tempat usaha kurang"
    assert dewi.form(case).fields["decision"] == "return"
    await dewi.send(case, reason_code="KKPR_MISSING", reason="Dua\nbaris")
    assert dewi.status == 200
    assert await acts(office) == [("dewi", "return", "KKPR_MISSING", "Dua\nbaris")]


async def test_a_case_that_moved_on_meanwhile_is_not_decided_unseen(
    dewi: Visit, client: httpx.AsyncClient, office: Office, melati: UUID
) -> None:
    case = await restaurant(office, melati)
    await dewi.open(case)
    old = {**dewi.form(case).fields, "decision": "verify", "reason": "Sudah saya periksa"}
    await dewi.send(case, decision="return", reason_code="DATA_INCOMPLETE", reason="Denah kurang")
    await dewi.post(case, old)
    assert dewi.status == 409
    assert "The record has changed since" in dewi.words
    assert dewi.form(case).fields["reason"] == "Sudah saya periksa", "what was typed stays"
    assert [deed for _, deed, _, _ in await acts(office)] == ["return"]


async def test_she_goes_on_while_tax_is_silent_and_rejects(dewi: Visit, office: Office, melati: UUID) -> None:
    case = await restaurant(office, melati, answered="")
    await dewi.open(case)
    await dewi.send(case, decision="proceed")
    assert dewi.status == 422
    await dewi.send(case, decision="proceed", reason="Pajak diam sejak kemarin")
    assert dewi.status == 200
    await dewi.send(case, decision="reject", reason_code="REQUIREMENT_NOT_MET", reason="Zona tidak sesuai")
    assert "Rejected" in dewi.words and "Revoked" in dewi.words
    assert [deed for _, deed, _, _ in await acts(office)] == ["proceed", "reject"]
    assert "Your decision" not in dewi.words


async def test_a_dead_applicants_case_says_so(dewi: Visit, office: Office, melati: UUID) -> None:
    case = await restaurant(office, melati)
    await office.hear("population.resident.v1", melati, people.dead())
    await dewi.open(case)
    assert "has recorded this person's death" in dewi.words
    assert "Halted" in dewi.words and "The applicant has died" in dewi.words


async def test_a_withdrawn_case_is_told_in_her_words_and_not_decided_any_more(
    dewi: Visit, office: Office, melati: UUID
) -> None:
    case = await restaurant(office, melati)
    await dewi.open(case)
    old = {**dewi.form(case).fields, "decision": "verify"}
    async with office.database.transaction() as session:
        await service.withdraw(session, UUID(case.rpartition("/")[2]), melati, "Sewa tempatnya batal")
    await dewi.post(case, old)
    assert dewi.status == 409 and "The record has changed since" in dewi.words
    await dewi.open(case)
    assert "Halted Nobody needs to act · Withdrawn" in dewi.words
    assert "The applicant withdrew the application Sewa tempatnya batal" in dewi.words
    assert "Your decision" not in dewi.words and "Revoked" in dewi.words
    await dewi.open("/office")
    assert "Rumah Makan Contoh" not in dewi.words


async def test_an_erased_persons_case_is_held_and_not_shown(dewi: Visit, office: Office, melati: UUID) -> None:
    case = await restaurant(office, melati)
    await office.hear("population.resident.v1", melati, None)
    for path in (case, f"/office/people/{melati}"):
        await dewi.open(path)
        assert dewi.status in {404, 451}, path
        assert "MELATI" not in dewi.html


async def test_later_checks_are_listed(dewi: Visit, office: Office, melati: UUID) -> None:
    case = await restaurant(office, melati, answered="")
    office.clock.turn(days=20)
    async with office.database.transaction() as session:
        await service.approve_by_deadline(session, UUID(case.rpartition("/")[2]))
    await dewi.officer("dewi")
    await dewi.open("/office/later-checks")
    assert "Rumah Makan Contoh" in dewi.words and "deemed approval" in dewi.words
    await dewi.open(case)
    assert "still to be looked at" in dewi.words


async def test_a_person_is_found_by_nik_which_never_stands_in_an_address(
    dewi: Visit, office: Office, melati: UUID
) -> None:
    await restaurant(office, melati)
    await dewi.open("/office/find")
    await dewi.send("/office/find", nik="9999996507900003")
    assert dewi.status == 404 and "Nobody with this NIK is known here." in dewi.words
    await dewi.send("/office/find", nik="12")
    assert dewi.status == 422 and dewi.form("/office/find").fields["nik"] == "12"
    await dewi.send("/office/find", nik="9999 9965 0790 0002")
    assert dewi.at == f"/office/people/{melati}"
    assert "MELATI PUSPA CONTOH" in dewi.words and "Rumah Makan Contoh" in dewi.words
    (first, *_) = await office.rows("select officer, fields from use_entry order by number")
    assert (first["officer"], first["fields"]) == ("dewi", ["identity.nik"])


async def test_she_verifies_who_stands_there(dewi: Visit, office: Office, melati: UUID, registry: Counterpart) -> None:
    door = f"/office/people/{melati}"
    await dewi.open(door)
    registry.body = '{"matches": {"family.mother_name": true, "family.kk_number": false}}'
    await dewi.send(f"{door}/verify", mother="SARI CONTOH", card="9999990101200001")
    assert dewi.status == 200
    assert "Mother's name: match" in dewi.words and "Family card number (KK): no match" in dewi.words
    assert "SARI" not in dewi.html, "what was said is not shown again"
    uses = await office.rows("select way, fields from use_entry where way = 'VERIFY'")
    assert uses == [{"way": "VERIFY", "fields": ["family.kk_number", "family.mother_name"]}]

    await dewi.send(f"{door}/verify")
    assert dewi.status == 422 and "Nothing is asked." in dewi.words
    registry.status, registry.body = 500, "{}"
    await dewi.send(f"{door}/verify", mother="SARI CONTOH")
    assert dewi.status == 503 and "Nothing was compared" in dewi.words
    assert dewi.form(f"{door}/verify").fields["mother"] == "SARI CONTOH", "what was typed stays"


async def test_a_licence_is_suspended_reinstated_and_revoked(dewi: Visit, office: Office, melati: UUID) -> None:
    receipt = await office.apply(melati)
    path = f"/office/licences/{receipt['licence_id']}"
    await dewi.open(path)
    await dewi.send(path, decision="suspend")
    assert dewi.status == 422 and "The reason is missing." in dewi.words
    for decision, word in (("suspend", "Suspended"), ("reinstate", "Issued"), ("revoke", "Revoked")):
        fields: dict[str, Any] = {**dewi.form(path).fields, "decision": decision, "reason": f"Pemeriksaan {decision}"}
        for _ in range(2):
            await dewi.post(path, fields)
            assert dewi.status == 200 and word in dewi.words
    assert [deed for _, deed, _, _ in await acts(office)] == ["DIBEKUKAN", "reinstate", "DICABUT"]
    assert "Your decision" not in dewi.words


async def test_strangers_and_other_peoples_ids_lead_nowhere(dewi: Visit) -> None:
    for path in (f"/office/applications/{uuid4()}", f"/office/licences/{uuid4()}", "/office/nothing"):
        assert (await dewi.open(path)).status == 404, path
    assert (await dewi.open(f"/office/people/{uuid4()}")).status == 409
    assert "not heard of" in dewi.words


async def test_a_form_without_the_pages_own_mark_decides_nothing(dewi: Visit, office: Office, melati: UUID) -> None:
    case = await restaurant(office, melati)
    await dewi.open(case)
    await dewi.post(case, {**dewi.form(case).fields, "csrf": "made-up", "decision": "verify"})
    assert dewi.status == 403
    assert await acts(office) == []


async def test_the_pages_speak_indonesian(dewi: Visit, office: Office, melati: UUID) -> None:
    case = await restaurant(office, melati)
    await dewi.open(f"{case}?lang=id")
    assert "Kependudukan (Dukcapil) Per 20 November 2026, 10.00 WIB Nama lengkap MELATI PUSPA CONTOH" in dewi.words
    await dewi.send(case, decision="return")
    assert "Alasan: Belum ada alasan yang dipilih." in dewi.words


def test_what_is_offered_is_what_the_rules_let_through() -> None:
    """Each decision of the table leads on from its station, and no station that has one is left out."""
    become = {Decision.VERIFY: "DISETUJUI", Decision.RETURN: "PERLU_PERBAIKAN", Decision.REJECT: "DITOLAK",
              Decision.PROCEED: "MENUNGGU_VERIFIKASI"}  # fmt: skip
    for status, ways in WAYS.items():
        offered = {become[decision] for decision in DECISIONS.get(status, ())}
        assert offered <= {str(way) for way in ways}
        assert ("DITOLAK" in ways) == (Decision.REJECT in DECISIONS.get(status, ()))
