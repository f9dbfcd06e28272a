"""Traces: one service process sends its spans to a store, and nothing of a person is in them."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import uuid4

import httpx
import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import Status, StatusCode

from sekali import tracing
from sekali.errors import SekaliError
from tests.sekali.test_serving import free_port, until_live

NIK, NAME = "9999996507900002", "MELATI"
TRACE = "0af7651916cd43dd8448eb211c80319c"

SERVICE = """
import sys
import httpx
from fastapi import APIRouter
from sekali import tracing
from sekali.doors import AnyCaller, application, serve
from tests.sekali.quiet_bus import QuietBus

port = int(sys.argv[1])
router = APIRouter()

@router.get("/asked")
async def asked(caller: AnyCaller) -> dict[str, str | None]:
    return {"traceparent": tracing.traceparent()}

@router.get("/asks")
async def asks(caller: AnyCaller) -> dict[str, str | None]:
    headers = {"Authorization": "Bearer agency:tax"}
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        await client.get("/health/live")
        await client.get("/subjects/x/versions/1")
        with tracing.span("look up", attributes={"form": "stall"}):
            return (await client.get("/asked?name=MELATI", headers=headers)).json()

@router.get("/falls")
async def falls(caller: AnyCaller) -> None:
    with tracing.span("falls"):
        raise RuntimeError("MELATI 9999996507900002")

bus = QuietBus(http_port=port, agency="guild")
serve(lambda: application(bus, router, title={"id": "Uji", "en": "Test"}), bus.settings)
"""


class Store:
    """A trace store: it takes Zipkin's JSON as the real one does and keeps it."""

    def __init__(self) -> None:
        self.spans: list[dict[str, Any]] = []
        store = self

        class Door(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                store.spans += json.loads(self.rfile.read(int(self.headers["content-length"])))
                self.send_response(202)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}/api/v2/spans"

    def __enter__(self) -> "Store":
        Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def named(self, name: str) -> list[dict[str, Any]]:
        return [span for span in self.spans if span["name"] == name]

    async def until(self, name: str) -> dict[str, Any]:
        async with asyncio.timeout(30):
            while True:
                if found := self.named(name):
                    return found[0]
                await asyncio.sleep(0.02)


@pytest.fixture
def store() -> Iterator[Store]:
    with Store() as opened:
        yield opened


@asynccontextmanager
async def service(root: Path, endpoint: str) -> AsyncIterator[tuple[httpx.AsyncClient, Process]]:
    port = free_port()
    environment = os.environ | {
        "PYTHONPATH": str(root),
        "OTEL_TRACES_EXPORTER": "zipkin",
        "OTEL_EXPORTER_ZIPKIN_ENDPOINT": endpoint,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SERVICE, str(port), env=environment, stdout=DEVNULL, stderr=DEVNULL
    )
    try:
        headers = {"Authorization": f"Bearer citizen:{uuid4()}"}
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=30) as client:
            await until_live(client)
            yield client, process
    finally:
        if process.returncode is None:
            process.terminate()
            await asyncio.wait_for(process.wait(), timeout=60)


async def test_a_click_is_one_trace_and_nothing_of_a_person_is_in_it(pytestconfig: pytest.Config, store: Store) -> None:
    async with service(pytestconfig.rootpath, store.endpoint) as (client, _):
        answer = await client.get(f"/asks?nik={NIK}")
        await client.get(f"/residents/{NIK}?name={NAME}")
        assert (await client.get("/falls")).status_code == 500
        first = await store.until("GET /asks")
        inner = await store.until("GET /asked")
        looked = await store.until("look up")
        fell = await store.until("falls")
        await store.until("GET /falls")

    assert first.get("parentId") is None
    assert first["kind"] == "SERVER"
    assert first["localEndpoint"]["serviceName"] == "guild"
    assert first["tags"]["http.route"] == "/asks"
    # click -> our own span -> httpx's client span -> the other door's server span
    (called,) = [span for span in store.spans if span["id"] == inner["parentId"]]
    assert called["kind"] == "CLIENT"
    assert (called["parentId"], looked["parentId"]) == (looked["id"], first["id"])
    assert {span["traceId"] for span in (first, looked, called, inner)} == {first["traceId"]}
    assert answer.json()["traceparent"].split("-")[1:3] == [inner["traceId"], inner["id"]]
    # an error is its type
    assert fell["tags"]["error.type"] == "RuntimeError"
    told = json.dumps(store.spans)
    assert NIK not in told
    assert NAME not in told
    # nobody asked for these
    assert not any(word in told for word in ("/health", "/subjects"))


