"""`sekali doctor`: what is wrong with this installation, in words, each with the way out."""

import typer

from sekali.local.checkup import checkup
from sekali.local.place import Place


def main() -> None:
    """Look at everything that this installation needs; the exit code is 1 when something is wrong."""
    ill = 0
    for finding in checkup(Place.find()):
        good = finding.wrong is None
        ill += not good
        typer.secho(f"{'ok   ' if good else 'WRONG'}  {finding.what}", fg=None if good else typer.colors.RED)
        if not good:
            typer.echo(f"       {finding.wrong}\n       way out: {finding.way_out}")
    typer.echo(f"{ill} things are wrong" if ill else "nothing is wrong")
    raise typer.Exit(code=1 if ill else 0)
