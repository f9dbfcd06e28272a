"""How long a consumer may be without a poll until it counts as gone: aiokafka's five minutes are long for a row."""

import functools
from typing import Any

from faststream.kafka import KafkaBroker


def of(seconds: float) -> None:
    """Of all consumers that this process declares from now on."""
    straight = KafkaBroker.subscriber

    @functools.wraps(straight)
    def impatient(*args: Any, **named: Any) -> Any:
        return straight(*args, **named, max_poll_interval_ms=int(seconds * 1000))

    KafkaBroker.subscriber = impatient  # type: ignore[method-assign]
