"""P12: a subscriber that was away comes back to a backlog: from its start to parity."""

from bench import copies
from bench.elsewhere import elsewhere
from bench.measure import Bench, Measure, Targets
from bench.measures.apply import laid
from bench.pairs import Result
from bench.place import THIN
from bench.reader import read

BACKLOG = 200_000
UNIT = "s"


async def run(bench: Bench) -> Result:
    """The pair: one run timed from the start of the bus, group and all; one as P2, only while it reads."""
    count = bench.count(BACKLOG)
    await laid(bench, count)

    async def ours() -> float:
        await copies.held(bench.place, THIN, count)
        reading = await elsewhere(read, bench.place, THIN)
        await copies.complete(bench.place, THIN, count)
        return reading.ended - reading.called

    async def raw() -> float:
        await copies.held(bench.place, THIN, count)
        return count / (await elsewhere(read, bench.place, THIN)).rate

    return await bench.pair_up(ours, raw, unit=UNIT)


MEASURE = Measure(
    "P12",
    "Parity after a backlog of 200k",
    against="backlog ÷ rate of P2",
    unit=UNIT,
    targets=Targets(2.0, 1.3, 1.1, lower=True),
    run=run,
    pairs=3,
)
