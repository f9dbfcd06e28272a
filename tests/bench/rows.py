"""Rows for the tests of the harness, which need no server."""

from bench.measure import Bench, Measure, Skipped, Targets
from bench.pairs import Result

SPEED = Targets(0.40, 0.55, 0.70)
TIME = Targets(4, 3, 2.2, lower=True)


def result(ratio: float, note: str = "") -> Result:
    return Result(ratio, (ratio * 0.9, ratio * 1.1), ratio * 100_000, 100_000.0, "events/s", 5, note)


async def _measured(bench: Bench) -> Result:
    async def ours() -> float:
        return 60.0

    async def raw() -> float:
        return 100.0

    return await bench.pair_up(ours, raw, unit="events/s")


async def _failing(bench: Bench) -> Result:
    raise OSError("the broker went away")


async def _skipped(bench: Bench) -> Result:
    raise Skipped("Debezium Server is not here: fetch it with `make bench-debezium`.")


def row(name: str, targets: Targets = SPEED, run: str = "measured", *, long: bool = False) -> Measure:
    runs = {"measured": _measured, "failing": _failing, "skipped": _skipped}
    return Measure(name, f"row {name}", "its limit", "events/s", targets, runs[run], long=long, platform=False)
