"""The whole path as people meet it: every service a process of its own, on real Kafka, PostgreSQL, registry, Zipkin."""

import time
from collections.abc import Iterator

import pytest

from demo.story.traces import provider
from sekali.local.platform import Platform
from tests.journeys.stack import Stack


@pytest.fixture(scope="module")
def stack(served: Platform) -> Iterator[Stack]:
    """All services, ready; whatever a journey stopped or killed runs again when its module ends."""
    served.serve()
    spans = provider(served.endpoints.traces.url)
    running = Stack(served, spans, run=int(time.time()))
    yield running
    running.close()
    spans.shutdown()
    served.serve()
