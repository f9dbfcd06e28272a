"""P4: our subscriber beside the usual FastStream handler, over the same topic into the same columns."""

from dataclasses import replace

from bench import copies, stock
from bench.elsewhere import elsewhere
from bench.measure import Bench, Measure, Targets
from bench.measures import apply
from bench.pairs import Result
from bench.peers.handler import WAYS, Way, handled
from bench.peers.tried import Tried
from bench.place import RESIDENT, THIN

ROWS, FEW = 100_000, 3_000


async def run(bench: Bench) -> Result:
    """The handler gets fewer events: its rate does not depend on how many wait."""
    place, count, few = bench.place, bench.count(ROWS), bench.count(FEW)
    await stock.encoded(place, count)

    async def ours() -> float:
        await apply.laid(bench, count)
        return await apply.ours(bench, THIN, count)

    async def handler(way: Way) -> float:
        place.fresh()
        await elsewhere(stock.laid, place, RESIDENT, few)
        await copies.held(place, THIN, few)
        return await elsewhere(handled, place, THIN, way)

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
