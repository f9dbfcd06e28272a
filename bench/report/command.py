"""`make bench-report`."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bench import results
from bench.measure import found
from bench.report.page import made
from bench.running import PROJECT


def report(
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit code 1 if a file would change.")] = False,
    folder: Annotated[Path, typer.Option(envvar="RESULTS", help="Where the results lie.")] = results.FOLDER,
    project: Annotated[Path, typer.Option(help="Where docs/ lies.")] = PROJECT,
) -> None:
    """Write docs/performance.md and its pictures from the committed results."""
    console = Console()
    stale = [path for path, text in made(found(), folder).items() if _differs(project / path, text)]
    if check and stale:
        names = ", ".join(map(str, stale))
        console.print(f"{names}: not what the results say. Run `make bench-report`.", style="bold red", soft_wrap=True)
        raise typer.Exit(1)
    for path, text in made(found(), folder).items():
        if path in stale:
            (project / path).parent.mkdir(parents=True, exist_ok=True)
            (project / path).write_text(text, encoding="utf-8")
    console.print(f"{', '.join(map(str, stale)) or 'nothing'} changed", soft_wrap=True)


def _differs(file: Path, text: str) -> bool:
    return not file.exists() or file.read_text(encoding="utf-8") != text
