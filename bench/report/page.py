"""The page: figures of the results put into words of a template."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bench import results
from bench.measure import LEVELS, Level, Measure
from bench.pairs import Result
from bench.report import pictures
from bench.report.country import Assumptions, country, inputs
from bench.report.limits import above_limits
from bench.scaling import figures
from bench.scaling.figures import Scale, Shape, Speed
from bench.scaling.sizes import PARTITIONS
from bench.table import WORDS, figure, ratio

PAGE, PICTURES = Path("docs/performance.md"), Path("docs/performance")
TEMPLATE = "performance.md.jinja"
QUIET = 0.5  # of a core: what the machine's own housekeeping may ask for
FAR = 10  # times the peak
OWN_LIMIT = 0.85  # of a core: a process that uses so much is held up by itself


@dataclass(frozen=True, slots=True)
class Row:
    """Cells of one row of the tables."""

    row: str
    title: str
    ratio: str
    spread: str
    ours: str
    raw: str
    targets: str
    reached: str
    against: str
    repeat: str
    file: str


def made(measures: Mapping[str, Measure], folder: Path) -> dict[Path, str]:
    """Each file under its path in the project, from the results in `folder`; what was not measured is said to be so."""
    baseline = folder / results.BASELINE
    found = results.load(baseline) if baseline.exists() else {}
    scale = figures.load(folder / figures.FILE)
    drawn = {PICTURES / "ratios.svg": pictures.ratios(measures, found)}
    if scale:
        drawn[PICTURES / "processes.svg"] = pictures.processes(scale)
    if scale and scale.residents:
        drawn |= {
            PICTURES / "bootstrap.svg": pictures.bootstrap(scale),
            PICTURES / "disk.svg": pictures.disk(scale),
        }
    return {PAGE: _page(measures, found, scale), **drawn}


def _page(measures: Mapping[str, Measure], found: Mapping[str, Result], scale: Scale | None) -> str:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,
    )
    words: dict[str, Any] = {
        "n": figure,
        "p": lambda value: f"{value:.0%}",
        "time": _time,
        "many": lambda count, one, more: f"{count} {one if count == 1 else more}",
        "rows": [_row(measure, found.get(row)) for row, measure in measures.items()],
        "missing": ", ".join(row for row in measures if row not in found),
        "notes": [f"{row}: {found[row].note}." for row in measures if row in found and found[row].note],
        "above_limits": list(above_limits(measures, found)),
        "summary": _summary(measures, found),
        "scale": scale,
        "country": None,
    }
    if scale:
        words |= _scaling(scale)
    if scale and (measured := inputs(scale)):
        given = Assumptions()
        whole = country(measured, given)
        wide = scale.residents[-1].wide
        words |= {
            "measured": measured, "given": given, "assumed": given.all(), "country": whole,
            "core_need": wide.busy, "bottleneck": _bottleneck(wide, quiet=not words["busy_machine"]),
            "far": whole.narrowest.headroom >= FAR,
        }  # fmt: skip
    return environment.get_template(TEMPLATE).render(words)


def _row(measure: Measure, found: Result | None) -> Row:
    module = measure.run.__module__.replace(".", "/")
    repeat = f"make bench ONLY={measure.row}" + (" LONG=1" if measure.long else "")
    targets = " · ".join(ratio(measure, getattr(measure.targets, level)) for level in LEVELS)
    cells = ("", "", "", "", "not measured yet") if found is None else _cells(measure, found)
    return Row(measure.row, measure.title, *cells[:4], targets, cells[4], measure.against, repeat, f"{module}.py")


def _cells(measure: Measure, found: Result) -> tuple[str, str, str, str, str]:
    low, high = (ratio(measure, one) for one in found.spread)
    ours, raw = (f"{figure(one)} {found.unit}" for one in (found.ours, found.raw))
    reached = measure.targets.reached(found.ratio)
    return (
        ratio(measure, found.ratio),
        f"{low} – {high}",
        ours,
        raw,
        WORDS[reached] if reached else f"**{WORDS[None]}**",
    )


def _summary(measures: Mapping[str, Measure], found: Mapping[str, Result]) -> str:
    reached = {row: measures[row].targets.reached(found[row].ratio) for row in measures if row in found}
    said = []
    levels: tuple[tuple[Level | None, str], ...] = (
        ("stretch", "Stretch is reached by"), ("goal", "the goal by"), ("floor", "the floor only by"),
        (None, "below the floor is"),
    )  # fmt: skip
    for level, words in levels:
        if mine := [row for row, one in reached.items() if one == level]:
            said.append(f"{words} {', '.join(mine)}")
    return "; ".join(said)[:1].upper() + "; ".join(said)[1:] + "." if said else "No row was measured yet."


def _scaling(scale: Scale) -> dict[str, Any]:
    load = scale.machine.load
    return {
        "loads": ", ".join(f"{figure(load[part])} ({part})" for part in figures.PARTS if part in load),
        "busy_machine": any(one > QUIET for one in load.values()),
        "cores": _cores(scale),
        "shapes": [*_times("subscriber", scale.subscriber), *_times("relay", scale.relay)],
        "core_slope": _slope(scale.subscriber),
        "partitions_of_sizes": PARTITIONS,
    }


def _cores(scale: Scale) -> list[tuple[str, Speed]]:
    """One process of each stage."""
    rows: list[tuple[str, Speed]] = []
    if scale.encoding:
        rows.append(("sealing at the owner, two processes", scale.encoding))
    if scale.relay:
        rows.append(("relay", max(scale.relay, key=lambda one: one.partitions)))
    rows += [("subscriber, no seal opened, updates", one) for one in scale.subscriber if one.processes == 1][:1]
    if scale.residents:
        last = scale.residents[-1]
        rows += [("new copy, no seal opened", last.thin), ("new copy, all seals opened", last.wide)]
    return rows


def _times(name: str, shapes: tuple[Shape, ...]) -> list[tuple[str, Shape, float]]:
    return [(name, one, one.rate / shapes[0].rate) for one in shapes]


def _slope(shapes: tuple[Shape, ...]) -> float | None:
    """Rate by core of the most processes, beside one on as many partitions."""
    if not shapes:
        return None
    most = max(shapes, key=lambda one: one.processes)
    single = [one for one in shapes if one.processes == 1 and one.partitions == most.partitions]
    return most.per_core / single[0].per_core if single else None


def _time(hours: float) -> str:
    return f"{figure(hours)} hours" if hours >= 1 else f"{figure(hours * 60)} minutes"


def _bottleneck(wide: Speed, *, quiet: bool) -> str:
    if not quiet:
        return "Who waits for whom can't be told from this run: others used the cores too."
    if wide.own is None:
        return ""
    share = f"A process that opens all seals used {figure(wide.own)} cores itself, of {figure(wide.busy)} in use"
    if wide.own >= OWN_LIMIT:
        return f"{share}: one Python process is at its end there, and more of them on more partitions are the way on."
    return f"{share}: it also waits for others, and a faster disk or more cores for PostgreSQL and Kafka come first."
