"""Stories of seeds, a line of JSON for each: {seed, digest, faults, steps, parity, ms, violations, again}.

`--lines` also writes what happened in each, step by step.
"""

import argparse
import asyncio
import contextlib
import gc
import json
import logging
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from faults.checker.judging import judged
from faults.checker.log import Log
from faults.child.planted import BUGS, plant
from faults.simulation import ground, reading
from faults.simulation.cluster import Cluster
from faults.simulation.lines import Lines
from faults.simulation.loop import SimulatedLoop
from faults.simulation.story import Stage, Told, tell

COLLECT = 50
"""Stories between two rounds of the garbage collector, which else might end a dead process's coroutines at any time."""


@dataclass(frozen=True)
class Teller:
    stage: Stage
    log: Log

    async def result(self, seed: int, *, twice: bool) -> tuple[dict[str, Any], Told]:
        begun = time.perf_counter()
        violations, told = await self._judged(seed)
        seconds = time.perf_counter() - begun
        if twice:
            _, again = await self._judged(seed)
            if again.digest != told.digest:
                violations["I10"] = [f"the seed {seed} told two stories: {_first_difference(told, again)}"]
        found = {
            "seed": seed, "digest": told.digest, "faults": told.faults, "steps": len(told.lines),
            "parity": [round(one, 2) for one in told.parity], "ms": round(seconds * 1000), "again": twice,
            "violations": violations,
        }  # fmt: skip
        return found, told

    async def _judged(self, seed: int) -> tuple[dict[str, list[str]], Told]:
        told, world = await tell(self.stage, seed)
        books = await reading.books(self.log, world.broker, self.stage.judges)
        books.parity = told.parity
        violations = judged(books)
        if told.late:
            violations.setdefault("I5", []).insert(0, told.late)
        for sql in self.stage.judges.values():
            await sql.execute("select simulation_empty()")
        return violations, told


def _first_difference(one: Told, other: Told) -> str:
    for first, second in zip(one.lines, other.lines, strict=False):
        if first != second:
            return f"{first!r}, then {second!r}"
    return "one goes on longer"


@contextlib.asynccontextmanager
async def opened(loop: SimulatedLoop, state: Path, cluster: Cluster) -> AsyncIterator[Teller]:
    place, lines = ground.prepared(state), Lines(cluster.opened)
    address = ground.replace(place, lines, loop).write(state / "registry")
    await ground.migrated(place, cluster)
    judges = {agency: await cluster.opened(agency) for agency in ground.AGENCIES}
    for sql in judges.values():
        await sql.execute("set lock_timeout = '5s'")
    try:
        yield Teller(Stage(loop, place, cluster, lines, judges), reading.reader(place, address))
    finally:
        for sql in judges.values():
            sql.terminate()


async def run(loop: SimulatedLoop, given: argparse.Namespace, state: Path, cluster: Cluster) -> bool:
    """Whether all of them held."""
    held = True
    async with opened(loop, state, cluster) as teller:
        if given.planted:
            plant(given.planted)
        gc.collect()
        gc.freeze()
        gc.disable()
        for number, seed in enumerate(range(given.first, given.first + given.count * given.step, given.step)):
            twice = given.twice > 0 and number % given.twice == 0
            found, told = await teller.result(seed, twice=twice)
            if given.lines:
                sys.stdout.write("".join(f"{line}\n" for line in told.lines))
            sys.stdout.write(json.dumps(found) + "\n")
            sys.stdout.flush()
            held = held and not found["violations"]
            if given.until_found and not held:
                break
            if number % COLLECT == COLLECT - 1:
                gc.collect()
    return held


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m faults.simulation", description=__doc__)
    asked.add_argument("first", type=int, help="the first seed")
    asked.add_argument("--count", type=int, default=1)
    asked.add_argument("--step", type=int, default=1, help="from one seed to the next")
    asked.add_argument("--twice", type=int, default=0, help="each so-manieth story is told again and must be the same")
    asked.add_argument("--planted", choices=sorted(BUGS), default="")
    asked.add_argument("--until-found", action="store_true", help="end with the first story that did not hold")
    asked.add_argument("--lines", action="store_true")
    given = asked.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the database server ends too
    logging.basicConfig(level=logging.CRITICAL)
    logging.getLogger("asyncio").setLevel(logging.CRITICAL + 1)
    with tempfile.TemporaryDirectory(prefix="sekali-simulation-") as folder, Cluster() as cluster:
        loop = SimulatedLoop()
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            return 0 if runner.run(run(loop, given, Path(folder), cluster)) else 1


if __name__ == "__main__":
    sys.exit(main())
