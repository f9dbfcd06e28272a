"""The slope with residents: time to fill a new agency's copy, and the bytes that a resident takes where it lies."""

import time

from bench import copies, stock
from bench.busy import Stretch
from bench.elsewhere import elsewhere
from bench.place import OWNER, RESIDENT, THIN, WIDE, Place
from bench.reader import read
from bench.scaling.figures import Size, Speed
from bench.scaling.processes import Step, cut, forgotten, median, of_readings, one

PARTITIONS = 4
CHUNK = 200_000  # as many as a laying process holds in memory
RUNS_OF_LARGEST = 1


async def encoding(place: Place, count: int, step: Step) -> Speed:
    """Residents a second, encoded and sealed by two processes, with the COPY that keeps them; of those not held yet."""
    step(f"{count:,} residents are encoded and sealed")
    sql = await place.sql(OWNER)
    await sql.execute(stock.TABLE)
    held = await sql.fetchval("select count(*) from template")
    await sql.close()
    begun, stretch = time.monotonic(), Stretch()
    await stock.encoded(place, count)
    seconds = time.monotonic() - begun
    cores = stretch.cores(seconds)
    return one(max(count - held, 0) / seconds, cores.machine, None)


async def sizes(place: Place, counts: list[int], runs: int, step: Step) -> list[Size]:
    """Each next size is laid behind the one before it: every resident is said once."""
    cut(place, PARTITIONS)
    for reader in (THIN, WIDE):
        await forgotten(place, reader)
    found, laid = [], 0
    for count in counts:
        step(f"{count:,} residents: the topic")
        for first in range(laid, count, CHUNK):
            await elsewhere(stock.laid, place, RESIDENT, min(first + CHUNK, count), first=first)
        laid = count
        times = RUNS_OF_LARGEST if count == counts[-1] and len(counts) > 1 else runs
        found.append(await _size(place, count, times, step))
    return found


async def _size(place: Place, count: int, runs: int, step: Step) -> Size:
    speeds: dict[str, Speed] = {}
    held: dict[str, float] = {}
    for reader in (THIN, WIDE):
        taken = []
        for run in range(1, runs + 1):
            step(f"{count:,} residents: {reader} copy, run {run} of {runs}")
            await copies.empty(place, reader)
            await stock.settle(place)
            taken.append(of_readings([await elsewhere(read, place, reader)]))
            await copies.complete(place, reader, count)
        speeds[reader], held[reader] = median(taken), await _bytes(place, reader, "resident")
        await copies.empty(place, reader)
    step(f"{count:,} residents: the outbox")
    return Size(
        residents=count,
        thin=speeds[THIN],
        wide=speeds[WIDE],
        topic_bytes=_topic(place) / count,
        thin_bytes=held[THIN] / count,
        wide_bytes=held[WIDE] / count,
        outbox_bytes=await _outbox(place, count) / count,
    )


async def _bytes(place: Place, agency: str, table: str) -> float:
    """Table, indexes and TOAST."""
    sql = await place.sql(agency)
    try:
        return float(await sql.fetchval("select pg_total_relation_size($1::regclass)", table))
    finally:
        await sql.close()


async def _outbox(place: Place, count: int) -> float:
    sql = await stock.emptied(place)
    try:
        await stock.fill(sql, count)
        return await _bytes(place, OWNER, "outbox")
    finally:
        await sql.execute("truncate outbox")
        await sql.close()


def _topic(place: Place) -> float:
    """Segments only: Kafka gives each partition's index 10 MB ahead."""
    segments = place.platform.place.state.glob(f"**/{RESIDENT}-[0-9]*/*.log")
    return float(sum(segment.stat().st_size for segment in segments))
