"""Results on disk: `latest.json`, written again as each row ends."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median

FOLDER = Path(__file__).parent / "results"
LATEST, AGAIN = "latest.json", "again.json"


@dataclass
class Result:
    """Of one row. `violations`: invariant -> sentences. `parity`: seconds after each blow."""

    seed: int
    smoke: bool
    injected: int = 0
    planned: int = 0
    violations: dict[str, list[str]] = field(default_factory=dict)
    parity: list[float] = field(default_factory=list)
    seconds: float = 0.0
    note: str = ""

    @property
    def is_clean(self) -> bool:
        return not self.violations

    @property
    def is_whole(self) -> bool:
        return self.injected >= self.planned

    def add(self, violations: Mapping[str, list[str]]) -> None:
        for name, sentences in violations.items():
            told = self.violations.setdefault(name, [])
            told += [one for one in sentences if one not in told]


Outcome = Result | str
"""A result, or the sentence that says why there is none."""


def save(results: Mapping[str, Outcome], file: Path, before: Mapping[str, object]) -> None:
    """`{"F1": {"injected": n, "planned": n, "violations": {"I3": n}, "told": {"I3": […]}, "parity_median": s, …}}`.

    `before`: rows as they were written down earlier.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.with_suffix(".new")
    beside.write_text(json.dumps({**before, **{row: _shown(one) for row, one in results.items()}}, indent=2) + "\n")
    beside.replace(file)


def load(file: Path) -> dict[str, dict[str, object]]:
    """As written; empty where there is none."""
    if not file.exists():
        return {}
    rows: dict[str, dict[str, object]] = json.loads(file.read_text())
    return rows


def _shown(one: Outcome) -> dict[str, object]:
    if isinstance(one, str):
        return {"failed": one}
    fields = asdict(one)
    parity = fields.pop("parity")
    told = fields.pop("violations")
    return fields | {
        "seconds": round(one.seconds, 1),
        "violations": {name: len(sentences) for name, sentences in told.items()},
        "told": told,
        "parity_median": round(median(parity), 2) if parity else None,
        "parity_worst": round(max(parity), 2) if parity else None,
    }
