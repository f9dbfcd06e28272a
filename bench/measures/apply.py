"""P2 and P3: a subscriber's copy kept by a contract that opens no seal, and by one that opens all."""

from collections.abc import Awaitable, Callable

from bench import copies, stock
from bench.elsewhere import elsewhere
from bench.measure import Bench, Measure, Targets
from bench.pairs import Result
from bench.place import RESIDENT, THIN, WIDE
from bench.raw import applying
from bench.reader import read

THIN_ROWS, WIDE_ROWS = 100_000, 40_000
UNIT = "events/s"


async def laid(bench: Bench, count: int) -> None:
    """So many residents' states in an otherwise empty topic."""
    bench.step("encoding residents")
    await stock.encoded(bench.place, count)
    bench.place.fresh()
    await elsewhere(stock.laid, bench.place, RESIDENT, count)


async def ours(bench: Bench, reader: str, count: int) -> float:
    """Events/s of the real subscriber, in a process of its own."""
    await copies.held(bench.place, reader, count)
    rate = (await elsewhere(read, bench.place, reader)).rate
    await copies.complete(bench.place, reader, count)
    return rate


async def raw(bench: Bench, reader: str, count: int) -> float:
    """Events/s if each step ran alone, one after the other, by its plain client."""
    await copies.held(bench.place, reader, count)
    return (await elsewhere(applying.limit, bench.place, reader)).rate


def _of(reader: str, rows: int) -> Callable[[Bench], Awaitable[Result]]:
    async def run(bench: Bench) -> Result:
        count = bench.count(rows)
        await laid(bench, count)
        return await bench.pair_up(lambda: ours(bench, reader, count), lambda: raw(bench, reader, count), unit=UNIT)

    return run


MEASURES = (
    Measure(
        "P2",
        "Subscriber, no seal opened",
        against="getmany, bare decode and UNNEST upsert, each alone, summed",
        unit=UNIT,
        targets=Targets(0.75, 0.90, 1.10),
        run=_of(THIN, THIN_ROWS),
    ),
    Measure(
        "P3",
        "Subscriber, all seals opened",
        against="the same with bare AES-GCM, inner decode and the wide upsert",
        unit=UNIT,
        targets=Targets(0.70, 0.80, 0.90),
        run=_of(WIDE, WIDE_ROWS),
    ),
)
