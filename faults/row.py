"""A row of the table of faults: a seeded schedule, and what inflicts one fault of it."""

import importlib
import pkgutil
import string
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import NamedTuple

from faults import rows
from faults.results import Result
from faults.stand.stand import Stand

Step = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Options:
    """`state`: folder of the stand, made anew for each row. `rate`: events a second of all owners together."""

    state: Path
    seed: int
    smoke: bool = False
    rate: float = 300.0


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
    `first`: before the load is judged. `strike` inflicts a blow and takes it back; behind it parity is waited for,
    unless the next blow must come at once (`waits`). `last`: before the last reading of the books.
    """

    row: str
    title: str
    full: int
    smoke: int
    holds: Sequence[str]
    plan: Plan
    strike: Strike
    group: int = 10
    first: Callable[[Stand], Awaitable[None]] | None = None
    waits: Callable[[Blow], bool] = field(default=lambda _: True)
    last: Callable[[Stand], Awaitable[None]] | None = None
    with_people: bool = False
    """There are persons in the country who can be erased."""
    brokers: int = 1
    """Of Kafka on its stand; three keep each record, and two must have it before it is acknowledged."""
    of_each: int = 1
    """How many faults one blow counts for."""
    alone: Callable[[Options, Step], Awaitable[Result]] | None = None
    """In place of all this, for a row that needs more than one stand."""


def found() -> Mapping[str, Row]:
    """All rows on disk: each module's `ROW`, or `ROWS` where one file holds several."""
    known: dict[str, Row] = {}
    for module in pkgutil.iter_modules(rows.__path__, f"{rows.__name__}."):
        loaded = importlib.import_module(module.name)
        for one in getattr(loaded, "ROWS", None) or (loaded.ROW,):
            if one.row in known:
                raise ValueError(f"{module.name}: row {one.row} is in another file too; keep one")
            known[one.row] = one
    return dict(sorted(known.items(), key=lambda item: _place(item[0])))


def whole(row: str) -> str:
    """Of which row this is a further part: F2 of F2B, and each of itself."""
    return row.rstrip(string.ascii_uppercase)


def _place(row: str) -> tuple[str, int, str]:
    return row[0], int(whole(row)[1:]), row
