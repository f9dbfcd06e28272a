"""P17 and P18: our relay beside Debezium Server's outbox router, of the same rows into the same broker."""

from dataclasses import replace
from statistics import median

from bench import stock
from bench.carrier import carry
from bench.elsewhere import elsewhere
from bench.measure import Bench, Measure, Targets
from bench.pairs import Result
from bench.peers import consumable
from bench.peers.debezium import running
from bench.raw import waiting_times

ROWS = 100_000
SINGLES = 200
MILLISECONDS = 1_000


async def throughput(bench: Bench) -> Result:
    """Both relays wait idle when the rows are committed."""
    place, count = bench.place, bench.count(ROWS)
    bench.step("encoding residents, starting Debezium")
    await stock.encoded(place, count)
    async with running(place, count) as debezium:

        async def ours() -> float:
            place.fresh()
            return (await elsewhere(carry, place, count)).rate

        async def raw() -> float:
            debezium.awake()
            try:
                return await debezium.carry(count)
            finally:
                debezium.asleep()

        return await bench.pair_up(ours, raw, unit="events/s")


async def latency(bench: Bench) -> Result:
    """Milliseconds from the commit of a single event to a plain consumer that has it, 50 of them a second.

    Beside them what no relay that reads an outbox can go below: a query that reads nothing, and a record that is there
    already through the same Kafka and back.
    """
    place, count = bench.place, bench.count(SINGLES, least=50)
    bench.step("encoding residents, starting Debezium")
    warm = max(count, bench.count(ROWS))
    await stock.encoded(place, warm)
    ninety_nine: list[tuple[float, float]] = []
    trips, asked = list[float](), list[float]()
    async with running(place, warm) as debezium:

        async def ours() -> float:
            place.fresh(waiting_times.TOPIC)
            trips.append(median(await elsewhere(waiting_times.round_trips, place, count, consumable.PER_SECOND)))
            asked.append(median(await elsewhere(waiting_times.queries, place, count, consumable.PER_SECOND)))
            place.fresh()
            seen = await elsewhere(consumable.through_relay, place, count)
            ninety_nine.append((seen.p99, 0.0))
            return seen.p50 * MILLISECONDS

        async def raw() -> float:
            debezium.awake()
            try:
                seen = await elsewhere(consumable.through_debezium, place, debezium.url, count)
            finally:
                debezium.asleep()
            ninety_nine[-1] = (ninety_nine[-1][0], seen.p99)
            return seen.p50 * MILLISECONDS

        found = await bench.pair_up(ours, raw, unit="ms")
    trip, query = median(trips) * MILLISECONDS, median(asked) * MILLISECONDS
    alone = f"a Kafka round trip ({trip:.2f} ms) and an empty query ({query:.2f} ms): {(trip + query) / found.raw:.2f}x"
    return replace(found, note=f"{consumable.p99s(ninety_nine)}; at this pace, alone, {alone}")


MEASURES = (
    Measure(
        "P17",
        "Relay beside Debezium",
        against="Debezium Server's outbox router, tuned and warm",
        unit="events/s",
        targets=Targets(1.0, 2.0, 3.0),
        run=throughput,
    ),
    Measure(
        "P18",
        "Commit to consumable, p50",
        against="the same through Debezium, 50 events/s",
        unit="ms",
        targets=Targets(0.6, 0.35, 0.25, lower=True),
        run=latency,
    ),
)
