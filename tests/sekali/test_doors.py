"""Doors: who enters, what a wrong request is told, and what a process does when it is told to end."""

import json
import logging
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import APIRouter, FastAPI, HTTPException
from pydantic import Field, TypeAdapter, ValidationError
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from sekali.doors import (
    AnyCaller,
    Body,
    Citizen,
    FormAnswers,
    Line,
    Officer,
    PeerAgency,
    TheBus,
    application,
    broken_laws,
)
from sekali.doors.problems import from_unexpected
from sekali.errors import FieldError, SekaliError, Unavailable, conflict, invalid, not_heard_yet
from sekali.identity import Nik
from sekali.sentences import sentence
from tests.sekali.quiet_bus import QuietBus

MELATI, NIK = UUID("00000000-0000-7000-8000-000000000002"), "9999996507900002"
TITLE = {"id": "Pintu uji", "en": "Doors under test"}
SECRET = "MELATI PUSPA CONTOH"


class Move(Body):
    nik: Nik
    street: Line
    kind: Literal["WHOLE", "PART"] = "WHOLE"


def doors() -> APIRouter:
    router = APIRouter()

    @router.get("/mine")
    async def mine(caller: Citizen) -> dict[str, str]:
        return {"resident_id": str(caller.resident_id)}

    @router.get("/applications/{application_id}")
    async def one(application_id: UUID, caller: Officer) -> dict[str, str]:
        return {"id": str(application_id), "agency": caller.agency}

    @router.get("/peers")
    async def peers(caller: PeerAgency) -> dict[str, str]:
        return {"agency": caller.agency}

    @router.post("/moves", status_code=201)
    async def move(body: Move, _caller: Officer) -> Move:
        return body

    @router.post("/forms/{name}", status_code=201)
    async def submit(name: str, body: FormAnswers, _caller: Citizen) -> dict[str, Any]:
        if name == "heard-nothing":
            raise not_heard_yet("population.resident.v1")
        raise conflict("already-submitted", "submission_id", "Taken before.", receipt={"id": body.submission_id})

    return router


def trapdoors() -> APIRouter:
    router = APIRouter()

    @router.get("/falls/{name}")
    async def falls(name: str, bus: TheBus, _caller: AnyCaller) -> None:
        if name == "database":
            async with bus.transaction() as session:
                await session.execute(text("select 1"))
        if name == "registry":
            raise Unavailable("The schema registry does not answer.")
        if name == "teapot":
            raise HTTPException(418, detail=SECRET)
        raise RuntimeError(SECRET)

    return router


@asynccontextmanager
async def entered(app: FastAPI, token: str | None = None) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://door", headers=headers) as client:
        yield client


@pytest.fixture
def bus() -> QuietBus:
    return QuietBus()


@pytest.fixture
def app(bus: QuietBus) -> FastAPI:
    return application(bus, doors(), trapdoors(), title=TITLE)


CITIZEN, OFFICER = f"citizen:{MELATI}", "officer:licensing:Budi"


def problem(response: httpx.Response, status: int, slug: str) -> dict[str, Any]:
    assert response.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = response.json()
    assert (response.status_code, document["status"], document["type"]) == (
        status,
        status,
        f"urn:sekali:problem:{slug}",
    )
    return document


# Who enters


async def test_each_caller_enters_at_their_own_door(app: FastAPI) -> None:
    async with entered(app, CITIZEN) as melati:
        assert (await melati.get("/mine")).json() == {"resident_id": str(MELATI)}
        problem(await melati.get(f"/applications/{uuid4()}"), 403, "forbidden")
        problem(await melati.get("/peers"), 403, "forbidden")
    async with entered(app, OFFICER) as budi:
        assert (await budi.get(f"/applications/{MELATI}")).json() == {"id": str(MELATI), "agency": "licensing"}
        problem(await budi.get("/mine"), 403, "forbidden")
    async with entered(app, "agency:tax") as tax:
        assert (await tax.get("/peers")).json() == {"agency": "tax"}


