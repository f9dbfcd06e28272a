"""P1: rows that wait in the outbox, until Kafka has acknowledged all and the last is deleted."""

from aiokafka import AIOKafkaConsumer, TopicPartition

from bench import stock
from bench.carrier import carry
from bench.elsewhere import elsewhere
from bench.measure import Bench, Measure, Targets
from bench.pairs import Result
from bench.place import OWNER, RESIDENT, Place
from bench.raw import draining

ROWS = 200_000
RAW_TOPIC = "bench.raw"
COMPARED = 20
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

    found = await bench.pair_up(ours, raw, unit=UNIT)
    await same_records(bench.place)
    return found


async def same_records(place: Place) -> None:
    """Both logs begin with the same records, byte for byte: else the two sides did not do the same."""
    first = [await first_records(place, topic) for topic in (RESIDENT, RAW_TOPIC)]
    if not first[0] or first[0] != first[1]:
        raise RuntimeError("the raw side publishes other records than the relay")


async def first_records(place: Place, topic: str) -> list[tuple[bytes, bytes, tuple[tuple[str, bytes], ...]]]:
    consumer, one = AIOKafkaConsumer(**place.kafka(), enable_auto_commit=False), TopicPartition(topic, 0)
    await consumer.start()
    try:
        consumer.assign([one])
        consumer.seek(one, 0)
        found = await consumer.getmany(one, timeout_ms=5_000, max_records=COMPARED)
        return [(record.key, record.value, record.headers) for record in found.get(one, [])]
    finally:
        await consumer.stop()


MEASURE = Measure(
    "P1",
    "Relay",
    against="the slower of send_batch of the same records and draining the same table",
    unit=UNIT,
    targets=Targets(0.40, 0.55, 0.70),
    run=run,
)
