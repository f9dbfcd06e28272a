"""P19: our relay beside that of the PyPI package faststream-outbox."""

from dataclasses import replace

from bench import stock
from bench.carrier import carry
from bench.elsewhere import elsewhere
from bench.measure import Bench, Measure, Targets
from bench.pairs import Result
from bench.peers import faststream_outbox as peer
from bench.peers.tried import Tried

ROWS, FEW = 100_000, 10_000


async def run(bench: Bench) -> Result:
    """The peer gets fewer rows: its rate does not depend on how many wait."""
    place, count, few = bench.place, bench.count(ROWS), bench.count(FEW, least=1_000)
    bench.step("encoding residents")
    await stock.encoded(place, max(count, few))

    async def with_settings(way: peer.Way) -> float:
        place.fresh(peer.TOPIC)
        return await elsewhere(peer.carry, place, few, way)

    async def ours() -> float:
        place.fresh()
        return (await elsewhere(carry, place, count)).rate

    ways = Tried(peer.WAYS, with_settings)
    result = await bench.pair_up(ours, ways.best, unit="events/s")
    return replace(result, note=f"faststream-outbox: {ways}")


MEASURE = Measure(
    "P19",
    "Relay beside faststream-outbox",
    against="its relay with the best settings found",
    unit="events/s",
    targets=Targets(25, 60, 100),
    run=run,
)
