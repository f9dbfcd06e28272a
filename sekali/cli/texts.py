"""`sekali texts`: the catalogues of texts that pages show, brought up to date; what is not translated is told."""

from pathlib import Path
from typing import Annotated

import typer

from sekali.pages import texts


def main(
    check: Annotated[bool, typer.Option(help="Only say what is wrong; exit 1 if anything is.")] = False,
    root: Annotated[Path, typer.Option(help="Folder that holds sekali/ and services/.")] = Path(),
) -> None:
    """Write the pages' texts into their catalogues, and say which are not translated yet."""
    root = root.resolve()
    if not check:
        for file in texts.write(root):
            typer.echo(f"wrote {file.relative_to(root)}")
    found = list(texts.faults(root))
    for sentence in found:
        typer.echo(sentence)
    if found:
        raise typer.Exit(1)
    typer.echo("Every text of the pages is translated.")
