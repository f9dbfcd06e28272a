"""A run of measures: one after the other, and what fails costs no other its figures."""

import fcntl
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.measure import Bench, Measure, Skipped
from bench.place import Place, prepare
from bench.table import FAILED, Outcome
from bench.warming import warm

PROJECT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Options:
    """`pairs`: None for each measure's own number."""

    state: Path
    pairs: int | None = None
    scale: float = 1.0
    long: bool = False


@dataclass(frozen=True, slots=True)
class Listener:
    """Who is told how far it is."""

    step: Callable[[Measure, str], None] = field(default=lambda *_: None)
    ended: Callable[[Measure, Outcome], None] = field(default=lambda *_: None)
    platform: Callable[[str, float, str], None] = field(default=lambda *_: None)


class UnknownRow(Exception):
    """A row was asked for that nothing measures."""


class AnotherRun(Exception):
    """Two runs at a time would measure each other."""


@contextmanager
def alone(state: Path) -> Iterator[None]:
    """One run at a time on a state folder. Raises `AnotherRun`."""
    state.parent.mkdir(parents=True, exist_ok=True)
    with state.with_name(f"{state.name}.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AnotherRun(f"Another run uses {state}: wait for its end, or name another BENCH_STATE.") from None
        yield


async def run_all(measures: Mapping[str, Measure], options: Options, listener: Listener) -> dict[str, Outcome]:
    """What became of each row. The platform is started where a row needs it, and always stopped."""
    wanted = any(one.platform and (options.long or not one.long) for one in measures.values())
    place = await prepare(PROJECT, options.state, listener.platform, platform=wanted)
    outcomes: dict[str, Outcome] = {}
    try:
        if wanted:
            listener.platform("warm-up", 0, "a million records, then a steady stream")
            await warm(place, options.scale)
        for row, measure in measures.items():
            outcomes[row] = await _outcome(measure, place, options, listener)
            listener.ended(measure, outcomes[row])
    finally:
        place.platform.down()
    return outcomes


async def _outcome(measure: Measure, place: Place, options: Options, listener: Listener) -> Outcome:
    if measure.long and not options.long:
        return "only with LONG=1: it takes half an hour."
    bench = Bench(
        place,
        pairs=options.pairs or measure.pairs,
        scale=options.scale,
        long=options.long,
        step=lambda words: listener.step(measure, words),
    )
    try:
        return await measure.run(bench)
    except Skipped as missing:
        return str(missing)
    except Exception as error:
        story = options.state / f"{measure.row}.txt"
        story.write_text(traceback.format_exc())
        return f"{FAILED}{type(error).__name__}: {error} (the whole story: {story})"


def chosen(measures: Mapping[str, Measure], only: str) -> dict[str, Measure]:
    """`only`: rows with commas between, or nothing for all. Raises `UnknownRow`."""
    rows = [one.strip().upper() for one in only.split(",") if one.strip()]
    if unknown := [one for one in rows if one not in measures]:
        raise UnknownRow(f"There is no row {', '.join(unknown)}: ONLY takes some of {', '.join(measures)}.")
    return {row: measures[row] for row in measures if row in rows} if rows else dict(measures)