async def test_an_officer_of_another_agency_stays_outside(app: FastAPI) -> None:
    async with entered(app, "officer:tax:Budi") as budi:
        assert "licensing" in problem(await budi.get(f"/applications/{uuid4()}"), 403, "forbidden")["detail"]


@pytest.mark.parametrize(
    "token", [None, "", "citizen", "citizen:", f"citizen:{NIK}", "officer:licensing", "officer:licensing:", "king:tax",
              "officer:Licensing:Budi", "agency:", f"citizen:{MELATI}:x", "agency:tax\u00e9"],
)  # fmt: skip
async def test_a_token_that_names_nobody_is_refused_without_being_repeated(app: FastAPI, token: str | None) -> None:
    async with entered(app) as stranger:
        headers = {} if token is None else {b"Authorization": f"Bearer {token}".encode()}
        response = await stranger.get("/mine", headers=headers)
        document = problem(response, 401, "unauthenticated")
        assert response.headers["www-authenticate"] == "Bearer"
        assert NIK not in json.dumps(document)


async def test_a_password_is_no_token(app: FastAPI) -> None:
    async with entered(app) as stranger:
        problem(await stranger.get("/mine", auth=("citizen", "x")), 401, "unauthenticated")


def test_a_route_that_does_not_say_who_may_enter_is_not_built(bus: QuietBus) -> None:
    router = APIRouter()

    @router.get("/all-residents")
    async def everybody(bus: TheBus) -> None:
        """Nobody is asked."""

    with pytest.raises(SekaliError, match="/all-residents: say who may enter"):
        application(bus, router, title=TITLE)


def test_a_url_cannot_hold_a_number_of_a_person(bus: QuietBus) -> None:
    router = APIRouter()

    @router.get("/residents/{nik}")
    async def by_nik(nik: str, caller: Officer) -> None:
        """A NIK would stand in histories and logs."""

    with pytest.raises(SekaliError, match="nik must be a UUID"):
        application(bus, router, title=TITLE)


def test_a_door_beside_the_routers_is_found_too(app: FastAPI) -> None:
    assert list(broken_laws(app)) == []
    app.add_route("/side", lambda request: None)  # type: ignore[arg-type, return-value]
    assert "/side" in "".join(broken_laws(app))


# What a wrong request is told


async def test_wrong_fields_are_named_and_never_repeated(app: FastAPI) -> None:
    async with entered(app, OFFICER) as budi:
        body = {"nik": "9999996507900000", "street": "Jalan\u0000", "kind": SECRET, "MELATI PUSPA": 1}
        response = await budi.post("/moves", json=body)
        fields = {field["field"]: field["detail"] for field in problem(response, 422, "invalid")["fields"]}
        assert set(fields) == {"nik", "street", "kind", "?"}
        assert fields["nik"] == "The last four digits of a NIK are 0001 to 9999."
        assert not any(word in response.text for word in ("MELATI", "9999996507900000", "Jalan"))


@pytest.mark.parametrize(
    ("law", "sent", "wanted"),
    [
        (Literal["WHOLE", "PART"], SECRET, "It must be 'WHOLE' or 'PART'."),
        (Annotated[str, Field(pattern="^[0-9]{5}$")], "123", "It must be 5 digits."),
        (Annotated[str, Field(pattern="^[0-9]{1,3}$")], "1a", "It must be 1 to 3 digits."),
        (Annotated[str, Field(min_length=1)], "", "It must not be empty."),
        (Annotated[str, Field(max_length=3)], SECRET, "It must have at most 3 signs."),
        (str, 5, "It must be text, in quotation marks."),
        (date, "1990-02-30", "It must be a date that exists, as 2026-11-22."),
        (UUID, SECRET, "It must be a UUID."),
        (int, SECRET, "It must be a whole number."),
        (Annotated[int, Field(strict=True)], "1", "It must be a whole number, without quotation marks."),
        (Annotated[int, Field(ge=1984)], 1, "It must be 1984 or more."),
        (bool, SECRET, "It must be true or false, without quotation marks."),
        (Annotated[list[int], Field(min_length=1)], [], "It must not be empty."),
        (dict[str, int], SECRET, "It must be a JSON object."),
    ],
)
def test_a_wrong_field_is_told_what_is_wanted(law: Any, sent: Any, wanted: str) -> None:
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(law).validate_python(sent)
    assert [sentence(error) for error in refused.value.errors()] == [wanted]


