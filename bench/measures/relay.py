"""P1: rows that wait in the outbox, until Kafka has acknowledged all and the last is deleted."""

from bench import stock
from bench.carrier import carry
from bench.elsewhere import elsewhere
from bench.measure import Bench, Measure, Targets
from bench.pairs import Result
from bench.place import OWNER
from bench.raw import draining

ROWS = 200_000
RAW_TOPIC = "bench.raw"
UNIT = "events/s"


async def run(bench: Bench) -> Result:
    place, count = bench.place, bench.count(ROWS)
    bench.step("encoding residents")
    await stock.encoded(place, count)
    place.fresh()

    async def ours() -> float:
        return (await elsewhere(carry, place, count)).rate

    async def raw() -> float:
        """The slower of two limits: publishing the same records, and draining the same table."""
        place.fresh(RAW_TOPIC)
        publishing = await elsewhere(stock.laid, place, RAW_TOPIC, count)
        sql = await stock.emptied(place)
        await stock.fill(sql, count)
        await sql.close()
        await stock.settle(place)
        return count / max(publishing, await elsewhere(draining.drained, place.urls[OWNER]))

    return await bench.pair_up(ours, raw, unit=UNIT)


MEASURE = Measure(
    "P1",
    "Relay",
    against="the slower of send_batch of the same records and draining the same table",
    unit=UNIT,
    targets=Targets(0.40, 0.55, 0.70),
    run=run,
)
