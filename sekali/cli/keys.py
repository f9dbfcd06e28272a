"""`sekali keys`: the keys of sealed fields, listed without the keys themselves, and renewed; renewed identities."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated

import typer

from sekali.contracts import Catalogue
from sekali.local.endpoints import Admin
from sekali.local.place import Place
from sekali.rights import identities, in_force, keyrings, rotation

app = typer.Typer(help="Keys of sealed fields, and of agencies' tokens.", no_args_is_help=True)


@app.callback()
def verbs() -> None:
    """Keys of sealed fields, and of agencies' tokens."""


@app.command(name="list")
def show() -> None:
    """Each sealed field's key: its id, its age, how many values at most are sealed under it, who holds it.

    Never the key. A line below it says where a new one is due.
    """
    place, now = Place.find(), datetime.now(UTC)
    lines = rotation.held(keyrings.read_all(place.keystore()), Catalogue.load(place.root))
    if not lines:
        typer.echo("There are no keys yet: run `sekali rights apply`.")
        return
    counts = rotation.counted(Admin.load(place.state).confluent(), lines) if Admin.path(place.state).exists() else {}
    names = max(len(f"{line.topic} {line.field}") for line in lines)
    typer.echo(f"{'topic and field':{names}}  {'key':>10}  {'made':10}  {'older':>5}  {'sealed, at most':>15}  held by")
    for line in lines:
        known = replace(line, sealed=counts.get(line))
        name, holders = f"{known.topic} {known.field}", ", ".join(known.holders)
        made = known.made.date().isoformat() if known.made else "unknown"
        sealed = "unknown" if known.sealed is None else f"{known.sealed:,}"
        typer.echo(f"{name:{names}}  {known.current:>10}  {made:10}  {known.older:>5}  {sealed:>15}  {holders}")
        if warning := known.warning(now):
            typer.secho(f"    {warning}", fg=typer.colors.YELLOW)


@app.command()
def rotate(
    topic: Annotated[str, typer.Argument(help="The topic.")] = "",
    field: Annotated[str, typer.Argument(help="Its sealed field; all of them where none is named.")] = "",
    everything: Annotated[bool, typer.Option("--all", help="Every sealed field of every topic.")] = False,
    dry_run: Annotated[bool, typer.Option(help="Only say what would be done.")] = False,
) -> None:
    """Give a sealed field a new key: its readers get it first, then its owner seals with it, within a second.

    Old keys stay, so that everything said before can still be opened. Nothing stops, nothing is lost.
    """
    if bool(topic) == everything:
        raise typer.BadParameter("Name a topic and a field, or say --all.")
    place, catalogue = Place.find(), Catalogue.load(Place.find().root)
    store = place.keystore()
    present = keyrings.read_all(store)
    names = {f"{topic}/{field}"} if field else _names(present, catalogue, topic)
    contracts = in_force(catalogue, datetime.now(UTC).date())
    rings, told = rotation.rotated(catalogue, contracts, present, names, lambda: datetime.now(UTC))
    for line in told:
        typer.echo(line)
    if not dry_run:
        keyrings.write(store, rings, present)


@app.command()
def renew_identity(
    agency: Annotated[str, typer.Argument(help="The agency that gets a new key to sign its tokens with.")],
    dry_run: Annotated[bool, typer.Option(help="Only say what would be done.")] = False,
) -> None:
    """Give an agency a new key for its tokens; the old one is believed for ten minutes more, so nothing stops."""
    place = Place.find()
    agencies = Catalogue.load(place.root).agencies
    if agency not in agencies:
        raise typer.BadParameter(f"There is no such agency; there are: {', '.join(agencies)}.")
    planned = identities.plan(agencies, place.identities, datetime.now(UTC), renew=[agency])
    for line in planned.said:
        typer.echo(line)
    if not dry_run:
        planned.carry_out()


def _names(present: dict[str, keyrings.Ring], catalogue: Catalogue, topic: str) -> set[str]:
    """Of one topic's sealed fields, or of all."""
    lines = rotation.held(present, catalogue)
    found = {f"{line.topic}/{line.field}" for line in lines if topic in {"", line.topic}}
    return found or {f"{topic}/(any field)"}
