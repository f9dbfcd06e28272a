"""A run of `make bench-scale`: the parts that were asked for; the others keep the figures of the run before."""

import os
import platform
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from bench.place import Place, prepare
from bench.running import PROJECT
from bench.scaling.figures import PARTS, Machine, Part, Scale, load
from bench.scaling.processes import Step, relays, subscribers
from bench.scaling.sizes import encoding, sizes
from bench.warming import warm

SIZES = (10_000, 100_000, 1_000_000)
ROWS: Mapping[Part, int] = {"subscriber": 100_000, "relay": 200_000, "residents": SIZES[-1]}
RUNS, LONG_RUNS = 3, 7
LEAST = 400


@dataclass(frozen=True, slots=True)
class Asked:
    """`scale` multiplies all counts; 1.0 for figures that are kept. `long` takes more runs of each shape."""

    state: Path
    parts: Collection[Part] = PARTS
    scale: float = 1.0
    long: bool = False

    def count(self, rows: int) -> int:
        return max(LEAST, int(rows * self.scale))

    @property
    def runs(self) -> int:
        return LONG_RUNS if self.long else RUNS


async def measured(asked: Asked, file: Path, tell: Step) -> None:
    """Each part is kept in `file` when it ends: what fails later costs none of it."""
    before = os.getloadavg()[0]  # later it is our own
    place = await prepare(PROJECT, asked.state, lambda part, seconds, words: tell(f"{part} {words}"))
    try:
        tell("a million records through relay and subscriber, to warm up")
        await warm(place, asked.scale)
        for part in (one for one in PARTS if one in asked.parts):
            found = await _part(place, part, asked, tell)
            merged(load(file), found, part, before, asked.count(ROWS[part])).save(file)
    finally:
        place.platform.down()


def merged(held: Scale | None, found: dict[str, Any], part: Part, before: float, rows: int) -> Scale:
    fields: dict[str, Any] = {} if held is None else {name: getattr(held, name) for name in Scale.model_fields}
    loads = {} if held is None else held.machine.load
    counts = {} if held is None else held.rows
    return Scale(**(fields | found | {"machine": _machine({**loads, part: before}), "rows": {**counts, part: rows}}))


async def _part(place: Place, part: Part, asked: Asked, tell: Step) -> dict[str, Any]:
    def step(words: str) -> None:
        tell(f"{part}: {words}")

    count = asked.count(ROWS[part])
    encoded = await encoding(place, count, step)
    if part == "subscriber":
        return {part: await subscribers(place, count, asked.runs, step)}
    if part == "relay":
        return {part: await relays(place, count, asked.runs, step)}
    return {part: await sizes(place, [asked.count(size) for size in SIZES], asked.runs, step), "encoding": encoded}


def _machine(load: dict[Part, float]) -> Machine:
    memory = psutil.virtual_memory().total / (1 << 30)
    return Machine(cores=psutil.cpu_count() or 1, memory_gb=memory, python=platform.python_version(), load=load)
