"""Traces of a process: OpenTelemetry, exported to Zipkin or by OTLP, without anything of a person in them.

``OTEL_TRACES_EXPORTER`` chooses: ``zipkin`` (JSON to ``OTEL_EXPORTER_ZIPKIN_ENDPOINT``), ``otlp`` (protobuf over
HTTP to ``OTEL_EXPORTER_OTLP_ENDPOINT``), ``none`` (the default).
An incoming traceparent decides whether its trace is sampled; what begins here is.
FastAPI makes the server spans itself (see ``doors.application``), httpx is instrumented here, and the messaging
spans are in ``spans``.
"""

import logging
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

from opentelemetry import propagate, trace
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import ALWAYS_ON, ParentBased
from opentelemetry.trace import Link, Span, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.types import AttributeValue

from sekali.errors import SekaliError
from sekali.send_spans import keeping
from sekali.spans import carrying, context_of, is_sampled, keep_sends, traceparent_of

__all__ = ["Discreet", "carrying", "context", "sampled", "setup", "shutdown", "span", "traceparent"]

logger = logging.getLogger(__name__)

traceparent = traceparent_of
"""() -> the traceparent of the current span, or None outside of any."""
context = context_of
"""(traceparent) -> the OpenTelemetry context that it names, and nothing of the present one."""
sampled = is_sampled

# Soon enough for a person who follows the link at once; the SDK waits 5 s.
_SCHEDULE_MILLISECONDS = 300
_EXPORT_SECONDS = 3


def setup(service_name: str, *, exporter: SpanExporter | None = None) -> None:
    """Starts tracing in this process; a second call does nothing. ``exporter`` replaces the environment's choice."""
    propagate.set_global_textmap(TraceContextTextMapPropagator())
    if isinstance(trace.get_tracer_provider(), TracerProvider):
        return
    chosen = exporter or chosen_exporter()
    if chosen is None:
        return
    provider = TracerProvider(sampler=ParentBased(ALWAYS_ON), resource=Resource.create({SERVICE_NAME: service_name}))
    processor = BatchSpanProcessor(Discreet(chosen), schedule_delay_millis=_SCHEDULE_MILLISECONDS)
    provider.add_span_processor(processor)
    trace.set_tracer_provider(provider)
    keep_sends(keeping(provider, processor))
    _instrument_httpx()


def chosen_exporter() -> SpanExporter | None:
    """What OTEL_TRACES_EXPORTER names, None for none; SekaliError for a name that is not known."""
    name = os.environ.get("OTEL_TRACES_EXPORTER", "none").strip().lower()
    build = _EXPORTERS.get(name)
    if build is None:
        raise SekaliError(f"OTEL_TRACES_EXPORTER must be one of {', '.join(_EXPORTERS)}.")
    return build()


def _zipkin() -> SpanExporter:
    from opentelemetry.exporter.zipkin.json import ZipkinExporter

    return ZipkinExporter(timeout=_EXPORT_SECONDS)


def _otlp() -> SpanExporter:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    return OTLPSpanExporter(timeout=_EXPORT_SECONDS)


def _none() -> None:
    return None


# `zipkin_json` is the name that the exporter's package registers.
_EXPORTERS: Mapping[str, Callable[[], SpanExporter | None]] = {
    "zipkin": _zipkin, "zipkin_json": _zipkin, "otlp": _otlp, "none": _none,
}  # fmt: skip


# What a service asks by itself, for nobody: health, and the schema registry (Confluent's paths).
_UNTRACED = ("/health/live$", "/health/ready$", "/metrics$", "/subjects", "/schemas/ids/", "/config")


def _instrument_httpx() -> None:
    # The stable names (url.full), as FastAPI's own spans have; read once by the instrumentor.
    os.environ.setdefault("OTEL_SEMCONV_STABILITY_OPT_IN", "http")
    os.environ.setdefault("OTEL_PYTHON_HTTPX_EXCLUDED_URLS", ",".join(_UNTRACED))
    HTTPXClientInstrumentor().instrument()


