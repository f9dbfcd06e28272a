"""Two sides of a measurement, one after the other, several times: the machine's noise falls on both."""

import statistics
from collections.abc import Awaitable, Callable
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
        return asdict(self)


async def interleaved(ours: Side, raw: Side, *, unit: str, pairs: int = 5) -> Result:
    """A-B-A-B: ours, raw, ours, raw …"""
    found = [(await ours(), await raw()) for _ in range(pairs)]
    ratios = sorted(one / other for one, other in found)
    return Result(
        ratio=statistics.median(ratios),
        spread=(ratios[0], ratios[-1]),
        ours=statistics.median(one for one, _ in found),
        raw=statistics.median(other for _, other in found),
        unit=unit,
        pairs=pairs,
    )
