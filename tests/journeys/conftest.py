"""The whole path as people meet it: every service a process of its own, on real Kafka, PostgreSQL, registry, Zipkin."""

import time
from collections.abc import Callable, Iterator

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


@pytest.fixture
def figure(
    capsys: pytest.CaptureFixture[str], record_property: Callable[[str, object], None]
) -> Callable[[str, object, str], None]:
    """`figure(name, value, line)`: the value for the result's file, the line for people."""

    def tell(name: str, value: object, line: str) -> None:
        record_property(name, value)
        with capsys.disabled():
            print(f"\n{line}", end="")

    return tell
