"""Melati asks to be erased: within a minute nothing of hers is left at any agency but what a law holds."""

import asyncio
import json
import time
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from confluent_kafka import Producer

from demo.story import answers
from demo.story.cast import MELATI
from demo.story.checking import until
from sekali import cli
from sekali.cli.erase import NotErased
from tests.journeys.stack import LIMIT_SECONDS, Melati, Stack

HEARERS = ("licensing", "portal", "tax")
# What may name her afterwards, by id alone: that she was erased, who saw what (append-only), what a law holds; graves.
BY_ID = {"erasure", "own_grave", "use_entry", "legal_hold"}
GRAVE = {"resident_id", "version", "gone", "as_of", "heard_at", "said_at", "v2_version"}
TABLES = "select table_name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'"
PARKED = """
    insert into parked (topic, key, awaited_topic, awaited_key, partition, record_offset, record_timestamp,
                        header_names, header_values, payload, parked_at, deadline)
    values ('licensing.kswp-requested.v1', $1, 'population.resident.v1', $2, 0, -($3::bigint), 0, '{}', '{}', 'x',
            now(), now() + interval '1 day')
"""


class Databases:
    """Every agency's own database, looked at from outside of its service."""

    def __init__(self, stack: Stack) -> None:
        self._endpoints = stack.endpoints

    def ask(self, agency: str, query: str, *values: Any) -> list[Any]:
        async def asked() -> list[Any]:
            connection = await asyncpg.connect(self._endpoints.postgres[agency])
            try:
                return list(await connection.fetch(query, *values))
            finally:
                await connection.close()

        return asyncio.run(asked())

    def tables_with(self, agency: str, wanted: str, of: str = "") -> set[str]:
        """Tables with a row that holds this text anywhere, keys of queues and payloads too, and `of` beside it."""
        found = set()
        for (table,) in self.ask(agency, TABLES):
            # bytea prints as hexadecimal digits.
            query = f"""select 1 from "{table}" t where (t::text ilike $1 or t::text ilike $2)
                        and t::text ilike $3 limit 1"""
            if self.ask(agency, query, f"%{wanted}%", f"%{wanted.encode().hex()}%", f"%{of}%"):
                found.add(table)
        return found

    def columns_left(self, agency: str, table: str, resident_id: UUID) -> set[str]:
        """Columns that are not empty in the rows that name her."""
        query = f"""select distinct name from "{table}" t, jsonb_each(to_jsonb(t)) as held (name, value)
                    where t::text like $1 and value <> 'null'"""
        return {name for (name,) in self.ask(agency, query, f"%{resident_id}%")}


@pytest.fixture(scope="module")
def databases(stack: Stack) -> Databases:
    return Databases(stack)


def busy(stack: Stack, databases: Databases) -> tuple[Melati, dict[str, Any]]:
    """Contact, licences, an open application, a taxpayer number, an open correction, dead letters, a parked effect."""
    melati = stack.melati()
    receipt = melati.send(melati.shop(full_name="MELATI PUSPITA CONTOH"))
    melati.wait_tracked(receipt["application_id"], "TERBIT")
    views = stack.views
    until("her business at tax", lambda: bool(views.activation(melati.id).get("trade_name")), LIMIT_SECONDS)
    body = {"submission_id": str(uuid4()), "answers": answers.activation(melati.cast, MELATI)}
    melati.door.post("portal", "/forms/tax/activation", body, 201)
    restaurant = melati.send(answers.restaurant(melati.cast, MELATI))
    melati.wait_tracked(restaurant["application_id"], "MENUNGGU_VERIFIKASI")
    key = str(melati.id).encode()
    poison(stack, key)
    for agency in HEARERS:
        until(f"a dead letter of hers at {agency}", lambda a=agency: dead(databases, a, key) > 0, LIMIT_SECONDS)  # type: ignore[misc]
    databases.ask("tax", PARKED, key, uuid4(), time.time_ns())
    until("her proposal at the register", lambda: bool(proposed(databases, melati.id)), LIMIT_SECONDS)
    return melati, receipt


def poison(stack: Stack, key: bytes) -> None:
    """What nobody can decode, under her key."""
    producer = Producer({**stack.platform.admin.confluent()})
    producer.produce("population.resident.v1", value=b"MELATI PUSPA CONTOH", key=key)
    assert producer.flush(20) == 0


def dead(databases: Databases, agency: str, key: bytes) -> int:
    return len(databases.ask(agency, "select 1 from dead_letter where key = $1", key))


def is_said(databases: Databases, agency: str) -> bool:
    return databases.ask(agency, "select 1 from outbox") == []


def proposed(databases: Databases, resident_id: UUID) -> list[Any]:
    return databases.ask("population", "select 1 from proposal where resident_id = $1", resident_id)


def erase(stack: Stack, melati: Melati, file: Path, *more: str) -> dict[str, Any]:
    """`sekali erase` as an officer runs it; the receipt that it wrote."""
    with stack.platform.place.chosen():
        assert cli.run(["erase", str(melati.id), "--officer", "wulan", "--json", str(file), *more]) == 0
    receipt: dict[str, Any] = json.loads(file.read_text())
    return receipt