def test_a_field_with_two_faults_is_named_once() -> None:
    assert invalid(FieldError("value", "One."), FieldError("value", "Two.")).detail == "Please look at: value."


@pytest.mark.parametrize("body", [b"{", b"", b"\xff\xfe", b'{"nik": ', b"[" * 100_000, b"null", b'"text"', b"[1]"])
async def test_a_body_that_is_no_json_object_is_told_so(app: FastAPI, body: bytes) -> None:
    async with entered(app, OFFICER) as budi:
        response = await budi.post("/moves", content=body, headers={"content-type": "application/json"})
        assert response.status_code in (400, 422)
        problem(response, response.status_code, "bad-json" if response.status_code == 400 else "invalid")


@pytest.mark.parametrize("announced", [{}, {"content-type": "text/plain"}, {"content-type": "multipart/form-data"}])
async def test_a_body_that_is_not_announced_as_json_is_told_so(app: FastAPI, announced: dict[str, str]) -> None:
    body = json.dumps({"nik": NIK, "street": "Jalan Contoh 1"}).encode()
    async with entered(app, OFFICER) as budi:
        document = problem(await budi.post("/moves", content=body, headers=announced), 415, "not-announced-as-json")
        assert "Content-Type: application/json" in document["detail"]
        assert NIK not in json.dumps(document)
        spoken = await budi.post("/moves", content=body, headers={"content-type": "application/json; charset=utf-8"})
        assert spoken.status_code == 201


async def test_an_authorised_answer_holds_the_digits(app: FastAPI) -> None:
    async with entered(app, OFFICER) as budi:
        response = await budi.post("/moves", json={"nik": NIK, "street": "Jalan Contoh 1"})
        assert response.json() == {"nik": NIK, "street": "Jalan Contoh 1", "kind": "WHOLE"}


async def test_a_problem_keeps_its_further_members(app: FastAPI) -> None:
    sent = {"submission_id": str(MELATI), "answers": {}}
    async with entered(app, CITIZEN) as melati:
        document = problem(await melati.post("/forms/stall", json=sent), 409, "already-submitted")
        assert document["receipt"] == {"id": str(MELATI)}
        assert problem(await melati.post("/forms/heard-nothing", json=sent), 409, "not-heard-yet")["topic"]


async def test_the_frameworks_own_refusals_are_problems_too(app: FastAPI) -> None:
    async with entered(app, CITIZEN) as melati:
        problem(await melati.get("/nowhere"), 404, "no-such-door")
        response = await melati.delete("/mine")
        problem(response, 405, "wrong-method")
        assert response.headers["allow"] == "GET"
        assert SECRET not in json.dumps(problem(await melati.get("/falls/teapot"), 418, "refused-418"))
    async with entered(app, OFFICER) as budi:
        document = problem(await budi.get(f"/applications/{NIK}"), 422, "invalid")
        assert document["fields"] == [{"field": "application_id", "detail": "It must be a UUID."}]


async def test_a_body_above_one_mebibyte_is_refused_announced_or_not(app: FastAPI) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(17):
            yield b" " * (1 << 16)

    json_body = {"content-type": "application/json"}
    async with entered(app, OFFICER) as budi:
        problem(await budi.post("/moves", content=b" " * (1 << 20) + b"{", headers=json_body), 413, "too-large")
        problem(await budi.post("/moves", content=pieces(), headers=json_body), 413, "too-large")


# What falls


