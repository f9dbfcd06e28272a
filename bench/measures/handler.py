"""P4: our subscriber beside the usual FastStream handler, over the same topic into the same columns."""

from dataclasses import replace

from bench import copies
from bench.elsewhere import elsewhere
from bench.measure import Bench, Measure, Targets
from bench.measures import apply
from bench.pairs import Result
from bench.peers.handler import WAYS, Way, handled
from bench.peers.tried import Tried
from bench.place import THIN

ROWS, FEW = 100_000, 2_000


async def run(bench: Bench) -> Result:
    """The handler is stopped earlier: its rate does not depend on how many events wait."""
    place, count, few = bench.place, bench.count(ROWS), bench.count(FEW)
    await apply.laid(bench, count)

    async def ours() -> float:
        return await apply.ours(bench, THIN, count)

    async def handler(way: Way) -> float:
        await copies.held(place, THIN, count)
        return await elsewhere(handled, place, THIN, way, few)

    ways = Tried(WAYS, handler)
    result = await bench.pair_up(ours, ways.best, unit="events/s")
    return replace(result, note=f"the handler: {ways}")


MEASURE = Measure(
    "P4",
    "Subscriber beside a FastStream handler",
    against="one event, one SQLAlchemy upsert, one transaction",
    unit="events/s",
    targets=Targets(40, 75, 120),
    run=run,
)
