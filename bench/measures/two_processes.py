"""P11: two subscriber processes share the partitions; what they reach beside what the machine has left for a second."""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from bench import copies
from bench.elsewhere import elsewhere
from bench.measure import Bench, Measure, Targets
from bench.measures.apply import laid
from bench.pairs import Result, result
from bench.place import THIN, Place
from bench.reader import Reading, read

ROWS = 100_000
UNIT = "times one"


async def run(bench: Bench) -> Result:
    count = bench.count(ROWS)
    await laid(bench, count)
    pairs, cores = [], psutil.cpu_count() or 1
    for number in range(1, bench.pairs + 1):
        bench.step(f"pair {number} of {bench.pairs}")
        await copies.held(bench.place, THIN, count)
        (one,) = await together(bench.place, 1)
        await copies.held(bench.place, THIN, count)
        two = await together(bench.place, 2)
        await copies.complete(bench.place, THIN, count)
        gained = _rate(two) / one.rate
        pairs.append((gained, min(2.0, cores / one.busy)))
    return result(pairs, unit=UNIT)


async def together(place: Place, members: int) -> list[Reading]:
    """So many processes that begin at the same moment, each with its part of the partitions."""
    with TemporaryDirectory() as meeting:
        return await asyncio.gather(
            *(
                elsewhere(read, place, THIN, member=member, members=members, meeting=Path(meeting))
                for member in range(1, members + 1)
            )
        )


def _rate(readings: list[Reading]) -> float:
    """From the first batch of any to the last commit of any."""
    seconds = max(one.ended for one in readings) - min(one.began for one in readings)
    return sum(one.offsets for one in readings) / seconds


MEASURE = Measure(
    "P11",
    "Two subscriber processes",
    against="min(2, cores ÷ cores busy while one runs)",
    unit=UNIT,
    targets=Targets(0.70, 0.85, 0.95),
    run=run,
)