async def test_an_unexpected_error_answers_nothing_of_itself(app: FastAPI, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        async with entered(app, CITIZEN) as melati:
            response = await melati.get("/falls/anyhow")
    problem(response, 500, "internal")
    assert SECRET not in response.text
    assert SECRET not in caplog.text
    assert "RuntimeError at " in caplog.text
    assert "test_doors.py:" in caplog.text


async def test_a_silent_database_is_503_and_soon_tried_again(app: FastAPI) -> None:
    async with entered(app, CITIZEN) as melati:
        response = await melati.get("/falls/database")
    problem(response, 503, "database-unavailable")
    assert int(response.headers["retry-after"]) > 0
    assert "hidden" not in response.text


async def test_a_silent_registry_is_503(app: FastAPI) -> None:
    async with entered(app, CITIZEN) as melati:
        assert "registry" in problem(await melati.get("/falls/registry"), 503, "unavailable")["detail"]


def test_a_mistake_in_sql_is_ours_and_a_lost_connection_is_not() -> None:
    class Answered(Exception):
        sqlstate = "42703"

    assert from_unexpected(DBAPIError("select x", {}, Answered(SECRET))).status == 500
    lost = DBAPIError("select x", {}, Answered(SECRET), connection_invalidated=True)
    assert from_unexpected(lost).status == 503
    assert SECRET not in json.dumps(from_unexpected(lost).document())


# The open doors


async def test_the_bus_lives_as_long_as_the_doors(bus: QuietBus) -> None:
    @asynccontextmanager
    async def client() -> AsyncIterator[None]:
        bus.life.append("client opened")
        yield
        bus.life.append("client closed")

    app = application(bus, doors(), title=TITLE, lifespan=[client])
    assert bus.life == [], "nothing is started by building"
    async with app.router.lifespan_context(app):
        assert bus.life == ["started", "client opened"]
    assert bus.life == ["started", "client opened", "client closed", "stopped"]


async def test_health_says_in_words_what_is_wrong(app: FastAPI, bus: QuietBus) -> None:
    async with entered(app) as anybody:
        assert (await anybody.get("/health/ready")).status_code == 200
        bus.parts = {"database": "ok", "relay": "waits: the broker does not answer"}
        ready = await anybody.get("/health/ready")
        assert (ready.status_code, ready.json()["relay"]) == (200, "waits: the broker does not answer")
        bus.parts = {"database": "does not answer"}
        assert (await anybody.get("/health/ready")).status_code == 503
        assert (await anybody.get("/health/live")).status_code == 200


async def test_requests_are_measured_by_the_template_of_their_route(app: FastAPI) -> None:
    async with entered(app, OFFICER) as budi:
        await budi.get(f"/applications/{MELATI}")
        await budi.get(f"/residents/{NIK}")
        measured = (await budi.get("/metrics")).text
    line = 'sekali_http_request_seconds_count{method="GET",route="/applications/{application_id}",status="200"}'
    assert line in measured
    assert 'route="(none)",status="404"' in measured
    assert str(MELATI) not in measured
    assert NIK not in measured


async def test_each_answer_tells_how_long_it_took_and_nothing_else(app: FastAPI) -> None:
    async with entered(app) as anybody:
        for path, status in (("/mine", 401), ("/nowhere", 404), ("/health/live", 200)):
            answer = await anybody.get(path)
            assert answer.status_code == status
            assert re.fullmatch(r"door;dur=[0-9]+\.[0-9]", answer.headers["Server-Timing"])


async def test_the_declaration_tells_of_problems_and_tokens(app: FastAPI) -> None:
    async with entered(app) as anybody:
        declared = (await anybody.get("/openapi.json")).json()
    move = declared["paths"]["/moves"]["post"]
    assert set(move["responses"]) >= {"201", "400", "401", "403", "404", "409", "415", "422", "503"}
    assert list(move["responses"]["422"]["content"]) == ["application/problem+json"]
    (scheme,) = move["security"][0]
    assert declared["components"]["securitySchemes"][scheme]["scheme"] == "bearer"
    assert "security" not in declared["paths"]["/health/ready"]["get"]
    assert (declared["info"]["title"], declared["info"]["description"]) == (TITLE["en"], TITLE["id"])
