"""Licensing asks whether answers match; it hears yes or no, is written down, and cannot find a value by trying."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import text

from sekali.matching import exact, matches, plain
from sekali.testing import Clock
from services.population.app import workers
from services.population.settings import Settings
from services.population.tests.families import card_a
from services.population.tests.office import OFFICER, Office, open_office

LICENSING = {"Authorization": "Bearer agency:licensing"}
MOTHER, KK = "family.mother_name", "family.kk_number"
RIGHT = {MOTHER: "SARI CONTOH", KK: "9999990101200001"}
WRONG = {MOTHER: "ENDANG CONTOH"}


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime(2026, 11, 20, 3, tzinfo=UTC))


@pytest.fixture
async def office(migrated_database: Callable[[str], str], tmp_path: Path, clock: Clock) -> AsyncIterator[Office]:
    opened = await open_office(migrated_database("population"), tmp_path / "keys", clock)
    yield opened
    await opened.door.aclose()
    await opened.bus.registry.close()
    await opened.bus.database.close()


@pytest.fixture
async def melati(office: Office) -> UUID:
    _, melati = await office.register(card_a())
    return melati


async def ask(
    office: Office, resident_id: UUID, answers: dict[str, Any], headers: dict[str, str] = LICENSING
) -> httpx.Response:
    question = {"resident_id": str(resident_id), "answers": answers}
    return await office.door.post("/verify", json=question, headers=headers)


async def recorded(office: Office) -> list[dict[str, Any]]:
    return await office.rows("select * from use_entry where way = 'VERIFY' order by number")


async def test_licensing_hears_for_each_field_whether_it_matches(office: Office, melati: UUID) -> None:
    answer = await ask(office, melati, {MOTHER: "  sari   Contoh ", KK: "9999990101200009"})
    assert answer.status_code == 200
    assert answer.json() == {"resident_id": str(melati), "matches": {MOTHER: True, KK: False}}
    assert (await ask(office, melati, RIGHT)).json()["matches"] == {MOTHER: True, KK: True}


async def test_it_is_recorded_who_asked_about_which_fields_what_for_and_never_the_answers(
    office: Office, melati: UUID, clock: Clock
) -> None:
    await ask(office, melati, RIGHT | WRONG)
    (entry,) = await recorded(office)
    contract = office.bus.catalogue.contracts["licensing", "population.resident.v1"]
    assert (entry["kind"], entry["agency"], entry["officer"]) == ("AGENCY", "licensing", None)
    assert (entry["resident_id"], entry["fields"], entry["at"]) == (melati, [KK, MOTHER], clock.at)
    assert (entry["purpose_en"], entry["agreement"]) == (contract.purpose["en"], contract.agreement)
    kept = str([await office.rows(f"select * from {table}") for table in ("use_entry", "use_head", "verify_miss")])
    assert not any(value in kept for value in (*RIGHT.values(), *WRONG.values()))
    assert set((await office.rows("select * from verify_miss"))[0]) == {"miss_id", "agency", "resident_id", "missed_at"}


async def test_the_citizen_sees_that_licensing_asked(office: Office, melati: UUID) -> None:
    await ask(office, melati, RIGHT)
    mine = await office.door.get("/uses", headers={"Authorization": f"Bearer citizen:{melati}"})
    (use,) = mine.json()["uses"]
    assert (use["by"], use["way"]) == ({"kind": "AGENCY", "agency": "licensing"}, "VERIFY")
    assert set(use["purpose"]) == {"id", "en"}
    others = await office.door.get("/uses", headers={"Authorization": f"Bearer citizen:{uuid4()}"})
    assert others.json() == {"uses": [], "next": None}


@pytest.mark.parametrize(
    "hindrance",
    [
        "alter table use_entry rename to elsewhere",
        "alter table use_head rename to elsewhere",
        "create trigger full_up before insert on use_entry for each statement execute function use_refuse()",
    ],
    ids=["no table", "no head", "the insert is refused"],
)
async def test_what_cannot_be_recorded_is_not_answered(office: Office, melati: UUID, hindrance: str) -> None:
    async with office.bus.transaction() as session:
        await session.execute(text(hindrance))
    for answers in (RIGHT, WRONG):
        answer = await ask(office, melati, answers)
        assert (answer.status_code, answer.json()["type"]) == (503, "urn:sekali:problem:use-not-recorded")
        assert "matches" not in answer.json()
    looked = await office.door.get(f"/residents/{melati}", headers=OFFICER)
    assert looked.status_code == 503
    assert "MELATI" not in looked.text
    assert await office.rows("select * from verify_miss") == []


# Who may ask what


async def test_only_what_the_contract_lists_under_verify_may_be_asked(office: Office, melati: UUID) -> None:
    answer = await ask(office, melati, RIGHT | {"identity.full_name": "MELATI PUSPA CONTOH", "melati.contoh": "x"})
    told = answer.json()
    assert (answer.status_code, told["type"]) == (403, "urn:sekali:problem:verify-not-agreed")
    assert "contracts/licensing/population.resident.v1.avsc" in told["detail"]
    assert {one["field"] for one in told["fields"]} == {"answers.identity.full_name", "answers"}
    assert "melati" not in answer.text.lower()
    assert await recorded(office) == []


async def test_an_agency_without_such_a_contract_and_people_are_refused(office: Office, melati: UUID) -> None:
    for token in ("agency:portal", "agency:health"):
        answer = await ask(office, melati, RIGHT, {"Authorization": f"Bearer {token}"})
        assert (answer.status_code, answer.json()["type"]) == (403, "urn:sekali:problem:verify-not-agreed"), token
    for token in ("officer:population:wulan", "officer:licensing:dewi", f"citizen:{melati}"):
        answer = await ask(office, melati, RIGHT, {"Authorization": f"Bearer {token}"})
        assert (answer.status_code, answer.json()["type"]) == (403, "urn:sekali:problem:forbidden"), token
    assert await recorded(office) == []


async def test_a_contract_that_has_ended_ends_the_answers(office: Office, melati: UUID, clock: Clock) -> None:
    end = office.bus.catalogue.contracts["licensing", "population.resident.v1"].valid_until
    clock.at = datetime(end.year, end.month, end.day, 12, tzinfo=UTC)
    assert (await ask(office, melati, RIGHT)).status_code == 200, "its last day"
    clock.turn(days=1)
    answer = await ask(office, melati, RIGHT)
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:sekali:problem:verify-not-agreed")
    assert "ended on" in answer.json()["detail"]


@pytest.mark.parametrize(
    "answers",
    [{}, {MOTHER: ""}, {MOTHER: "x" * 201}, {MOTHER: 5}, {"MOTHER": "x"}, {MOTHER: None},
     {f"family.f{number}": "x" for number in range(11)}],
)  # fmt: skip
async def test_a_question_has_one_to_ten_fields_of_one_line_each(
    office: Office, melati: UUID, answers: dict[str, Any]
) -> None:
    answer = await ask(office, melati, answers)
    assert answer.status_code == 422, answer.text
    assert all(field["field"].startswith("answers") for field in answer.json()["fields"])


# Who is not there


async def test_the_unknown_and_the_annulled_get_the_same_answer_and_are_recorded(office: Office, melati: UUID) -> None:
    again = card_a() | {"kk_number": "9999990101200007"}
    for member, nik in zip(again["members"], ("9999994511650007", "9999996507900007"), strict=True):
        member["nik"] = nik
    _, double = await office.register(again)
    annulment = {"resident_id": str(double), "duplicate_of": str(melati), "reason": "Data ganda", "version": 1}
    await office.order("/annulments", annulment)
    said = [await ask(office, one, RIGHT) for one in (uuid4(), double)]
    assert [one.status_code for one in said] == [404, 404]
    bodies = [{name: text for name, text in one.json().items() if name != "instance"} for one in said]
    assert bodies[0] == bodies[1]
    assert len(await recorded(office)) == 2


# Trying


async def test_who_guesses_has_to_wait_a_day_and_is_told_how_long(office: Office, melati: UUID, clock: Clock) -> None:
    for _ in range(5):
        assert (await ask(office, melati, WRONG)).json()["matches"] == {MOTHER: False}
        clock.turn(hours=1)
    for answers in (WRONG, RIGHT):
        answer = await ask(office, melati, answers)
        assert (answer.status_code, answer.json()["type"]) == (429, "urn:sekali:problem:too-many-mismatches")
        assert answer.headers["retry-after"] == str(19 * 3600)
        assert "matches" not in answer.json()
    clock.turn(hours=19)
    assert (await ask(office, melati, RIGHT)).json()["matches"] == {MOTHER: True, KK: True}
    assert len(await recorded(office)) == 6, "what was not compared was no use"


async def test_right_answers_do_not_count_and_others_are_not_held_up(office: Office, melati: UUID) -> None:
    sari = (await office.rows("select resident_id from resident where full_name like 'SARI%'"))[0]["resident_id"]
    for _ in range(8):
        assert (await ask(office, melati, RIGHT)).status_code == 200
    for _ in range(5):
        await ask(office, melati, WRONG)
    assert (await ask(office, melati, RIGHT)).status_code == 429
    assert (await ask(office, sari, {MOTHER: "WARSINI CONTOH"})).json()["matches"] == {MOTHER: True}


async def test_of_many_guesses_at_once_no_more_are_answered(office: Office, melati: UUID) -> None:
    said = await asyncio.gather(*(ask(office, melati, {MOTHER: f"CONTOH {number}"}) for number in range(15)))
    assert sorted(one.status_code for one in said) == [200] * 5 + [429] * 10


async def test_old_mismatches_are_forgotten(office: Office, melati: UUID, clock: Clock) -> None:
    await ask(office, melati, WRONG)
    (worker,) = [one for one in workers(Settings.model_construct()) if one.name == "forget old mismatches"]
    await worker.run(office.bus)
    assert len(await office.rows("select * from verify_miss")) == 1
    clock.turn(days=1, seconds=1)
    await worker.run(office.bus)
    assert await office.rows("select * from verify_miss") == []


# Comparing


@pytest.mark.parametrize(
    ("held", "answer"),
    [("SARI CONTOH", "sari  contoh\t"), ("SITI N\u00dcR", "siti nu\u0308r"), ("STRASSE", "straße")],
)
def test_names_match_whatever_case_spaces_and_signs(held: str, answer: str) -> None:
    assert matches(held, answer, plain)
    assert not matches(held, answer + "x", plain)


def test_codes_match_exactly_and_nothing_held_matches_nothing() -> None:
    assert matches("L", " L ", exact)
    assert not matches("L", "l", exact)
    assert matches(datetime(1990, 7, 25).date(), "1990-07-25", exact)
    assert not matches(None, "None", plain)
    assert not matches("", "x", plain)
