"""What one poll brought, and what became of it."""

import time
from collections import Counter
from collections.abc import Set
from dataclasses import dataclass, field
from uuid import UUID

from aiokafka import ConsumerRecord, TopicPartition
from opentelemetry.trace import Span

from sekali import metrics
from sekali.codec import Heard, Poison

COUNTED = {
    "APPLIED": metrics.INBOX_APPLIED,
    "DUPLICATE": metrics.INBOX_DUPLICATE,
    "REFUSED": metrics.INBOX_REFUSED,
}
QUIET = {"PARKED", "WOKE"}  # the parked are measured by their rows


@dataclass
class Batch:
    """Decoded records with their spans, and how many of them came to what."""

    decoded: list[tuple[ConsumerRecord, Heard | Poison]] = field(default_factory=list)
    spans: dict[UUID, Span] = field(default_factory=dict)  # of sampled events, by event id
    outcomes: Counter[str] = field(default_factory=Counter)  # an `effect.Outcome`, or the cause of a dead letter
    names_nobody_erased: bool = False  # known already when its partitions were claimed

    def of(self, places: Set[TopicPartition]) -> list[tuple[ConsumerRecord, Heard | Poison]]:
        """What came from these partitions."""
        numbers = {place.partition for place in places}  # a batch is of one topic
        return [(record, one) for record, one in self.decoded if record.partition in numbers]

    def count(self, topic: str) -> None:
        """After the commit."""
        metrics.INBOX_BATCHES.labels(topic).inc()
        metrics.INBOX_STOPPED.labels(topic).set(0)
        for outcome, metric in COUNTED.items():
            metric.labels(topic).inc(self.outcomes[outcome])
        for cause in self.outcomes.keys() - COUNTED.keys() - QUIET:
            told = "NOT_APPLICABLE" if cause == "DEAD" else cause
            metrics.INBOX_DEAD_LETTERED.labels(topic, told).inc(self.outcomes[cause])
        if self.decoded:
            said = self.decoded[-1][0].timestamp / 1000
            metrics.APPLY_DELAY.labels(topic).observe(max(0.0, time.time() - said))

    def end(self) -> None:
        for span in self.spans.values():
            span.end()
