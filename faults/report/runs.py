"""The committed runs, `faults/results/run-*.json`, put together by row."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from faults import results

KEPT = re.compile(r"run-(\d+)\.json")
Run = Mapping[str, Mapping[str, Any]]
"""Row -> as `results.save` writes it."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the runs have shown of one row. `smoke`: none of them was at full count.

    `parity_worst`, `parity_median`: seconds, the worst of the runs and the median of their medians.
    """

    runs: int
    smoke: bool
    injected: int
    planned: int
    violations: Mapping[str, int]
    seeds: Sequence[int]
    seconds: float
    parity_median: float | None
    parity_worst: float | None
    notes: Sequence[str]
    failed: Sequence[str]
    """Sentences of the runs in which the row could not be carried out."""

    @property
    def is_clean(self) -> bool:
        return self.runs > 0 and not self.violations and not self.failed and self.injected >= self.planned


def kept(folder: Path) -> list[Path]:
    """In the order of their numbers."""
    found = [(int(match[1]), file) for file in folder.glob("run-*.json") if (match := KEPT.fullmatch(file.name))]
    return [file for _, file in sorted(found)]


def keep(latest: Path, folder: Path) -> Path:
    """A run becomes the next that counts. Raises FileNotFoundError where there was none."""
    numbers = [int(file.stem.partition("-")[2]) for file in kept(folder)]
    copy = folder / f"run-{max(numbers, default=0) + 1}.json"
    copy.write_text(latest.read_text())
    return copy


def seen(folder: Path) -> dict[str, Seen]:
    """By row; what was never run is left out."""
    by_row: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for file in kept(folder):
        for row, one in results.load(file).items():
            by_row[row].append(one)
    return {row: _together(told) for row, told in by_row.items()}


def _together(told: Sequence[Mapping[str, Any]]) -> Seen:
    done = [one for one in told if "failed" not in one]
    full = [one for one in done if not one["smoke"]]
    counted = full or done
    violations: Counter[str] = Counter()
    for one in counted:
        violations.update(one["violations"])
    return Seen(
        runs=len(counted),
        smoke=not full,
        injected=sum(one["injected"] for one in counted),
        planned=sum(one["planned"] for one in counted),
        violations=dict(violations),
        seeds=[one["seed"] for one in counted],
        seconds=sum(one["seconds"] for one in counted),
        parity_median=_middle(one["parity_median"] for one in counted),
        parity_worst=max((one["parity_worst"] for one in counted if one["parity_worst"] is not None), default=None),
        notes=sorted({one["note"] for one in counted if one["note"]}),
        failed=sorted({one["failed"] for one in told if "failed" in one}),
    )


def _middle(values: Iterable[float | None]) -> float | None:
    known = [one for one in values if one is not None]
    return median(known) if known else None
