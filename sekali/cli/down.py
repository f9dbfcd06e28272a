"""`sekali down`: ends every process of this installation and waits until the last is gone; data stay."""

import time

import typer

from sekali.local.place import Place
from sekali.local.platform import Platform


def main() -> None:
    """Stop everything that `sekali up` started; data, passwords and keys stay."""
    place, start = Place.find(), time.monotonic()
    if not place.state.exists():
        typer.echo("nothing was started here")
        return
    Platform(place.root, place.state).down()
    typer.echo(f"stopped in {time.monotonic() - start:.1f} s")
