"""P13: resident memory of a subscriber a million events behind, and of a relay before a million rows."""

import statistics

from bench import copies, stock
from bench.carrier import Carried, carry
from bench.elsewhere import elsewhere
from bench.measure import Bench, Measure, Targets
from bench.pairs import Result
from bench.place import THIN
from bench.reader import Reading, read

ROWS, TIMES = 200_000, 5
UNIT = "MB"


async def run(bench: Bench) -> Result:
    count = bench.count(ROWS)
    bench.step("a million rows wait in the outbox")
    await stock.encoded(bench.place, count)
    bench.place.fresh()
    relay = await elsewhere(carry, bench.place, count, times=TIMES)
    found = []
    for number in range(1, bench.pairs + 1):
        bench.step(f"a million events behind, run {number} of {bench.pairs}")
        await copies.held(bench.place, THIN, count)
        found.append(await elsewhere(read, bench.place, THIN))
        await copies.complete(bench.place, THIN, count * TIMES)
    return told(found, relay)


def told(found: list[Reading], relay: Carried) -> Result:
    """The most of each run; `raw` is the same process before its first batch."""
    peaks = sorted(max(one.memory) for one in found)
    middle = statistics.median(peaks)
    rest = statistics.median(one.memory[0] for one in found)
    rises = statistics.median(_rise(one.memory) for one in found)
    note = f"second half {rises:+.1f} MB; relay {relay.rest:.0f} → {relay.most:.0f} MB"
    return Result(middle, (peaks[0], peaks[-1]), middle, rest, UNIT, len(found), note)


def _rise(memory: list[float]) -> float:
    """What the second half of the run adds to the most of the first: about nothing, if it is flat."""
    middle = len(memory) // 2
    return max(memory[middle:]) - max(memory[:middle])


MEASURE = Measure(
    "P13",
    "Memory, a million behind",
    against="itself before the first batch",
    unit=UNIT,
    targets=Targets(300, 160, 130, lower=True),
    run=run,
    pairs=3,
)
