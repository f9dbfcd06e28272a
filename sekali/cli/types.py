"""`sekali types`: write each agency's events.py from schemas and contracts."""

from pathlib import Path
from typing import Annotated

import typer

from sekali import generate


def main(
    check: Annotated[bool, typer.Option(help="Only say what is stale; exit 1 if anything is.")] = False,
    root: Annotated[Path, typer.Option(help="Folder that holds schemas/, contracts/ and services/.")] = Path(),
) -> None:
    """Write the types of each agency's events from schemas and contracts."""
    files = generate.stale(root) if check else generate.write(root)
    for file in files:
        typer.echo(f"{file} is stale: run `sekali types` and commit it." if check else f"wrote {file}")
    if check and files:
        raise typer.Exit(1)
    if not files:
        typer.echo("The generated types are fresh.")