async def test_the_asker_decides_whether_a_trace_is_kept(pytestconfig: pytest.Config, store: Store) -> None:
    async with service(pytestconfig.rootpath, store.endpoint) as (client, process):
        unsampled = f"00-{TRACE}-b7ad6b7169203331-00"
        carried = (await client.get("/asked", headers={"traceparent": unsampled})).json()["traceparent"]
        assert carried.split("-")[1] == TRACE
        assert not tracing.sampled(carried)
        sampled = (await client.get("/asked", headers={"traceparent": unsampled[:-2] + "01"})).json()["traceparent"]
        assert tracing.sampled(sampled)
        process.terminate()
        await asyncio.wait_for(process.wait(), timeout=60)
    # What waited was exported at the end; of the two requests only one was kept.
    (kept,) = store.named("GET /asked")
    assert (kept["traceId"], kept["parentId"]) == (TRACE, "b7ad6b7169203331")


async def test_a_store_that_is_down_disturbs_nobody(pytestconfig: pytest.Config) -> None:
    nowhere = f"http://127.0.0.1:{free_port()}/api/v2/spans"
    async with service(pytestconfig.rootpath, nowhere) as (client, process):
        for _ in range(20):
            assert (await client.get("/asked")).status_code == 200
        process.terminate()
        assert await asyncio.wait_for(process.wait(), timeout=60) == 0


def test_whatever_others_put_into_a_span_is_taken_out() -> None:
    kept = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(tracing.Discreet(kept)))
    attributes = {
        "url.full": f"https://door/forms/{NIK}?name={NAME}#{NAME}",
        "url.query": f"name={NAME}",
        "url.path": f"/residents/{NIK}",
        "messaging.kafka.message.key": NIK,
        "messaging.destination.name": "town.resident.v1",
    }
    with provider.get_tracer("test").start_as_current_span("process", attributes=attributes) as span:
        span.add_event("exception", {"exception.message": f"{NAME} {NIK}"})
        span.set_status(Status(StatusCode.ERROR, f"ValueError: {NAME}"))
    (seen,) = kept.get_finished_spans()
    assert NIK not in seen.to_json()
    assert NAME not in seen.to_json()
    assert dict(seen.attributes or {}) == {
        "url.full": "https://door/forms/-",
        "messaging.destination.name": "town.resident.v1",
    }
    assert seen.status.status_code is StatusCode.ERROR


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("/forms/business-licence", "/forms/business-licence"),
        ("/v2/residents/01a20230-df74-7157-999b-448c645b9c3d/", "/v2/residents/01a20230-df74-7157-999b-448c645b9c3d/"),
        ("/forms/RAHASIA9999990201900001", "/forms/-"),
        (f"/forms/rahasia{NIK}", "/forms/-"),
        (f"/forms/m-{NIK[:6]}-{NIK[6:12]}", "/forms/-"),
        (f"/forms/{NAME}", "/forms/-"),
        (f"/forms/{NAME.title()}%20Contoh", "/forms/-"),
        ("/forms/melati@contoh.example/declaration", "/forms/-/declaration"),
        ("/forms/business-licence%3Fx=1", "/forms/-"),
    ],
)
@pytest.mark.parametrize("attribute", ["url.full", "http.url"])
def test_a_clients_url_keeps_only_parts_of_known_shape(attribute: str, asked: str, told: str) -> None:
    kept = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(tracing.Discreet(kept)))
    url = f"http://{NAME}:secret@127.0.0.1:8001{asked}?nik={NIK}"
    with provider.get_tracer("test").start_as_current_span("GET", attributes={attribute: url}):
        pass
    (seen,) = kept.get_finished_spans()
    assert dict(seen.attributes or {}) == {attribute: f"http://127.0.0.1:8001{told}"}


def test_an_outage_of_the_store_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    class Sometimes(SpanExporter):
        up = False

        def export(self, spans: object) -> SpanExportResult:
            if not self.up:
                raise ConnectionError(NAME)
            return SpanExportResult.SUCCESS

        def shutdown(self) -> None:
            """Nothing to close."""

    inner = Sometimes()
    discreet = tracing.Discreet(inner)
    results = [discreet.export([]), discreet.export([])]
    inner.up = True
    results.append(discreet.export([]))
    inner.up = False
    results.append(discreet.export([]))
    down, up = SpanExportResult.FAILURE, SpanExportResult.SUCCESS
    assert results == [down, down, up, down]
    assert caplog.text.count("ConnectionError") == 2
    assert NAME not in caplog.text


def test_an_unknown_exporter_is_named_at_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "jaeger")
    with pytest.raises(SekaliError, match=r"OTEL_TRACES_EXPORTER must be one of .*zipkin.*otlp.*none"):
        tracing.chosen_exporter()


@pytest.mark.parametrize(
    ("traceparent", "kept"),
    [(f"00-{TRACE}-b7ad6b7169203331-01", True), (f"00-{TRACE}-b7ad6b7169203331-03", True),
     (f"00-{TRACE}-b7ad6b7169203331-02", False), (None, False), ("nonsense", False)],
)  # fmt: skip
def test_bit_0_says_whether_a_trace_is_kept(traceparent: str | None, kept: bool) -> None:
    assert tracing.sampled(traceparent) is kept
