"""What the terminal sees of a run."""

import asyncio
import logging
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from faults import results
from faults.report.command import keep_run, report
from faults.results import Outcome
from faults.row import Options, Row, found
from faults.running import AnotherRun, Listener, Progress, UnknownRow, alone, chosen, failed, is_red, run_all
from faults.table import line, table

app = typer.Typer(add_completion=False, pretty_exceptions_show_locals=False)
app.command("report")(report)
app.command("keep")(keep_run)
PROJECT = Path(__file__).parents[1]
STATE = PROJECT / ".sekali-faults"

Only = Annotated[str, typer.Option(envvar="ONLY", help="Rows with commas between, such as F2,F7; else all.")]
Seed = Annotated[str, typer.Option(envvar="SEED", help="A whole number: replays that schedule of faults.")]
Smoke = Annotated[bool, typer.Option(envvar="SMOKE", help="The small counts.")]
Folder = Annotated[Path, typer.Option(envvar="RESULTS", help="Where latest.json goes.")]
Rate = Annotated[float, typer.Option(envvar="RATE", min=3.0, help="Events a second, of all together.")]
State = Annotated[Path, typer.Option(envvar="FAULTS_STATE", help="Data of the stand; removed at each start.")]


@app.callback()
def suite() -> None:
    """Break the bus on purpose."""


@app.command()
def run(  # noqa: PLR0917  # typer passes them by name
    only: Only = "", seed: Seed = "", smoke: Smoke = False, rate: Rate = 300.0,
    folder: Folder = results.FOLDER, state: State = STATE,
) -> None:  # fmt: skip
    """Inflict the faults, say each row as it ends, and print the table; exit code 1 if anything did not hold."""
    try:
        rows = chosen(found(), only)
    except UnknownRow as wrong:
        Console().print(str(wrong), style="bold red")
        raise typer.Exit(2) from None
    wanted = int(seed) if seed else None
    _inflict(rows, only, folder / results.LATEST, Options(state, wanted or 0, smoke, rate), wanted)


@app.command()
def again(rate: Rate = 300.0, folder: Folder = results.FOLDER, state: State = STATE) -> None:
    """What did not hold in the last run, once more with its seed; exit code 1 if one of them does not again.

    What the last run has shown stays as it is; this is written beside it.
    """
    last = results.load(folder / results.LATEST)
    red = [name for name in found() if name in last and is_red(last[name])]
    if not red:
        Console().print("In the last run every row held.")
        return
    seed, smoke = next(((one["seed"], one["smoke"]) for one in last.values() if "seed" in one), (None, True))
    seed = seed if isinstance(seed, int) else None
    Console().print(f"In the last run {', '.join(red)} did not hold: once more, with seed {seed}.", soft_wrap=True)
    rows = {name: row for name, row in found().items() if name in red}
    _inflict(rows, ",".join(red), folder / results.AGAIN, Options(state, seed or 0, bool(smoke), rate), seed)


def _inflict(rows: dict[str, Row], only: str, file: Path, options: Options, seed: int | None) -> None:
    """`seed`: None for that of a run that was broken off, or a fresh one."""
    logging.basicConfig(level=logging.ERROR)
    console, begun = Console() if sys.stdout.isatty() else Console(width=130), time.monotonic()
    state = options.state
    try:
        with alone(state):
            kept = state.with_name(f"{state.name}.progress")
            progress = Progress.of(kept, only, seed, smoke=options.smoke)
            outcomes = _shown(console, rows, file, replace(options, seed=progress.seed), progress)
    except AnotherRun as wrong:
        console.print(str(wrong), style="bold red")
        raise typer.Exit(2) from None
    console.print(table(rows, outcomes))
    console.print(f"{(time.monotonic() - begun) / 60:.1f} min; figures: {file}", soft_wrap=True)
    if any(failed(one) for one in outcomes.values()):
        raise typer.Exit(1)


def _shown(
    console: Console, rows: dict[str, Row], latest: Path, options: Options, progress: Progress
) -> dict[str, Outcome]:
    """What this run carries out itself; what one that was broken off has done stays in the file."""
    left = {name: row for name, row in rows.items() if name not in progress.done}
    before = {name: one for name, one in results.load(latest).items() if name in progress.done}
    if progress.done:
        console.print(f"A run was broken off behind {', '.join(progress.done)}: gone on with, seed {progress.seed}.")
    written: dict[str, Outcome] = {}

    def ended(row: Row, outcome: Outcome) -> None:
        console.print(line(row, outcome), soft_wrap=True)
        written[row.row] = outcome
        results.save(written, latest, before)
        progress.ended(row.row, outcome)

    with console.status("the stand is made", refresh_per_second=1) as status:

        def step(row: Row, words: str) -> None:
            status.update(f"{row.row} {row.title}: {words}")
            if not console.is_terminal and words.startswith("the books"):
                console.print(f"{row.row:>4}  {words}")

        outcomes = asyncio.run(run_all(left, options, Listener(step, ended)))
    progress.over()
    return outcomes
