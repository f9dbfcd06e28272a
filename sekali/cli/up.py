"""`sekali up`: the platform, what cards and contracts ask of it, and every service found on disk."""

import time
from typing import Annotated

import typer

from sekali.local.place import Place
from sekali.local.platform import Platform


def main(
    only: Annotated[str, typer.Option(help="`platform`: no topics, schemas, rights and services.")] = "",
) -> None:
    """Start everything that does not run yet, and say where it listens."""
    if only not in ("", "platform"):
        raise typer.BadParameter("only `platform` can be started alone", param_hint="--only")
    place, start = Place.find(), time.monotonic()
    platform = Platform(place.root, place.state, usual=True, report=_say)
    platform.up()
    if not only:
        platform.apply()
        platform.serve()
    typer.echo(f"up in {time.monotonic() - start:.1f} s; addresses and passwords: {place.state / 'endpoints.json'}")


def _say(part: str, seconds: float, words: str) -> None:
    typer.echo(f"  {part:<12} {seconds:5.1f} s  {words}")
