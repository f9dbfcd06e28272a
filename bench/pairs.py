"""Two sides of a measurement, one after the other, several times: the machine's noise falls on both."""

import statistics
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass

Side = Callable[[], Awaitable[float]]
"""One run of one side; answers in the measure's unit (events/s, seconds …)."""


@dataclass(frozen=True, slots=True)
class Result:
    """`ratio` is the median of the pairs' ratios, ours over raw; `spread` their lowest and highest."""

    ratio: float
    spread: tuple[float, float]
    ours: float
    raw: float
    unit: str
    pairs: int
    note: str = ""

    def as_json(self) -> dict[str, object]:
        """Without a note that says nothing."""
        return {name: value for name, value in asdict(self).items() if name != "note" or value}


async def interleaved(
    ours: Side, raw: Side, *, unit: str, pairs: int = 5, step: Callable[[str], None] = lambda _: None
) -> Result:
    """A-B-A-B: ours, raw, ours, raw … `step` is told which pair is taken."""
    found = []
    for number in range(1, pairs + 1):
        step(f"pair {number} of {pairs}")
        found.append((await ours(), await raw()))
    return result(found, unit=unit)


def result(found: Sequence[tuple[float, float]], *, unit: str) -> Result:
    """Of pairs that were taken: ours, raw."""
    ratios = sorted(one / other for one, other in found)
    return Result(
        ratio=statistics.median(ratios),
        spread=(ratios[0], ratios[-1]),
        ours=statistics.median(one for one, _ in found),
        raw=statistics.median(other for _, other in found),
        unit=unit,
        pairs=len(found),
    )
