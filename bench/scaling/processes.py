"""The slope with partitions and processes: several subscriber processes that share a topic, and the one relay."""

import asyncio
import statistics
from collections.abc import Callable, Sequence

from confluent_kafka import KafkaError, KafkaException

from bench import copies, stock
from bench.carrier import carry
from bench.elsewhere import elsewhere
from bench.measures.two_processes import together
from bench.place import OWNER, RESIDENT, THIN, Place
from bench.reader import Reading
from bench.scaling.figures import Shape, Speed
from bench.waiting import until
from sekali.contracts import Catalogue

Step = Callable[[str], None]
SHAPES = ((1, 1), (2, 2), (4, 4), (4, 2), (4, 1))
"""Partitions and processes. The last three tell what processes add, apart from what partitions do."""
PARTITIONS = (1, 2, 4)
STILL = (
    KafkaError.NON_EMPTY_GROUP, KafkaError.NOT_COORDINATOR, KafkaError.COORDINATOR_NOT_AVAILABLE,
    KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
)  # fmt: skip


def cut(place: Place, partitions: int) -> None:
    """The residents' topic anew and empty, with so many partitions, in its card too."""
    card = place.root / "schemas" / OWNER / RESIDENT / "topic.yaml"
    held = place.catalogue.cards[RESIDENT].partitions
    card.write_text(card.read_text().replace(f"\npartitions: {held}\n", f"\npartitions: {partitions}\n"))
    place.catalogue = Catalogue.load(place.root)
    if place.catalogue.cards[RESIDENT].partitions != partitions:
        raise RuntimeError(f"{card} does not say its partitions on a line of their own")
    place.fresh()


async def forgotten(place: Place, reader: str) -> None:
    """The reader's group is unknown to Kafka. A static member is held for its session after its process has ended; who
    takes its name gets its old partitions, and no others of a topic that was cut anew.
    """
    group, admin = f"{reader}.{RESIDENT}", place.admin()

    async def is_gone() -> bool:
        try:
            await asyncio.wrap_future(admin.delete_consumer_groups([group], request_timeout=10)[group])
        except KafkaException as error:
            code = error.args[0].code()
            if code in STILL:
                return False
            if code != KafkaError.GROUP_ID_NOT_FOUND:
                raise
        return True

    await until(is_gone)


async def subscribers(place: Place, count: int, runs: int, step: Step) -> list[Shape]:
    """All shapes in turn, `runs` times: the machine's noise falls on each."""
    found: dict[tuple[int, int], list[Speed]] = {shape: [] for shape in SHAPES}
    for run in range(1, runs + 1):
        laid = 0
        for partitions, processes in SHAPES:
            step(f"run {run} of {runs}: {partitions} partitions, {processes} processes")
            if partitions != laid:
                cut(place, partitions)
                await elsewhere(stock.laid, place, RESIDENT, count)
                laid = partitions
            await forgotten(place, THIN)
            await copies.held(place, THIN, count)
            found[partitions, processes].append(of_readings(await together(place, processes)))
            await copies.complete(place, THIN, count)
    return [_shape(partitions, processes, speeds) for (partitions, processes), speeds in found.items()]


async def relays(place: Place, count: int, runs: int, step: Step) -> list[Shape]:
    """One relay: a second would wait for the first one's lock."""
    found: dict[int, list[Speed]] = {partitions: [] for partitions in PARTITIONS}
    for run in range(1, runs + 1):
        for partitions in PARTITIONS:
            step(f"run {run} of {runs}: {partitions} partitions")
            cut(place, partitions)
            carried = await elsewhere(carry, place, count)
            found[partitions].append(one(carried.rate, carried.cores.machine, carried.cores.own))
    return [_shape(partitions, 1, speeds) for partitions, speeds in found.items()]


def one(rate: float, busy: float, own: float | None) -> Speed:
    return Speed(rate=rate, spread=(rate, rate), busy=busy, own=own, runs=1)


def of_readings(readings: Sequence[Reading]) -> Speed:
    seconds = max(reading.ended for reading in readings) - min(reading.began for reading in readings)
    busy = statistics.fmean(reading.busy for reading in readings)
    own = sum(reading.own * (reading.ended - reading.began) for reading in readings) / seconds
    return one(sum(reading.offsets for reading in readings) / seconds, busy, own)


def median(speeds: Sequence[Speed]) -> Speed:
    rates = sorted(speed.rate for speed in speeds)
    return Speed(
        rate=statistics.median(rates),
        spread=(rates[0], rates[-1]),
        busy=statistics.median(speed.busy for speed in speeds),
        own=statistics.median(speed.own for speed in speeds if speed.own is not None),
        runs=len(speeds),
    )


def _shape(partitions: int, processes: int, speeds: Sequence[Speed]) -> Shape:
    return Shape(partitions=partitions, processes=processes, **median(speeds).model_dump())
