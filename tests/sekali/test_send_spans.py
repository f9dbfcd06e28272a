"""The relay's spans stand in the trace of what they carried, as those of a started span would."""

import json
from typing import Any

import pytest
from opentelemetry.exporter.zipkin.json import ZipkinExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from sekali import spans
from sekali.send_spans import keeping
from sekali.spans import Send
from sekali.tracing import Discreet

TOPIC, BEGAN = "town.resident.v1", 1_700_000_000_000_000_000
TRACE, CREATED = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


def kept(*sends: Send) -> tuple[ReadableSpan, ...]:
    memory, provider = InMemorySpanExporter(), TracerProvider(resource=Resource({"service.name": "town"}))
    keep = keeping(provider, SimpleSpanProcessor(Discreet(memory)))
    for send in sends:
        keep(send)
    return memory.get_finished_spans()


def send(traceparent: str = f"00-{TRACE}-{CREATED}-01", error_type: str | None = None) -> Send:
    return Send(TOPIC, 3, "01a20230", traceparent, BEGAN, BEGAN + 5_000_000, error_type)


def test_a_send_is_a_child_of_the_events_creation() -> None:
    one, other = kept(send(), send())
    assert one.name == f"send {TOPIC}"
    assert one.kind is SpanKind.CLIENT
    assert one.parent is not None and format(one.parent.span_id, "016x") == CREATED
    assert format(one.context.trace_id, "032x") == TRACE
    assert one.context.trace_flags.sampled
    assert one.context.span_id != other.context.span_id
    assert (one.start_time, one.end_time) == (BEGAN, BEGAN + 5_000_000)
    assert one.status.status_code is StatusCode.UNSET
    assert one.resource.attributes["service.name"] == "town"
    assert dict(one.attributes or {}) == {
        "messaging.system": "kafka",
        "messaging.operation.name": "send",
        "messaging.operation.type": "send",
        "messaging.destination.name": TOPIC,
        "messaging.message.id": "01a20230",
        "messaging.destination.partition.id": "3",
    }


def test_a_batch_that_the_broker_refused_says_so() -> None:
    (one,) = kept(send(error_type="MessageSizeTooLargeError"))
    assert one.status.status_code is StatusCode.ERROR
    assert one.status.description is None
    assert (one.attributes or {})["error.type"] == "MessageSizeTooLargeError"


def test_zipkin_takes_it() -> None:
    """Its tags are texts: for one null it refuses the whole batch, with the spans of others in it."""
    exporter = ZipkinExporter()
    spans_of_it: Any = kept(send())  # the encoder's annotation asks for started spans; its exporter gives it these
    (told,) = json.loads(exporter.encoder.serialize(spans_of_it, exporter.local_node))
    assert {name: tag for name, tag in told["tags"].items() if not isinstance(tag, str)} == {}
    assert (told["traceId"], told["parentId"]) == (TRACE, CREATED)


def test_what_is_no_traceparent_stands_in_no_trace() -> None:
    assert kept(send(traceparent="01")) == ()


def test_each_sampled_event_of_a_batch_has_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[Send] = []
    monkeypatch.setattr(spans, "_KEEPERS", [heard.append])
    spans.sent(TOPIC, 3, [("a", f"00-{TRACE}-{CREATED}-01"), ("b", f"00-{TRACE}-{CREATED}-03")], BEGAN, None)
    assert [one.event_id for one in heard] == ["a", "b"]
    assert all(one.ended >= one.began == BEGAN for one in heard)
