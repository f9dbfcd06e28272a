"""A row of the table of faults: a seeded schedule, and what inflicts one fault of it."""

import importlib
import pkgutil
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from faults import rows
from faults.stand.stand import Stand


class Skipped(Exception):
    """What the row needs is not here; its text is a sentence that says what, and how to get it."""


class Blow(NamedTuple):
    """One fault: what, to whom, and a number that the row understands (seconds, visits, records)."""

    what: str
    whom: str = ""
    number: float = 0.0


Plan = Callable[[Random, int], Sequence[Blow]]
Strike = Callable[[Stand, Blow], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Row:
    """`full` and `smoke`: how many blows. `group`: so many between two readings of the books.

    `holds`: the invariants that must; all that are known are looked at.
    `strike` inflicts a blow and takes it back; healing is waited for afterwards. `last`: before the last reading.
    """

    row: str
    title: str
    full: int
    smoke: int
    holds: Sequence[str]
    plan: Plan
    strike: Strike
    group: int = 10
    last: Callable[[Stand], Awaitable[None]] | None = None
    of_each: int = 1
    """How many faults one blow counts for."""


def found() -> Mapping[str, Row]:
    """All rows on disk: each module's `ROW`, or `ROWS` where one file holds several."""
    known: dict[str, Row] = {}
    for module in pkgutil.iter_modules(rows.__path__, f"{rows.__name__}."):
        loaded = importlib.import_module(module.name)
        for one in getattr(loaded, "ROWS", None) or (loaded.ROW,):
            if one.row in known:
                raise ValueError(f"{module.name}: row {one.row} is in another file too; keep one")
            known[one.row] = one
    return dict(sorted(known.items(), key=lambda item: (item[0][0], int(item[0][1:]))))
