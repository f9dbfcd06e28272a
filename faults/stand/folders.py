"""How the suite and its children speak to each other: small files in one folder, which outlive every kill."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Load:
    """What the producing agencies do. `rate`: events a second of each; shares of 1 are `poison` and `undone`."""

    rate: float = 100.0
    poison: float = 0.01
    undone: float = 0.05
    keys: int = 667
    writers: int = 2
    asked: float = 0.0
    """Answers a second at the desk of each agency that has one."""
    held: float = 0.0
    """The longest that a transaction is held open behind what it said, in seconds."""
    number: int = 0
    """Rises with each change, so that a child's answer tells which one it follows."""


@dataclass(frozen=True, slots=True)
class Folders:
    """`state` is the stand's own; all paths are made by `make`."""

    state: Path

    @property
    def root(self) -> Path:
        return self.state / "root"

    @property
    def keys(self) -> Path:
        return self.state / "keys"

    @property
    def logs(self) -> Path:
        return self.state / "children"

    @property
    def orders(self) -> Path:
        return self.state / "orders"

    @property
    def urls(self) -> Path:
        return self.orders / "databases.json"

    @property
    def load(self) -> Path:
        return self.orders / "load.json"

    @property
    def mended(self) -> Path:
        """While it is missing a negative amount cannot be entered."""
        return self.orders / "mended"

    def events(self, agency: str) -> Path:
        return self.root / "services" / agency / "events.py"

    def answers(self, child: str) -> Path:
        """What its desk has shown, a line for each answer: `officer topic key`."""
        return self.orders / f"{child}.answers"

    def clock(self, child: str) -> Path:
        """How far its clock is off, as libfaketime reads it."""
        return self.orders / f"{child}.clock"

    def looks(self, child: str) -> Path:
        """What its clocks have told it, a line for each look."""
        return self.orders / f"{child}.looks"

    def of(self, child: str, what: str) -> Path:
        """An order to one child, or its answer: `armed`, `hit`, `follows`, `redrive`, `blocked`; to an agency:
        `ways`, `patience`.
        """
        return self.orders / f"{child}.{what}.json"

    def make(self) -> None:
        for folder in (self.root, self.logs, self.orders):
            folder.mkdir(parents=True, exist_ok=True)


def say(file: Path, said: Any) -> None:
    """Whole or not at all, whoever is killed meanwhile."""
    beside = file.with_suffix(f".{os.getpid()}.new")
    beside.write_text(json.dumps(said if isinstance(said, (dict, list)) else asdict(said)))
    beside.replace(file)


def heard(file: Path) -> Any:
    """None where nothing was said."""
    try:
        return json.loads(file.read_text())
    except FileNotFoundError:
        return None
