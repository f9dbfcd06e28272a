"""From the counter to the record of uses: licensing verifies Melati and never holds a value; every use stands."""

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from demo.story.cast import MELATI, SARI, Person
from sekali.database import Database
from tests.journeys.stack import Melati, Stack

RUN = "from sekali.cli import main; main()"
MOTHER, KK = "family.mother_name", "family.kk_number"


@pytest.fixture(scope="module")
def melati(stack: Stack) -> Melati:
    return stack.melati()


def verify(stack: Stack, resident_id: UUID, answers: dict[str, str]) -> Any:
    officer = stack.doors.officer("licensing", "dewi")
    return officer.refused("licensing", f"/desk/residents/{resident_id}/verify", {"answers": answers})


def uses(stack: Stack, agency: str, resident_id: UUID, way: str) -> list[dict[str, Any]]:
    found = stack.doors.citizen(resident_id).get(agency, "/uses?limit=200")["uses"]
    return [use for use in found if use["way"] == way]


def mother_of(person: Person) -> str:
    return str(person.mother)


def test_the_officer_hears_match_and_no_match_and_the_values_lie_nowhere_at_licensing(
    stack: Stack, melati: Melati
) -> None:
    right = {MOTHER: mother_of(SARI).lower(), KK: melati.cast.kk(0)}
    wrong = {MOTHER: "PUTRI TELADAN CONTOH", KK: "9999990101209999"}
    assert verify(stack, melati.mother, right).json()["matches"] == {MOTHER: True, KK: True}
    assert verify(stack, melati.mother, wrong).json()["matches"] == {MOTHER: False, KK: False}
    held = asyncio.run(everything(stack, "licensing"))
    assert str(melati.mother) in held, "her copy is there"
    values = (mother_of(SARI), melati.cast.kk(0), *wrong.values())
    assert not [value for value in values if value.lower() in held.lower()]
    written = "".join(file.read_text(errors="replace") for file in stack.platform.place.logs.rglob("*.log"))
    assert not [value for value in (*wrong.values(), melati.cast.kk(0)) if value in written]
    asked = uses(stack, "population", melati.mother, "VERIFY")
    assert [(use["by"]["agency"], use["fields"]) for use in asked] == [("licensing", [KK, MOTHER])] * 2
    assert len(uses(stack, "licensing", melati.mother, "VERIFY")) == 2


def test_the_registry_away_is_said_in_words_and_nothing_is_recorded(stack: Stack, melati: Melati) -> None:
    before = len(uses(stack, "licensing", melati.id, "VERIFY"))
    with stack.without("population"):
        answer = verify(stack, melati.id, {MOTHER: mother_of(MELATI)})
        assert (answer.status_code, answer.json()["type"]) == (503, "urn:sekali:problem:unavailable")
    assert len(uses(stack, "licensing", melati.id, "VERIFY")) == before
    assert verify(stack, melati.id, {MOTHER: mother_of(MELATI)}).json()["matches"] == {MOTHER: True}


def test_she_reads_at_each_agency_who_opened_her_forms(stack: Stack, melati: Melati) -> None:
    melati.door.get("portal", "/forms/licensing/business-licence")
    melati.door.get("portal", "/forms/tax/activation")
    for agency in ("licensing", "tax"):
        (use, *_) = uses(stack, agency, melati.id, "PREFILL")
        assert (use["by"], use["topic"]) == ({"kind": "CITIZEN", "agency": agency}, "population.resident.v1")
        assert use["agreement"].startswith("PKS/")
        assert set(use["purpose"]) == {"id", "en"}


def sekali(stack: Stack, *arguments: str) -> subprocess.CompletedProcess[str]:
    with stack.platform.place.chosen():
        return subprocess.run(
            [sys.executable, "-c", RUN, "uses", *arguments], capture_output=True, text=True, timeout=60, check=False
        )


def test_the_command_verifies_all_chains_and_names_the_first_broken_entry(
    stack: Stack, melati: Melati, tmp_path: Path
) -> None:
    verify(stack, melati.id, {MOTHER: mother_of(MELATI)})
    told = sekali(stack, "verify")
    assert told.returncode == 0, told.stderr
    assert {line.partition(":")[0] for line in told.stdout.splitlines()} >= {"licensing", "population", "portal", "tax"}
    listed = sekali(stack, "list", "population", "--of", str(melati.id)).stdout
    assert "VERIFY  population.resident.v1: family.mother_name" in listed
    assert "dewi" not in listed
    assert "OFFICER licensing dewi" in sekali(stack, "list", "--of", str(melati.id), "--officers").stdout

    kept = tmp_path / "checkpoint.json"
    kept.write_text(sekali(stack, "checkpoint").stdout)
    assert sekali(stack, "verify", "--against", str(kept)).returncode == 0
    number = asyncio.run(change_the_last(stack, melati.id, "'{identity.nik}'"))
    try:
        broken = sekali(stack, "verify", "population", "tax")
        assert broken.returncode == 1
        assert broken.stderr.strip().startswith(f"population: entry {number} of the record of uses does not fit")
        assert broken.stdout.startswith("tax: ")
    finally:
        asyncio.run(change_the_last(stack, melati.id, "'{family.mother_name}'"))
    assert sekali(stack, "verify", "--against", str(kept)).returncode == 0
    assert sekali(stack, "verify", "nowhere").returncode == 1


async def change_the_last(stack: Stack, resident_id: UUID, fields: str) -> int:
    """As somebody with the password of the registry's database server, triggers off; the number of the entry."""
    name = stack.endpoints.postgres["population"].rpartition("/")[2]
    database = Database(stack.platform.admin.postgres_at(name), pool_size=1)
    async with database.transaction() as session:
        await session.execute(text("set local session_replication_role = replica"))
        found = await session.scalar(
            text(f"update use_entry set fields = {fields} where number = (select max(number) from use_entry"
                 " where way = 'VERIFY' and resident_id = :id) returning number"), {"id": resident_id}
        )  # fmt: skip
    await database.close()
    assert isinstance(found, int)
    return found


async def everything(stack: Stack, agency: str) -> str:
    """Every row of every table of an agency's database, as JSON text."""
    database = Database(stack.endpoints.database_url(agency), pool_size=1)
    async with database.transaction() as session:
        tables = await session.scalars(text("select tablename from pg_tables where schemaname = 'public'"))
        rows = [
            row for table in tables for row in await session.scalars(text(f'select to_jsonb(t)::text from "{table}" t'))
        ]
    await database.close()
    return "\n".join(rows)
