"""P10: a new agency reads a compacted topic from its beginning into an empty copy, one process."""

import asyncio

from aiokafka import AIOKafkaConsumer, TopicPartition

from bench import copies, stock
from bench.elsewhere import elsewhere
from bench.measure import Bench, Measure, Targets
from bench.pairs import Result, result
from bench.place import RESIDENT, THIN, Place
from bench.raw.copying import bounds
from bench.reader import read
from bench.waiting import until
from sekali import topics

ROWS = 100_000
AGAIN = 5  # every fifth resident is said twice, so that compaction has something to take away
UNIT = "events/s"
AT_ONCE = {"segment.ms": "1000", "max.compaction.lag.ms": "1", "min.cleanable.dirty.ratio": "0.01"}
COMPACTION_SECONDS = 120.0


async def run(bench: Bench) -> Result:
    count = bench.count(ROWS)
    bench.step("a compacted topic")
    await stock.encoded(bench.place, count)
    await compacted(bench.place, count)
    pairs = []
    for number in range(1, bench.pairs + 1):
        bench.step(f"pair {number} of {bench.pairs}")
        await copies.empty(bench.place, THIN)
        await stock.settle(bench.place)
        reading = await elsewhere(read, bench.place, THIN)
        await copies.complete(bench.place, THIN, count)
        raw = await elsewhere(bounds, bench.place, THIN)
        pairs.append((raw.records / (reading.ended - reading.began), raw.records / max(raw.decode, raw.copy)))
    return result(pairs, unit=UNIT)


async def compacted(place: Place, count: int) -> None:
    """The topic after the broker's cleaner: the first records of those who were said twice are gone."""
    place.fresh()
    topics.apply(place.platform.admin.confluent(), place.catalogue, overrides=AT_ONCE)
    await elsewhere(stock.laid, place, RESIDENT, max(count // AGAIN, 1))
    await elsewhere(stock.laid, place, RESIDENT, count)
    await asyncio.sleep(1.5)  # the segment is old enough to be closed, and the next record closes it
    await elsewhere(stock.laid, place, RESIDENT, 100)
    consumer = AIOKafkaConsumer(**place.kafka(), auto_offset_reset="earliest")
    await consumer.start()
    try:
        await until(lambda: _first_is_gone(consumer, place), COMPACTION_SECONDS)
    finally:
        await consumer.stop()
        topics.apply(place.platform.admin.confluent(), place.catalogue)


async def _first_is_gone(consumer: AIOKafkaConsumer, place: Place) -> bool:
    places = [TopicPartition(RESIDENT, number) for number in range(place.catalogue.cards[RESIDENT].partitions)]
    for one in places:
        consumer.assign([one])
        consumer.seek(one, 0)
        first = (await consumer.getmany(timeout_ms=1_000, max_records=1)).get(one)
        if first is None or first[0].offset == 0:
            return False
    return True


MEASURE = Measure(
    "P10",
    "Bootstrap of a new agency",
    against="the slower of bare decode and COPY",
    unit=UNIT,
    targets=Targets(0.40, 0.55, 0.70),
    run=run,
)
