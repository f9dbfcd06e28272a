"""What the terminal sees of a run."""

import asyncio
import logging
import sys
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bench import results
from bench.measure import Measure, found
from bench.pairs import Result
from bench.regressions import compared
from bench.report.command import report
from bench.running import PROJECT, AnotherRun, Listener, Options, UnknownRow, alone, chosen, run_all
from bench.scaling.command import scale as measure_scale
from bench.table import Outcome, failed, line, table

app = typer.Typer(add_completion=False, pretty_exceptions_show_locals=False)
app.command("scale")(measure_scale)
app.command("report")(report)
STATE = PROJECT / ".sekali-bench"

Only = Annotated[str, typer.Option(envvar="ONLY", help="Rows with commas between, such as P1,P7; else all.")]
Long = Annotated[bool, typer.Option(envvar="LONG", help="P14 too, which takes half an hour.")]
Pairs = Annotated[int, typer.Option(envvar="PAIRS", min=0, help="Pairs of each row; 0 for its own number.")]
Scale = Annotated[float, typer.Option(envvar="SCALE", min=0.0001, help="Counts are multiplied by it.")]
Folder = Annotated[Path, typer.Option(envvar="RESULTS", help="Where latest.json goes.")]
State = Annotated[Path, typer.Option(envvar="BENCH_STATE", help="Data of the platform; removed at each start.")]


@app.command()
def run(  # noqa: PLR0917  # typer passes them by name
    only: Only = "", long: Long = False, pairs: Pairs = 0, scale: Scale = 1.0,
    folder: Folder = results.FOLDER, state: State = STATE,
) -> None:  # fmt: skip
    """Measure, say each row as it ends, and print the table; exit code 1 if a row failed."""
    logging.basicConfig(level=logging.WARNING)
    console, begun = _console(), time.monotonic()
    try:
        measures = chosen(found(), only)
        with alone(state):
            outcomes = _shown(console, measures, Options(state, pairs or None, scale, long))
    except (UnknownRow, AnotherRun) as wrong:
        console.print(str(wrong), style="bold red")
        raise typer.Exit(2) from None
    results.save({row: one for row, one in outcomes.items() if isinstance(one, Result)}, folder / results.LATEST)
    console.print(table(measures, outcomes))
    console.print(f"{(time.monotonic() - begun) / 60:.1f} min; figures: {folder / results.LATEST}", soft_wrap=True)
    if any(failed(one) for one in outcomes.values()):
        raise typer.Exit(1)


@app.command()
def check(folder: Folder = results.FOLDER) -> None:
    """Compare the last run with the baseline; exit code 1 if a row lost more than a quarter."""
    console = _console()
    held = _loaded(console, folder / results.BASELINE), _loaded(console, folder / results.LATEST)
    rows = compared(found(), *held)
    for one in rows:
        style = "bold red" if one.failed else "dim" if one.loss is None else ""
        console.print(f"{one.row:>4}  {one.words}", style=style)
    if lost := [one.row for one in rows if one.failed]:
        console.print(f"Slower than the baseline: {', '.join(lost)}.", style="bold red")
        raise typer.Exit(1)


@app.command()
def baseline(folder: Folder = results.FOLDER) -> None:
    """The last run becomes what later ones are compared with; a row that it lacks keeps its old figures."""
    console = _console()
    latest, file = _loaded(console, folder / results.LATEST), folder / results.BASELINE
    before = results.load(file) if file.exists() else {}
    results.save({row: (before | latest)[row] for row in found() if row in before | latest}, file)
    console.print(f"{', '.join(latest)} from the last run; commit {file}.", soft_wrap=True)


def _console() -> Console:
    """A file or a pipe has no width; the table's is 130."""
    return Console() if sys.stdout.isatty() else Console(width=130)


def _shown(console: Console, measures: dict[str, Measure], options: Options) -> dict[str, Outcome]:
    with console.status("the platform starts", refresh_per_second=1) as status:
        listener = Listener(
            step=lambda measure, words: status.update(f"{measure.row} {measure.title}: {words}"),
            ended=lambda measure, outcome: console.print(line(measure, outcome), soft_wrap=True),
        )
        return asyncio.run(run_all(measures, options, listener))


def _loaded(console: Console, file: Path) -> dict[str, Result]:
    try:
        return results.load(file)
    except FileNotFoundError:
        console.print(f"There is no {file}: run `make bench` first.", style="bold red")
        raise typer.Exit(2) from None
