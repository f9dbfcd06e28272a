"""P7, P8, P9: from the source's commit to the commit at the subscriber."""

import statistics
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

from bench import copies, stock
from bench.elsewhere import elsewhere
from bench.measure import Bench, Measure, Targets
from bench.pairs import Result, result
from bench.path import Saying, delays, highest
from bench.place import THIN, Place
from bench.quantiles import Latency, latency
from bench.raw import waiting_times

PER_SECOND = 300.0
EVENTS = 1_500
IDLE_PER_SECOND = 50.0
PROBES = 600
SETTLING = 5
"""Runs behind the highest rate that count for nothing: Kafka's Java is compiled anew for another kind of load."""
FLOOD = 60_000
MILLISECONDS = 1_000
Pair = tuple[Latency, Latency, float]
"""Ours, the least, and the events/s that ours really had."""

_taken: dict[Path, list[Pair]] = {}
"""Of each run's state folder: P7 and P8 are told of the same pairs."""


async def least(place: Place, count: int) -> Latency:
    """A Kafka round trip and a commit, each taken alone at the same pace, their quantiles summed."""
    place.fresh(waiting_times.TOPIC)
    await stock.encoded(place, count)
    await copies.held(place, THIN, count)
    found = await elsewhere(waiting_times.both, place, count, PER_SECOND)
    trips, commits = latency(found[0]), latency(found[1])
    return Latency(trips.p50 + commits.p50, trips.p99 + commits.p99, trips.count)


async def pairs(bench: Bench) -> list[Pair]:
    state = bench.place.platform.place.state
    if state not in _taken:
        count, found = bench.count(EVENTS), []
        for number in range(bench.pairs):
            bench.step(f"pair {number + 1} of {bench.pairs}")
            ours, rate = await delays(bench.place, Saying(count, PER_SECOND))
            found.append((latency(ours), await least(bench.place, count), rate))
        _taken[state] = found
    return _taken[state]


def _of(quantile: Callable[[Latency], float]) -> Callable[[Bench], Awaitable[Result]]:
    async def run(bench: Bench) -> Result:
        found = await pairs(bench)
        in_ms = [(quantile(one) * MILLISECONDS, quantile(other) * MILLISECONDS) for one, other, _ in found]
        return replace(result(in_ms, unit="ms"), note=f"{min(rate for *_, rate in found):.0f} events/s at least")

    return run


async def loaded(bench: Bench) -> Result:
    """Single events at half of what the whole path can carry here, beside single events alone.

    The maximum is the path's: writing, relay and subscriber at once, as they share the machine under load, too.
    Taken alone, each has all cores; half of that for all together is more than the machine has.
    """
    place, probes, flood = bench.place, bench.count(PROBES), bench.count(FLOOD, least=2_000)
    bench.step("the highest rate")
    most = statistics.median([await highest(place, flood) for _ in range(3)])

    async def p99(bulk: float) -> float:
        found, _ = await delays(place, Saying(probes, IDLE_PER_SECOND, bulk))
        return latency(found).p99 * MILLISECONDS

    for number in range(bench.count(SETTLING, least=1)):
        bench.step(f"half of it, until Kafka has settled: {number + 1} of {SETTLING}")
        await p99(most / 2)
    found = await bench.pair_up(lambda: p99(most / 2), lambda: p99(0.0), unit="ms")
    return replace(found, note=f"p99 at {most / 2:,.0f} events/s, half of {most:,.0f}; idle: {IDLE_PER_SECOND:.0f}/s")


MEASURES = (
    Measure(
        "P7",
        "Commit to committed at the subscriber, p50",
        against="Kafka round trip and commit, each alone, summed; 300 events/s",
        unit="ms",
        targets=Targets(4.0, 3.0, 2.2, lower=True),
        run=_of(lambda one: one.p50),
    ),
    Measure(
        "P8",
        "The same, p99",
        against="the sum of the p99s",
        unit="ms",
        targets=Targets(6.0, 4.0, 2.5, lower=True),
        run=_of(lambda one: one.p99),
    ),
    Measure(
        "P9",
        "Latency at half of the highest rate, p99",
        against="p99 of single events alone",
        unit="ms",
        targets=Targets(10, 5, 3, lower=True),
        run=loaded,
        pairs=3,
    ),
)
