"""Whether a run is worse than the committed baseline: by ratios, since absolute figures are the machine's."""

from collections.abc import Mapping
from dataclasses import dataclass

from bench.measure import Measure
from bench.pairs import Result

MOST_LOSS = 0.25


@dataclass(frozen=True, slots=True)
class Compared:
    """One row of both. `loss`: the part of the baseline's ratio that is gone, in the row's own direction; below 0
    where it is better. None where the row is missing on a side, and `words` say on which.
    """

    row: str
    loss: float | None
    words: str

    @property
    def failed(self) -> bool:
        return self.loss is not None and self.loss > MOST_LOSS


def compared(
    measures: Mapping[str, Measure], baseline: Mapping[str, Result], fresh: Mapping[str, Result]
) -> list[Compared]:
    return [_row(measures[row], baseline.get(row), fresh.get(row)) for row in measures]


def _row(measure: Measure, before: Result | None, now: Result | None) -> Compared:
    row = measure.row
    if before is None and now is None:
        return Compared(row, None, "was not measured, and is not in the baseline.")
    if before is None:
        return Compared(row, None, "is not in the baseline: take it in with `make bench-baseline`.")
    if now is None:
        return Compared(row, None, "was not measured this time.")
    lost = now.ratio / before.ratio - 1 if measure.targets.lower else 1 - now.ratio / before.ratio
    moved = f"{before.ratio:.3g} → {now.ratio:.3g}"
    if lost > MOST_LOSS:
        return Compared(row, lost, f"{moved}: {lost:.0%} worse, and {MOST_LOSS:.0%} are the most.")
    return Compared(row, lost, f"{moved}: {abs(lost):.0%} {'worse' if lost > 0 else 'better'}.")
