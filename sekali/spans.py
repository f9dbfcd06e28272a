"""The spans of an event's way: created in the caller's transaction, sent by the relay, processed by each inbox.

Names follow OpenTelemetry's messaging conventions (semconv 1.44).
A record's key is never an attribute: it names a person.
An event that is not sampled gets no span, and its context travels on as it came.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from time import time_ns
from typing import NamedTuple
from uuid import UUID

from opentelemetry import context as otel
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import Link, Span, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from sekali.codec import Heard

_PROPAGATOR = TraceContextTextMapPropagator()
# Asked for once: the SDK makes a new one for each asking. Before tracing is set up it stands in for the one to come.
_TRACER = trace.get_tracer("sekali")
SAMPLED = frozenset("13579bdfBDF")
"""How a sampled `traceparent` ends: bit 0 of its flags; the other bits may be set too (the SDK writes `-03`)."""
Attributes = dict[str, str | int]


def context_of(traceparent: str | None) -> Context:
    """The context that a `traceparent` names, and nothing of the present one."""
    return _PROPAGATOR.extract({"traceparent": traceparent} if traceparent else {}, context=Context())


def traceparent_of(context: Context | None = None) -> str | None:
    carrier: dict[str, str] = {}
    _PROPAGATOR.inject(carrier, context=context)
    return carrier.get("traceparent")


def is_sampled(traceparent: str | None) -> bool:
    return traceparent is not None and traceparent[-1:] in SAMPLED


@contextmanager
def created(topic: str, event_id: UUID) -> Iterator[str | None]:
    """The creation context of one event, as a `traceparent`."""
    if not trace.get_current_span().get_span_context().trace_flags.sampled:
        yield traceparent_of()
        return
    attributes = attributes_of(topic, "create") | {"messaging.message.id": str(event_id)}
    with _TRACER.start_as_current_span(f"create {topic}", kind=SpanKind.PRODUCER, attributes=attributes):
        yield traceparent_of()


class Send(NamedTuple):
    """One sampled event on its way to the broker. `began`, `ended`: nanoseconds since 1970."""

    topic: str
    partition: int
    event_id: str
    traceparent: str
    began: int
    ended: int
    error_type: str | None


_KEEPERS: list[Callable[[Send], None]] = []
"""Of the process's tracing; empty without."""


def keep_sends(keep: Callable[[Send], None]) -> None:
    """From now on."""
    _KEEPERS.append(keep)


def sent(topic: str, partition: int, events: Sequence[tuple[str, str]], began: int, error_type: str | None) -> None:
    """A span for each of the sampled events (id, traceparent) of a batch that the broker has answered."""
    now = time_ns()
    for keep in _KEEPERS:
        for event_id, traceparent in events:
            keep(Send(topic, partition, event_id, traceparent, began, now, error_type))


def processed(event: Heard, group: str) -> Span | None:
    """A started process span, child of the creation context; None where the event is not sampled."""
    return _processing(event, group, context_of(event.traceparent)) if is_sampled(event.traceparent) else None


def redriven(event: Heard, group: str) -> Span | None:
    """The same for an event that is run again: a trace of its own, the old context is a link."""
    if not is_sampled(event.traceparent):
        return None
    said = trace.get_current_span(context_of(event.traceparent)).get_span_context()
    return _processing(event, group, Context(), [Link(said)])


def _processing(event: Heard, group: str, parent: Context, links: Sequence[Link] = ()) -> Span:
    record = event.record
    attributes = attributes_of(record.topic, "process") | {
        "messaging.message.id": str(event.event_id),
        "messaging.destination.partition.id": str(record.partition),
        "messaging.kafka.offset": record.offset,
        "messaging.consumer.group.name": group,
    }
    name = f"process {record.topic}"
    return _TRACER.start_span(name, parent, kind=SpanKind.CONSUMER, attributes=attributes, links=links)


@contextmanager
def carrying(traceparent: str | None) -> Iterator[None]:
    """What is said inside carries the given context on."""
    token = otel.attach(context_of(traceparent))
    try:
        yield
    finally:
        otel.detach(token)


def within(span: Span | None, traceparent: str | None) -> AbstractContextManager[object]:
    """Inside the event's own process span, or, unsampled, in its context."""
    if span is not None:
        return trace.use_span(span, record_exception=False, set_status_on_exception=False)
    return carrying(traceparent) if traceparent else nullcontext()


def failed(span: Span | None, error_type: str) -> None:
    """Mark a span; the error's text stays out of it, since it may hold data."""
    if span is not None:
        span.set_attribute("error.type", error_type)
        span.set_status(Status(StatusCode.ERROR))


def attributes_of(topic: str, operation: str) -> Attributes:
    """What each of an event's spans says."""
    return {
        "messaging.system": "kafka",
        "messaging.operation.name": operation,
        "messaging.operation.type": operation,
        "messaging.destination.name": topic,
    }
