"""P14: the outbox stays healthy for half an hour beside transactions that are left open."""

import statistics
from dataclasses import replace

from bench.endurance import PER_SECOND, Span, endured
from bench.measure import Bench, Measure, Targets
from bench.pairs import Result

SECONDS, SPAN = 1_800.0, 60.0
MOST_GROWTH = 1.5
"""The outbox of the last third may weigh so many times that of the first: its dead rows are bounded."""


async def run(bench: Bench) -> Result:
    """The worst minute's rate or median latency, whichever is worse, against the first minute's."""
    bench.step("half an hour")
    spans = await endured(bench.place, SECONDS * bench.scale, SPAN * bench.scale)
    first, later = spans[0], spans[1:]
    rates = [one.applied / first.applied for one in later]
    delays = [first.delay.p50 / one.delay.p50 for one in later]
    ratio = min(*rates, *delays)
    found = Result(
        ratio=ratio,
        spread=(ratio, max(min(pair) for pair in zip(rates, delays, strict=True))),
        ours=min(one.applied for one in later),
        raw=first.applied,
        unit="events/s",
        pairs=len(later),
    )
    return replace(found, note=_words(spans))


def _words(spans: list[Span]) -> str:
    third = max(1, len(spans) // 3)
    early, late = (max(one.size for one in part) for part in (spans[:third], spans[-third:]))
    bounded = "bounded" if late <= MOST_GROWTH * early else "NOT bounded"
    number, worst = max(enumerate(spans[1:], start=2), key=lambda one: one[1].delay.p50)
    usual = statistics.median(one.delay.p50 for one in spans)
    return (
        f"p50 {spans[0].delay.p50 * 1e3:.1f} ms in the first minute, {usual * 1e3:.1f} ms in the "
        f"median one, {worst.delay.p50 * 1e3:.1f} ms in the worst, the {number}th "
        f"(p99 {spans[0].delay.p99 * 1e3:.0f} and {worst.delay.p99 * 1e3:.0f}); at most "
        f"{max(one.dead for one in spans):,} dead rows, {bounded}: the outbox takes {early / 1e6:.0f} MB in the first "
        f"third, {late / 1e6:.0f} MB in the last"
    )


MEASURE = Measure(
    "P14",
    f"Health at {PER_SECOND:,} events/s beside idle transactions",
    against="the first minute of the same half hour",
    unit="events/s",
    targets=Targets(0.80, 0.90, 0.95),
    run=run,
    pairs=1,
    long=True,
)
