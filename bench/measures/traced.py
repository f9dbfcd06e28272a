"""P16: relay and subscriber with tracing as in production, one event in a hundred sampled, beside tracing off."""

from bench import copies, stock
from bench.carrier import carry
from bench.elsewhere import elsewhere
from bench.measure import Bench, Measure, Targets
from bench.measures.apply import UNIT
from bench.pairs import Result
from bench.place import RESIDENT, THIN
from bench.reader import read
from bench.tracer import Collector, collecting

RELAYED, APPLIED = 100_000, 60_000


async def run(bench: Bench) -> Result:
    await stock.encoded(bench.place, bench.count(max(RELAYED, APPLIED)))
    async with collecting() as collector:
        relay = await _relay(bench, bench.count(RELAYED), collector)
        applying = await _applying(bench, bench.count(APPLIED), collector)
    if not collector.taken:
        raise RuntimeError("no span has left: tracing was not on")
    worse = min(relay, applying, key=lambda one: one.ratio)
    note = f"relay {relay.ratio:.0%}, apply {applying.ratio:.0%}"
    return Result(worse.ratio, worse.spread, worse.ours, worse.raw, UNIT, worse.pairs, note)


async def _relay(bench: Bench, count: int, collector: Collector) -> Result:
    bench.place.fresh()

    async def ours() -> float:
        return (await elsewhere(carry, bench.place, count, traced="sampled", collector=collector.url)).rate

    async def raw() -> float:
        return (await elsewhere(carry, bench.place, count, traced="null")).rate

    return await bench.pair_up(ours, raw, unit=UNIT)


async def _applying(bench: Bench, count: int, collector: Collector) -> Result:
    """The same events twice in the topic: first as they are with tracing off, then with their traceparents."""
    place = bench.place
    place.fresh()
    await elsewhere(stock.laid, place, RESIDENT, count, "null")
    middle = place.ends()
    await elsewhere(stock.laid, place, RESIDENT, count, "sampled")

    async def ours() -> float:
        await copies.held(place, THIN, count, begins=middle)
        return (await elsewhere(read, place, THIN, collector=collector.url)).rate

    async def raw() -> float:
        await copies.held(place, THIN, count)
        return (await elsewhere(read, place, THIN, ends=middle)).rate

    return await bench.pair_up(ours, raw, unit=UNIT)


MEASURE = Measure(
    "P16",
    "Traced: relay and subscriber",
    against="tracing off; the worse of the two",
    unit=UNIT,
    targets=Targets(0.75, 0.85, 0.95),
    run=run,
)
