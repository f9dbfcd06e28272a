"""Latencies as p50 and p99: the nearest rank, no interpolation."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

UNSETTLED = 0.2
"""The first fifth of a run is discarded: connections, caches and the first batches are no steady state."""


@dataclass(frozen=True, slots=True)
class Latency:
    """Seconds."""

    p50: float
    p99: float
    count: int


def latency(seconds: Sequence[float], *, settled: bool = True) -> Latency:
    """`seconds` in the order of the events; with `settled` the first fifth does not count."""
    counted = sorted(seconds[int(len(seconds) * UNSETTLED) :] if settled else seconds)
    return Latency(_rank(counted, 0.50), _rank(counted, 0.99), len(counted))


def _rank(ordered: Sequence[float], share: float) -> float:
    return ordered[ceil(share * len(ordered)) - 1]
