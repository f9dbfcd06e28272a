"""S1: many small stories under a seeded scheduler; the bus's state machines are the real ones, and so is PostgreSQL.

A story that did not hold is told again by `make faults ONLY=S1 SEED=<its number>`, and written down step by step.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

from faults.results import Result
from faults.row import Blow, Options, Row, Step
from faults.stand.children import PROJECT
from faults.stand.stand import Stand

FULL, SMOKE = 4_000, 500
"""Three full runs, each with seeds of its own, tell 12,000: a story took 0.4 to 1.1 s on a machine that others used."""
SINGLE = 10**9
"""Numbers of single stories begin there, above all that a run draws: such a seed means one story."""
WORKERS = 2
TWICE = 50
"""Each so-manieth story is told twice, and must be the same."""
EVERY = 50


def first(seed: int) -> int:
    """The number of the first story of a run with this seed."""
    return seed if seed >= SINGLE else SINGLE + seed * FULL


def plan(chance: Random, count: int) -> Sequence[Blow]:
    """The stories' own faults are drawn by their own seeds."""
    return [Blow("story", number=chance.randrange(10**9)) for _ in range(count)]


async def strike(stand: Stand, blow: Blow) -> None:
    raise NotImplementedError("The row has no stand.")


async def run(options: Options, step: Step) -> Result:
    count = 1 if options.seed >= SINGLE else ROW.smoke if options.smoke else ROW.full
    result, begun = Result(options.seed, options.smoke, planned=count), time.monotonic()
    options.state.mkdir(parents=True, exist_ok=True)
    told: list[dict[str, Any]] = []
    workers = min(WORKERS, count)

    def taken(one: dict[str, Any]) -> None:
        _take(one, told, result, step)

    async with asyncio.TaskGroup() as group:
        for number in range(workers):
            share = len(range(number, count, workers))
            group.create_task(_worker(options.state, first(options.seed) + number, share, workers, taken))
    result.injected = len(told)
    result.seconds = time.monotonic() - begun
    result.note = _note(told, options.state / f"s1-{options.seed}.txt")
    return result


async def _worker(state: Path, begin: int, count: int, every: int, taken: Any) -> None:
    """A process with a database server of its own."""
    command = [sys.executable, "-m", "faults.simulation", str(begin), "--count", str(count), "--step", str(every)]
    command += ["--twice", str(TWICE), *(["--lines"] if begin >= SINGLE and count == 1 and every == 1 else [])]
    wrong, lines = state / f"s1-{begin}.err", state / f"s1-{begin}.txt"
    with wrong.open("wb") as errors, lines.open("w") as steps:
        process = await asyncio.create_subprocess_exec(
            *command, cwd=PROJECT, env=os.environ | {"PYTHONHASHSEED": "0"}, stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE, stderr=errors, limit=1 << 20,
        )  # fmt: skip
        assert process.stdout is not None
        try:
            async for line in process.stdout:
                if line.startswith(b"{"):
                    taken(json.loads(line))
                else:
                    steps.write(line.decode())
        except BaseException:
            with suppress(ProcessLookupError):
                process.terminate()
            raise
        finally:
            code = await process.wait()
    if code not in {0, 1}:
        last = (wrong.read_text("utf-8", "replace").splitlines() or ["nothing"])[-1]
        raise RuntimeError(f"The stories from {begin} on could not be told (exit {code}): it said last: {last}")


def _take(one: dict[str, Any], told: list[dict[str, Any]], result: Result, step: Step) -> None:
    told.append(one)
    if len(told) % EVERY == 0:
        step(f"{len(told)}/{result.planned} stories")
    for name, sentences in one["violations"].items():
        result.add({name: [f"{sentence} (make faults ONLY=S1 SEED={one['seed']})" for sentence in sentences[:2]]})


def _note(told: Sequence[dict[str, Any]], lines: Path) -> str:
    if not told:
        return ""
    faults, twice = sum(one["faults"] for one in told), sum(one["again"] for one in told)
    cost = sum(one["ms"] for one in told) / len(told)
    said = f"{faults} faults in {sum(one['steps'] for one in told)} steps, {cost:.0f} ms a story, {twice} told twice"
    return f"{said}; step by step in {lines}" if len(told) == 1 else said


ROW = Row(
    "S1",
    "stories of relay, inbox, dead letters and erasure under a seeded scheduler",
    full=FULL,
    smoke=SMOKE,
    holds=("I1", "I2", "I3", "I4", "I5", "I6", "I10"),
    plan=plan,
    strike=strike,
    alone=run,
)