def test_melati_is_erased_everywhere_and_her_mother_is_not(
    stack: Stack, databases: Databases, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    melati, _ = busy(stack, databases)
    mother = {agency: databases.tables_with(agency, str(melati.mother)) for agency in HEARERS}
    begun = time.monotonic()
    receipt = erase(stack, melati, tmp_path / "receipt.json", "--reason", "Permohonan CONTOH/2026/7")
    assert time.monotonic() - begun < LIMIT_SECONDS
    assert (receipt["complete"], receipt["missing"]) == (True, [])
    of = {one["agency"]: one for one in receipt["agencies"]}
    assert sorted(of) == list(HEARERS)
    assert of["tax"]["cleared"]["parked"] == 1
    assert all(of[agency]["cleared"]["dead_letters"] >= 1 for agency in HEARERS)
    assert of["portal"]["cleared"]["contacts"] == of["portal"]["cleared"]["corrections"] == 1
    held = {agency: sorted(hold["record"] for hold in of[agency]["holds"]) for agency in HEARERS}
    assert held == {
        "licensing": ["application", "application", "licence", "licence"],
        "portal": [],
        "tax": ["application", "taxpayer"],
    }
    printed = capsys.readouterr().out
    assert "Complete" in printed
    assert "CONTOH/2026/7" not in printed

    for agency in HEARERS:
        until(f"all of {agency} is said", lambda a=agency: is_said(databases, a), LIMIT_SECONDS)  # type: ignore[misc]
        for wanted in (melati.cast.nik(MELATI), melati.cast.email("melati")):
            assert databases.tables_with(agency, wanted) <= {"legal_hold"}, agency
        for name in (MELATI.name, "MELATI PUSPITA"):  # other journeys have a Melati too
            assert databases.tables_with(agency, name, of=str(melati.id)) <= {"legal_hold"}, agency
        for table in databases.tables_with(agency, str(melati.id)) - BY_ID:
            assert databases.columns_left(agency, table, melati.id) <= GRAVE, (agency, table)
        assert databases.tables_with(agency, str(melati.mother)) >= mother[agency] - {"outbox"}, agency
    assert proposed(databases, melati.id) == []
    assert stack.views.licensing_copy(melati.mother)["full_name"]


def test_nothing_more_happens_to_her(stack: Stack, databases: Databases, tmp_path: Path) -> None:
    melati, receipt = busy(stack, databases)
    first = erase(stack, melati, tmp_path / "receipt.json", "--reason", "Permohonan CONTOH/2026/8")
    officer = stack.doors.officer("population")
    later = {"resident_id": str(melati.id), "died_on": "2026-01-02"}
    refused = officer.refused("population", "/deaths", later)
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:sekali:problem:withdrawn")
    for agency, path in (
        ("licensing", f"/desk/applications/{receipt['application_id']}"),
        ("tax", f"/taxpayers/{melati.id}"),
    ):
        assert stack.doors.officer(agency).status(agency, path) == 451
    assert melati.door.status("portal", "/forms/portal/contact") == 409
    assert stack.views.tracked(melati.id) == {}

    # What somebody writes under her key is not even put aside, and the register says the tombstone again.
    poison(stack, str(melati.id).encode())
    mother = {"resident_id": str(melati.mother), "moved_on": "2026-01-02",
              "address": {"street": "JALAN CEMPAKA NOMOR 21", "village_code": "3171031001"}}  # fmt: skip
    officer.post("population", "/moves", mother, 200)
    until(
        "her mother's move is heard",
        lambda: stack.views.tax_copy(melati.mother).get("street") == "JALAN CEMPAKA NOMOR 21",
        LIMIT_SECONDS,
    )
    for agency in HEARERS:
        assert dead(databases, agency, str(melati.id).encode()) == 0
        assert databases.tables_with(agency, melati.cast.nik(MELATI)) <= {"legal_hold"}
    assert erase(stack, melati, tmp_path / "again.json", "--receipt") == first
    assert erase(stack, melati, tmp_path / "again.json", "--reason", "Sekali lagi") == first


def test_an_agency_that_is_away_is_named_and_confirms_when_it_is_back(stack: Stack, tmp_path: Path) -> None:
    melati = stack.melati()
    file = tmp_path / "receipt.json"
    with stack.without("tax"):
        with stack.platform.place.chosen(), pytest.raises(NotErased) as waiting:
            cli.run(
                ["erase", str(melati.id), "--reason", "Permohonan CONTOH/2026/9", "--wait", "15", "--json", str(file)]
            )
        assert "tax" in str(waiting.value)
        assert "--receipt" in str(waiting.value)
        half = json.loads(file.read_text())
        assert (half["complete"], half["missing"]) == (False, ["tax"])
    receipt = erase(stack, melati, file, "--receipt")
    assert (receipt["complete"], receipt["missing"]) == (True, [])


def test_who_is_not_registered_is_told_so(stack: Stack) -> None:
    with stack.platform.place.chosen():
        with pytest.raises(NotErased, match="No resident has this id"):
            cli.run(["erase", str(uuid4()), "--reason", "Keliru"])
        with pytest.raises(NotErased, match="erasure"):
            cli.run(["erase", str(uuid4()), "--receipt"])
