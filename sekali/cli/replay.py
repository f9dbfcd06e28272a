"""`sekali replay`: one agency reads a topic again from an offset, a time or the start; nobody else notices."""

import getpass
import time
from typing import Annotated, Any

import httpx
import typer

from sekali.doors.callers import OPERATOR
from sekali.errors import SekaliError
from sekali.local.endpoints import Endpoints
from sekali.local.place import Place
from sekali.local.vouching import AsOfficer, asked
from sekali.replays import BEGINNINGS, Beginning

POLL_SECONDS = 0.2
DOOR_SECONDS = 15.0


class NotReplayed(SekaliError):
    """The agency refused, or has not read to the end yet."""


def main(  # noqa: PLR0917  # a verb with options
    agency: Annotated[str, typer.Argument(help="Who reads again.")],
    topic: Annotated[str, typer.Argument(help="What, as population.resident.v1.")],
    from_: Annotated[str, typer.Option("--from", help=BEGINNINGS)] = "",
    reason: Annotated[str, typer.Option(help="Why; it is kept with the order. Name no person in it.")] = "",
    partition: Annotated[int | None, typer.Option(min=0, help="Only this one; needed with an offset.")] = None,
    officer: Annotated[str, typer.Option(help="In whose name; else the user's of this machine.")] = "",
    wait: Annotated[float, typer.Option(min=0, help="Seconds to wait for its end.")] = 60.0,
) -> None:
    """Have one agency read a topic again; what it has had an effect on has none again. Safe to repeat."""
    if not reason.strip():
        raise typer.BadParameter("say why by --reason")
    try:
        Beginning.read(from_)
    except ValueError as wrong:
        raise typer.BadParameter(str(wrong)) from None
    place = Place.find()
    known = Endpoints.load(place.state).http
    if agency not in known:
        raise NotReplayed(f"There is no agency of that name here; there are {', '.join(sorted(known))}.")
    who = AsOfficer(place, agency, officer or getpass.getuser(), OPERATOR)
    order = {"topic": topic, "from": from_, "reason": reason}
    if partition is not None:
        order["partition"] = partition  # type: ignore[assignment]  # JSON
    with httpx.Client(base_url=known[agency], timeout=DOOR_SECONDS, auth=who) as door:
        taken = asked(door, "POST", "/replays", NotReplayed, json=order)["replays"]
        for one in taken:
            typer.echo(f"{topic}[{one['partition']}] is read again from {one['begin']} to {one['until']}.")
        left = _awaited(door, topic, {one["partition"] for one in taken}, time.monotonic() + wait)
    if left:
        raise NotReplayed(
            f"Not at the end yet: {', '.join(left)}. It goes on by itself, also after a restart. "
            "If it stands still, look at the service's /health/ready."
        )
    typer.echo("Read again to where it stood.")


def _awaited(door: httpx.Client, topic: str, partitions: set[int], until: float) -> list[str]:
    """The places where replays stand that are not over in time."""
    while True:
        found: list[dict[str, Any]] = asked(door, "GET", "/replays", NotReplayed, params={"topic": topic})["replays"]
        left = [one for one in found if one["state"] == "RUNNING" and one["partition"] in partitions]
        if not left or time.monotonic() >= until:
            return [f"{topic}[{one['partition']}] at {one['at']} of {one['until']}" for one in left]
        time.sleep(POLL_SECONDS)
