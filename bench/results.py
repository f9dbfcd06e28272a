"""Results on disk: `latest.json` of the last run, and the committed `baseline.json`."""

import json
from collections.abc import Mapping
from pathlib import Path

from bench.pairs import Result

FOLDER = Path(__file__).parent / "results"
LATEST, BASELINE = "latest.json", "baseline.json"


def save(results: Mapping[str, Result], file: Path) -> None:
    """`{"P1": {"ratio": …, "spread": [low, high], "ours": …, "raw": …, "unit": …, "pairs": n}, …}`"""
    document = {row: _rounded(result) for row, result in results.items()}
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(document, indent=2) + "\n")


def load(file: Path) -> dict[str, Result]:
    """Raises FileNotFoundError."""
    rows = json.loads(file.read_text())
    return {row: Result(**(fields | {"spread": tuple(fields["spread"])})) for row, fields in rows.items()}


def _rounded(result: Result) -> dict[str, object]:
    """Four digits that count; what lies behind them is noise."""
    return {name: _short(value) for name, value in result.as_json().items()}


def _short(value: object) -> object:
    if isinstance(value, tuple):
        return [_short(one) for one in value]
    return float(f"{value:.4g}") if isinstance(value, float) else value
