"""`sekali rights`: users, access rules and keys that follow from cards and contracts."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from sekali import rights
from sekali.contracts import Catalogue
from sekali.local.endpoints import Admin, Endpoints
from sekali.local.place import Place

app = typer.Typer(help="Rights that follow from the contracts.", no_args_is_help=True)


@app.callback()
def verbs() -> None:
    """Rights that follow from the contracts."""


@app.command()
def apply(dry_run: Annotated[bool, typer.Option(help="Only say what would be done.")] = False) -> None:
    """Give each agency's user what its cards and contracts say, and take away the rest."""
    place = Place.find()
    passwords = {
        agency: credential.password for agency, credential in Endpoints.load(place.state).kafka.credentials.items()
    }
    said = rights.apply(
        Admin.load(place.state).confluent(), Catalogue.load(place.root), passwords, place.keys,
        today=datetime.now(UTC).date(), dry_run=dry_run,
    )  # fmt: skip
    for line in said or ["The rights are what the contracts say."]:
        typer.echo(line)
