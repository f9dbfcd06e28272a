"""`sekali up`: the platform, what cards and contracts ask of it, and every service found on disk."""

import os
import signal
import time
from enum import StrEnum
from typing import Annotated

import typer

from sekali.local import signing_in
from sekali.local.outside import OutsidePlatform
from sekali.local.place import Place
from sekali.local.platform import Platform


class Only(StrEnum):
    PLATFORM = "platform"
    RULES = "rules"
    SERVICES = "services"


def main(
    only: Annotated[
        Only | None,
        typer.Option(help="`platform`: the parts. `rules`: and topics, schemas, rights. `services`: these."),
    ] = None,
    foreground: Annotated[bool, typer.Option(help="Stay, and stop everything on SIGTERM or Ctrl-C.")] = False,
) -> None:
    """Start everything that does not run yet, and say where it listens.

    Where SEKALI_OUTSIDE_KAFKA is set the platform runs elsewhere; SEKALI_LISTEN is the address for services (loopback).
    SEKALI_DEVELOPMENT_SIGN_IN says whether they believe everybody: true, but false where the platform runs elsewhere.
    Without it they are told of an OpenID provider by the environment or `sign-in.env` in the state folder.
    """
    place, start = Place.find(), time.monotonic()
    outside = "SEKALI_OUTSIDE_KAFKA" in os.environ
    kind = OutsidePlatform if outside else Platform
    platform = kind(place.root, place.state, usual=True, owner=os.getpid() if foreground else None, report=_say)
    platform.host = os.environ.get("SEKALI_LISTEN", platform.host)
    if only in {None, Only.SERVICES}:
        platform.signing_in = signing_in.read(place, os.environ, development=not outside)
    if only is not Only.SERVICES:
        platform.up()
    if only in {None, Only.RULES}:
        platform.apply()
    if only in {None, Only.SERVICES}:
        platform.serve()
    typer.echo(f"up in {time.monotonic() - start:.1f} s; addresses and passwords: {place.state / 'endpoints.json'}")
    if foreground:
        _stay()
        platform.down()


def _stay() -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    signal.sigwait({signal.SIGTERM, signal.SIGINT})


def _say(part: str, seconds: float, words: str) -> None:
    typer.echo(f"  {part:<12} {seconds:5.1f} s  {words}")
