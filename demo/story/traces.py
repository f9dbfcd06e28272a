"""The story's own spans, and what Zipkin shows of a step in the end."""

import time
from collections.abc import Iterable
from typing import Any

import httpx
from opentelemetry.exporter.zipkin.json import ZipkinExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from demo.story.checking import DoesNotHold
from demo.story.telling import Hop

SERVICE = "demo"
LIMIT_SECONDS = 15.0
PAUSE_SECONDS = 0.2


def provider(traces_url: str) -> TracerProvider:
    """Spans of the service `demo`, exported as the agencies export theirs."""
    made = TracerProvider(resource=Resource.create({SERVICE_NAME: SERVICE}))
    exporter = ZipkinExporter(endpoint=f"{traces_url}/api/v2/spans")
    made.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=200))
    return made


def link(traces_url: str, trace_id: str) -> str:
    return f"{traces_url}/zipkin/traces/{trace_id}"


def expect_hops(traces_url: str, trace_id: str, hops: Iterable[Hop]) -> None:
    """Waits until the trace holds these spans, its root and an HTTP server span; DoesNotHold at the limit."""
    wanted = {(service, name.lower()) for service, name in hops}
    end = time.monotonic() + LIMIT_SECONDS
    with httpx.Client(timeout=5.0) as client:
        while True:
            spans = _spans(client, traces_url, trace_id)
            missing = sorted(" ".join(hop) for hop in wanted - named(spans))
            if not missing and _begins_here(spans) and _enters_by_http(spans):
                return
            if time.monotonic() > end:
                lacking = ", ".join(missing) or "the root span or an HTTP span"
                raise DoesNotHold("the step's trace is whole", f"{len(wanted)} hops", f"no {lacking}")
            time.sleep(PAUSE_SECONDS)


def named(spans: Iterable[dict[str, Any]]) -> set[Hop]:
    """(service, span name) as Zipkin keeps them, in small letters."""
    return {(span.get("localEndpoint", {}).get("serviceName", ""), span.get("name", "")) for span in spans}


def _spans(client: httpx.Client, traces_url: str, trace_id: str) -> list[dict[str, Any]]:
    try:
        response = client.get(f"{traces_url}/api/v2/trace/{trace_id}")
    except httpx.TransportError:
        return []
    return list(response.json()) if response.status_code == 200 else []


def _begins_here(spans: Iterable[dict[str, Any]]) -> bool:
    roots = [span for span in spans if "parentId" not in span]
    return len(roots) == 1 and roots[0].get("localEndpoint", {}).get("serviceName") == SERVICE


def _enters_by_http(spans: Iterable[dict[str, Any]]) -> bool:
    return any(span.get("kind") == "SERVER" for span in spans)
