"""`make bench-scale`."""

import asyncio
import logging
import time
from pathlib import Path
from typing import Annotated, cast

import typer
from rich.console import Console

from bench import results
from bench.running import PROJECT, AnotherRun, alone
from bench.scaling.figures import FILE, PARTS, Part
from bench.scaling.running import Asked, measured


def scale(
    only: Annotated[str, typer.Option(envvar="ONLY", help=f"Some of {', '.join(PARTS)}; else all.")] = "",
    long: Annotated[bool, typer.Option(envvar="LONG", help="7 runs of each shape instead of 3.")] = False,
    scale: Annotated[float, typer.Option(envvar="SCALE", min=0.0001, help="Counts are multiplied by it.")] = 1.0,
    folder: Annotated[Path, typer.Option(envvar="RESULTS", help="Where scale.json goes.")] = results.FOLDER,
    state: Annotated[Path, typer.Option(envvar="BENCH_STATE", help="Removed at each start.")] = PROJECT
    / ".sekali-bench",
) -> None:
    """Measure how cost grows with partitions, processes and residents; parts not asked for keep their figures."""
    logging.basicConfig(level=logging.WARNING)
    console, begun = Console(), time.monotonic()
    parts = [part.strip().lower() for part in only.split(",") if part.strip()]
    if unknown := [part for part in parts if part not in PARTS]:
        console.print(
            f"There is no part {', '.join(unknown)}: ONLY takes some of {', '.join(PARTS)}.", style="bold red"
        )
        raise typer.Exit(2)
    asked = Asked(state, tuple(cast("Part", part) for part in parts) or PARTS, scale, long)

    def tell(words: str) -> None:
        console.print(f"{time.monotonic() - begun:5.0f} s  {words}", soft_wrap=True)

    try:
        with alone(state):
            asyncio.run(measured(asked, folder / FILE, tell))
    except AnotherRun as wrong:
        console.print(str(wrong), style="bold red")
        raise typer.Exit(2) from None
    tell(f"figures: {folder / FILE}; `make bench-report` writes them into docs/performance.md")
