"""`sekali topics`: the broker's topics, made from the cards."""

from typing import Annotated

import typer

from sekali import topics
from sekali.contracts import Catalogue
from sekali.local.endpoints import Admin
from sekali.local.place import Place

app = typer.Typer(help="Kafka topics, made from the cards.", no_args_is_help=True)


@app.callback()
def verbs() -> None:
    """Kafka topics, made from the cards."""


@app.command()
def apply(dry_run: Annotated[bool, typer.Option(help="Only say what would be done.")] = False) -> None:
    """Create topics from their cards and correct settings that differ."""
    place = Place.find()
    admin = Admin.load(place.state).confluent()
    for line in topics.apply(admin, Catalogue.load(place.root), dry_run=dry_run) or [
        "The topics are as their cards say."
    ]:
        typer.echo(line)
