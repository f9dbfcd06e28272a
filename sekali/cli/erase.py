"""`sekali erase`: a person is erased everywhere, and everyone's confirmation is waited for."""

import getpass
import json
import time
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import httpx
import typer

from sekali.cards import Card
from sekali.contracts import Catalogue
from sekali.errors import SekaliError
from sekali.local.endpoints import Endpoints
from sekali.local.place import Place
from sekali.local.vouching import AsOfficer, asked

POLL_SECONDS = 0.2
DOOR_SECONDS = 15.0
ROLE = "data-protection"
BOUND = (
    "On the broker the sealed values are gone within a day and the key within ten days; "
    "facts with ids alone within 7 days, sealed ones within 24 hours."
)


class NotErased(SekaliError):
    """The owner refused the order, or somebody has not confirmed yet."""


def main(  # noqa: PLR0917  # a verb with options
    resident: Annotated[UUID, typer.Argument(help="The person's id, as resident_id on the bus.")],
    reason: Annotated[str, typer.Option(help="The ground of the order; the owner keeps it with the deed.")] = "",
    receipt: Annotated[bool, typer.Option("--receipt", help="Order nothing; show who has confirmed.")] = False,
    officer: Annotated[str, typer.Option(help="In whose name; else the user's of this machine.")] = "",
    wait: Annotated[float, typer.Option(min=0, help="Seconds to wait for confirmations.")] = 60.0,
    more: Annotated[str, typer.Option(help="Further members of the order as JSON, as a head's succession.")] = "{}",
    topic: Annotated[str, typer.Option(help="The person's topic, where there are several.")] = "",
    json_: Annotated[Path | None, typer.Option("--json", help="Write the receipt to this file.")] = None,
) -> None:
    """Erase a person at the owner of their record and at everyone who hears of it. Safe to repeat."""
    if bool(reason) == receipt:
        raise typer.BadParameter("give either --reason, to order it, or --receipt, to see how it stands")
    place = Place.find()
    card = _card(Catalogue.load(place.root), topic)
    url = Endpoints.load(place.state).http[card.owner]
    who = AsOfficer(place, card.owner, officer or getpass.getuser(), ROLE)
    with httpx.Client(base_url=url, timeout=DOOR_SECONDS, auth=who) as door:
        begun = time.monotonic()
        if reason:
            order = {card.key: str(resident), "reason": reason, **_members(more)}
            asked(door, "POST", "/erasures", NotErased, json=order)
        found = _awaited(door, resident, begun, wait)
    if json_ is not None:
        json_.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    if not found["complete"]:
        raise NotErased(
            f"Not confirmed yet: {', '.join(found['missing'])}. The erasure goes on by itself. "
            f"Ask again: sekali erase {resident} --receipt"
        )
    typer.echo(f"Complete: every agency that hears {found['topic']} has confirmed. {BOUND}")


def _card(catalogue: Catalogue, topic: str) -> Card:
    """The topic whose key is a person's."""
    people = [card for card in catalogue.cards.values() if card.person and topic in {"", card.topic}]
    if len(people) == 1:
        return people[0]
    names = ", ".join(card.topic for card in catalogue.cards.values() if card.person) or "none"
    raise NotErased(f"Name one person's topic by --topic: cards say `person: true` for {names}.")


def _members(text: str) -> dict[str, Any]:
    try:
        members = json.loads(text)
    except ValueError:
        members = None
    if not isinstance(members, dict):
        raise typer.BadParameter('--more is a JSON object, as {"succession": {"new_head_id": "…"}}')
    return members


def _awaited(door: httpx.Client, resident: UUID, begun: float, wait: float) -> dict[str, Any]:
    """The receipt when it is complete, or as it stands at the limit; a line for each who confirms."""
    told: set[str] = set()
    while True:
        found = asked(door, "GET", f"/erasures/{resident}", NotErased)
        for one in found["agencies"]:
            if one["confirmed_at"] and one["agency"] not in told:
                told.add(one["agency"])
                typer.echo(_line(one))
        waited = time.monotonic() - begun
        if found["complete"] or waited >= wait:
            return found
        time.sleep(min(POLL_SECONDS, wait - waited))


def _line(one: dict[str, Any]) -> str:
    cleared = ", ".join(f"{what} {count}" for what, count in sorted(one["cleared"].items())) or "nothing was there"
    held = "".join(f"; holds {hold['record']} until {hold['until']} ({hold['article']})" for hold in one["holds"])
    return f"{one['agency']} confirmed at {one['confirmed_at']}: {cleared}{held}"
