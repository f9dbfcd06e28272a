"""`make faults-report` and `make faults-keep`."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from faults import results
from faults.report.page import PAGE, made
from faults.report.runs import keep

PROJECT = Path(__file__).parents[2]
Folder = Annotated[Path, typer.Option(envvar="RESULTS", help="Where the results lie.")]


def report(
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit code 1 if the page would change.")
    ] = False,
    folder: Folder = results.FOLDER,
    project: Annotated[Path, typer.Option(help="Where docs/ lies.")] = PROJECT,
) -> None:
    """Write docs/reliability.md from the promises and the committed runs."""
    page, text = project / PAGE, made(folder)
    stale = not page.exists() or page.read_text(encoding="utf-8") != text
    console = Console()
    if check and stale:
        console.print(f"{PAGE}: not what the runs say. Run `make faults-report`.", style="bold red", soft_wrap=True)
        raise typer.Exit(1)
    if stale:
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(text, encoding="utf-8")
    console.print(f"{PAGE if stale else 'nothing'} changed", soft_wrap=True)


def keep_run(
    folder: Folder = results.FOLDER,
    into: Annotated[Path, typer.Option(help="Where the runs are kept.")] = results.FOLDER,
) -> None:
    """The last run becomes one of those that docs/reliability.md is made of."""
    try:
        kept = keep(folder / results.LATEST, into)
    except FileNotFoundError:
        Console().print(f"There is no {results.LATEST} in {folder}: run `make faults` first.", style="bold red")
        raise typer.Exit(2) from None
    Console().print(f"kept as {kept.name}; now `make faults-report`", soft_wrap=True)
