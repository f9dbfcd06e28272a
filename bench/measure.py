"""A measure: a row of the table of targets, and what runs it. Each file of bench/measures holds one or more."""

import importlib
import pkgutil
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from bench import measures
from bench.pairs import Result, Side, interleaved
from bench.place import Place

Level = Literal["floor", "goal", "stretch"]
LEVELS: tuple[Level, ...] = ("floor", "goal", "stretch")


class Skipped(Exception):
    """What the measure needs is not here; its text is a sentence that says what, and how to get it."""


@dataclass(frozen=True, slots=True)
class Targets:
    """Three ratios (megabytes for P13). `lower` where less is better: a time, a memory."""

    floor: float
    goal: float
    stretch: float
    lower: bool = False

    def reached(self, ratio: float) -> Level | None:
        """The best target that `ratio` meets; None below the floor."""
        met = [one for one in LEVELS if self.better(ratio, getattr(self, one))]
        return met[-1] if met else None

    def better(self, one: float, than: float) -> bool:
        return one <= than if self.lower else one >= than


@dataclass(frozen=True, slots=True)
class Bench:
    """What a run of a measure is given."""

    place: Place
    pairs: int = 5
    """Pairs to take: the measure's own number, or that of `make bench PAIRS=`."""
    scale: float = 1.0
    """Counts of rows are multiplied by this; 1.0 for figures that are kept."""
    long: bool = False
    step: Callable[[str], None] = field(default=lambda _: None)
    """Tell the terminal what is going on: a few words."""

    def count(self, rows: int, least: int = 200) -> int:
        return max(least, int(rows * self.scale))

    async def pair_up(self, ours: Side, raw: Side, *, unit: str) -> Result:
        """As many interleaved pairs as asked for, told to the terminal."""
        return await interleaved(ours, raw, unit=unit, pairs=self.pairs, step=self.step)


@dataclass(frozen=True, slots=True)
class Measure:
    """`row` as in the table of targets; `against` the raw limit in a few words; `unit` of ours and raw."""

    row: str
    title: str
    against: str
    unit: str
    targets: Targets
    run: Callable[[Bench], Awaitable[Result]]
    pairs: int = 5
    long: bool = False
    """Only with LONG=1."""
    platform: bool = True
    """Whether it needs servers; False for what computes only."""


def found() -> Mapping[str, Measure]:
    """All measures on disk, by row: each module's `MEASURE`, or `MEASURES` where one file holds several."""
    rows: dict[str, Measure] = {}
    for module in pkgutil.iter_modules(measures.__path__, measures.__name__ + "."):
        loaded = importlib.import_module(module.name)
        mine = getattr(loaded, "MEASURES", None) or (loaded.MEASURE,)
        for one in mine:
            if one.row in rows:
                raise ValueError(f"{module.name}: row {one.row} is measured by another file too; keep one")
            rows[one.row] = one
    return dict(sorted(rows.items(), key=lambda item: int(item[0][1:])))
