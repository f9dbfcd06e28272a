"""What `make bench-scale` found, on disk: `scale.json`. All rates are the median of the runs."""

import json
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

FILE = "scale.json"
Part = Literal["subscriber", "relay", "residents"]
PARTS: tuple[Part, ...] = ("subscriber", "relay", "residents")


class _Figures(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Speed(_Figures):
    """Events/s of all processes together, from the first batch of any to the last commit of any.

    `busy`: cores of the machine in use meanwhile, everybody's: Kafka's and PostgreSQL's too. `own`: of them by the
    measured processes alone; None where nobody looked. `spread`: the slowest and the fastest run.
    """

    rate: float
    spread: tuple[float, float]
    busy: float
    own: float | None
    runs: int

    @property
    def per_core(self) -> float:
        return self.rate / self.busy


class Shape(Speed):
    """A subscriber's processes, or the one relay, on so many partitions."""

    partitions: int
    processes: int


class Size(_Figures):
    """So many residents, each said once, in the topic. `thin` and `wide`: bootstrap of an empty copy by one process.

    Bytes are of one resident: in the topic's segments, in a copy with its indexes, in a waiting outbox.
    """

    residents: int
    thin: Speed
    wide: Speed
    topic_bytes: float
    thin_bytes: float
    wide_bytes: float
    outbox_bytes: float


class Machine(_Figures):
    """`load`: what else waited for a core in the minute before each part began; 0 on a quiet machine."""

    cores: int
    memory_gb: float
    python: str
    load: dict[Part, float]


class Scale(_Figures):
    """A part that was not measured is empty. `encoding`: residents encoded and sealed a second, by two processes."""

    machine: Machine
    rows: dict[Part, int]
    subscriber: tuple[Shape, ...] = ()
    relay: tuple[Shape, ...] = ()
    encoding: Speed | None = None
    residents: tuple[Size, ...] = ()

    def save(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(_short(self.model_dump()), indent=2) + "\n")


def load(file: Path) -> Scale | None:
    """None where nothing was measured yet."""
    return Scale.model_validate_json(file.read_text()) if file.exists() else None


def _short(value: Any) -> Any:
    """Four digits that count; what lies behind them is noise."""
    if isinstance(value, dict):
        return {name: _short(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_short(one) for one in value]
    return float(f"{value:.4g}") if isinstance(value, float) else value
