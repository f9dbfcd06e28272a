"""Melati lives a day at every agency, with mistakes in it; afterwards nothing that was left says who she is.

Looked at: the broker's files, every log, every trace, every metric, dead letters and their doors, and the state folder.
The databases of agencies that opened her groups hold her, as their contracts let them: there the canaries are found.
"""

import asyncio
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from confluent_kafka import Producer

from demo.story.cast import MELATI
from demo.story.checking import until
from tests.journeys.canaries import Marked, Search
from tests.journeys.stack import LIMIT_SECONDS, Melati, Stack
from tests.journeys.test_erasure import Databases
from tests.journeys.test_outside_client import read
from tests.journeys.test_uses import everything

HEARERS = ("licensing", "portal", "tax")
RESIDENT = "population.resident.v1"


@pytest.fixture(scope="module")
def day(stack: Stack) -> Melati:
    """Registered, a licence, refused forms, a question that does not match, a record that somebody moved."""
    marked = Marked(stack._next())
    melati = Melati(stack, marked)
    melati.wait_heard(melati.id)
    receipt = melati.send(melati.shop())
    melati.wait_tracked(receipt["application_id"], "TERBIT")
    wrong = melati.shop() | {"nik": melati.cast.nik(MELATI)[::-1], "land_area": melati.cast.nik(MELATI)}
    refused = {"submission_id": str(uuid4()), "answers": wrong}
    assert melati.door.refused("portal", "/forms/licensing/business-licence", refused).status_code == 422
    officer = stack.doors.officer("licensing", "dewi")
    answers = {"family.kk_number": melati.cast.kk(1), "family.mother_name": f"RATNA {marked.mark} CONTOH"}
    officer.refused("licensing", f"/desk/residents/{melati.id}/verify", {"answers": answers})
    assert officer.refused("population", "/residents/find", {"nik": melati.cast.nik(MELATI)}).status_code == 403
    moved_to_another(stack, melati)
    return melati


def moved_to_another(stack: Stack, melati: Melati) -> None:
    """Her record under somebody else's key: every agency that opens a group puts it aside, sealed."""
    record = read(stack.platform.admin.confluent(), RESIDENT, str(melati.id).encode())
    stranger = str(uuid4()).encode()
    producer = Producer({**stack.platform.admin.confluent()})
    headers: Any = record.headers()
    producer.produce(RESIDENT, value=record.value(), key=stranger, headers=headers)
    assert producer.flush(20) == 0
    databases = Databases(stack)
    for agency in ("licensing", "tax"):
        until(
            f"{agency} puts it aside",
            lambda a=agency: databases.ask(a, "select 1 from dead_letter where key = $1", stranger) != [],  # type: ignore[misc]
            LIMIT_SECONDS,
        )


@pytest.fixture
def search(day: Melati) -> Search:
    assert isinstance(day.cast, Marked)
    return Search.of(day.cast.canaries)


def test_licensing_itself_holds_her_so_the_canaries_are_the_right_ones(
    stack: Stack, day: Melati, search: Search
) -> None:
    held = search.hits(asyncio.run(everything(stack, "licensing")).encode())
    assert isinstance(day.cast, Marked)
    assert {day.cast.nik(MELATI), day.cast.mark} <= set(held)


def test_no_file_of_the_run_says_who_she_is(stack: Stack, search: Search) -> None:
    """Segments and indexes, logs of every process, addresses and passwords; but for PostgreSQL's own files."""
    state = stack.platform.place.state
    assert list(state.rglob("*.log")), "the run left something"
    assert dict(search.in_files(state, but=[state / "data" / "postgres"])) == {}


def test_no_trace_says_who_she_is(stack: Stack, search: Search) -> None:
    url = f"{stack.endpoints.traces.url}/api/v2"
    told = {}
    with httpx.Client(timeout=30.0) as client:
        for service in client.get(f"{url}/services").json():
            asked = {"serviceName": service, "limit": 10_000, "lookback": 86_400_000}
            told[service] = client.get(f"{url}/traces", params=asked).content
    assert {"licensing", "population", "tax", "portal"} <= told.keys()
    assert all(len(traces) > 1_000 for traces in told.values())
    assert {service: hits for service, traces in told.items() if (hits := search.hits(traces))} == {}


def test_no_metric_and_no_open_door_says_who_she_is(stack: Stack, search: Search) -> None:
    for address in stack.endpoints.http.values():
        for path in ("/metrics", "/health/ready", "/health/live", "/openapi.json"):
            answer = httpx.get(address + path, timeout=10.0)
            assert answer.content
            assert search.hits(answer.content) == [], (address, path)


def test_no_dead_letter_says_who_she_is(stack: Stack, search: Search) -> None:
    databases = Databases(stack)
    for agency in HEARERS:
        rows = databases.ask(agency, "select t::text as whole from dead_letter t")
        assert rows or agency == "portal"
        assert search.hits("\n".join(row["whole"] for row in rows).encode()) == [], agency
        operator = {"Authorization": f"Bearer officer:{agency}:joko:operator"}
        listed = httpx.get(f"{stack.endpoints.http[agency]}/dead-letters", headers=operator, timeout=10.0)
        assert listed.status_code == 200
        assert search.hits(listed.content) == []


@pytest.mark.parametrize("spelling", ["9999996507900002", "MELATI BDF CONTOH", "melati bdf", "4d454c415449204244"])
def test_a_canary_in_any_file_is_found(tmp_path: Path, spelling: str) -> None:
    search = Search.of(["9999996507900002", "MELATI BDF"])
    quiet = tmp_path / "a" / "00000.log"
    quiet.parent.mkdir()
    quiet.write_bytes(b"\0" * 3_000_000)
    assert dict(search.in_files(tmp_path)) == {}
    quiet.write_bytes(b"\0" * ((1 << 20) - 5) + (spelling + "46").encode() + b"\0" * 70)
    assert list(dict(search.in_files(tmp_path))) == ["a/00000.log"]
    assert dict(search.in_files(tmp_path, but=[quiet.parent])) == {}
