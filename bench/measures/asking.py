"""P15: a read of the agency's own copy, beside asking the other agency each time."""

import statistics
from dataclasses import replace
from uuid import UUID

from bench import copies
from bench.elsewhere import elsewhere
from bench.measure import Bench, Measure, Targets
from bench.measures.apply import laid
from bench.pairs import Result
from bench.peers import asking
from bench.place import OWNER, WIDE
from bench.reader import read

RESIDENTS = 1_000


async def run(bench: Bench) -> Result:
    place, count = bench.place, bench.count(RESIDENTS)
    await laid(bench, count)
    await copies.empty(place, WIDE)
    await elsewhere(read, place, WIDE)
    keys = await _keys(bench, count)
    papers, handshakes, least = asking.papers(place), list[float](), list[float]()
    with asking.served(place, papers) as port:
        await asking.listens(port)

        async def ours() -> float:
            return 1 / await elsewhere(asking.reading, place, keys)

        async def raw() -> float:
            handshakes.append(await elsewhere(asking.asking, place, papers, port, keys[: count // 4], kept=False))
            least.append(await elsewhere(asking.bare, place, keys))
            return 1 / await elsewhere(asking.asking, place, papers, port, keys)

        result = await bench.pair_up(ours, raw, unit="reads/s")
    each = statistics.median(handshakes) * result.ours
    most = 1 / (statistics.median(least) * result.raw)
    told = f"over a kept connection; with a handshake for each request {each:.0f}x"
    return replace(result, note=f"{told}; the driver alone, without a form's session, reads {most:.0f}x")


async def _keys(bench: Bench, count: int) -> list[UUID]:
    sql = await bench.place.sql(OWNER)
    try:
        rows = await sql.fetch("select key from template where n < $1 order by n", count)
    finally:
        await sql.close()
    return [UUID(row["key"]) for row in rows]


MEASURE = Measure(
    "P15",
    "Read of the local copy, in the form's transaction",
    against="one request through mTLS and a signature, one after the other",
    unit="reads/s",
    targets=Targets(10, 30, 100),
    run=run,
)