def shutdown() -> None:
    """Exports what is waiting; called when the process ends."""
    provider = trace.get_tracer_provider()
    if isinstance(provider, TracerProvider):
        provider.shutdown()


@contextmanager
def span(
    name: str,
    kind: SpanKind = SpanKind.INTERNAL,
    *,
    parent: str | None = None,
    links: Sequence[str] = (),
    attributes: Mapping[str, AttributeValue] | None = None,
) -> Iterator[Span]:
    """A span around the block, child of ``parent`` (a traceparent) or of the current one.

    Of an exception only the type is kept: its text may hold data.
    """
    linked = [Link(trace.get_current_span(context_of(link)).get_span_context()) for link in links]
    with trace.get_tracer("sekali").start_as_current_span(
        name, context_of(parent) if parent else None, kind, attributes, linked,
        record_exception=False, set_status_on_exception=False,
    ) as started:  # fmt: skip
        try:
            yield started
        except Exception as error:
            started.set_attribute("error.type", type(error).__qualname__)
            started.set_status(Status(StatusCode.ERROR))
            raise


class Discreet(SpanExporter):
    """Takes out of every span what may hold something of a person, whoever put it in.

    Gone are: events (an exception's text and stack), a status' text, queries of URLs, and the path that was asked
    for (somebody may type a NIK into it; ``http.route`` says which door it was). Of a whole URL, which a client's
    span has, those parts of the path stay that have the shape of a door's name or a UUID. Record keys never pass.
    """

    def __init__(self, inner: SpanExporter) -> None:
        self._inner = inner
        self._down = False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        try:
            result = self._inner.export([_discreet(span) for span in spans])
        except Exception as error:
            # Said once for each outage: the SDK would log a stack for every batch.
            if not self._down:
                logger.warning("Traces are dropped, their store does not answer: %s", type(error).__qualname__)
            self._down = True
            return SpanExportResult.FAILURE
        self._down = False
        return result

    def shutdown(self) -> None:
        self._inner.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self._inner.force_flush(timeout_millis)


def _discreet_url(url: str) -> str:
    """The URL without user, query and fragment; `-` stands for each part of its path that is of no known shape."""
    try:
        split = urlsplit(url)
    except ValueError:
        return "-"
    path = "/".join(part if _KNOWN_PART.fullmatch(part) else "-" for part in split.path.split("/"))
    return urlunsplit((split.scheme, split.netloc.rpartition("@")[2], path, "", ""))


_DROPPED = frozenset(
    {"url.path", "url.query", "http.target", "messaging.kafka.message.key", "db.statement", "db.query.text"}
)
_WHOLE_URLS = frozenset({"url.full", "http.url"})
_LOOKED_AT = _DROPPED | _WHOLE_URLS
# Parts of a path that name a door or a record: a word as doors have them (`business-licence`, `v2`), or a UUID.
# Names, NIKs, e-mail addresses are neither; a word may hold a few digits, but no number of a person.
_WORD = r"[a-z](?:[a-z_-]|[0-9]{1,3}(?![0-9])){0,63}"
_KNOWN_PART = re.compile(rf"(?:{_WORD}|[0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}})?")


def _discreet(span: ReadableSpan) -> ReadableSpan:
    told = span.attributes or {}
    if not (span.events or span.status.description) and _LOOKED_AT.isdisjoint(told):
        return span
    kept = {name: value for name, value in told.items() if name not in _DROPPED}
    for name in _WHOLE_URLS & kept.keys():
        kept[name] = _discreet_url(str(kept[name]))
    return ReadableSpan(
        span.name, span.context, span.parent, span.resource, kept, (), span.links, span.kind,
        status=Status(span.status.status_code), start_time=span.start_time, end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )  # fmt: skip
