"""`sekali rights`: users, access rules and keys that follow from cards and contracts."""

from typing import Annotated

import typer

from sekali.local import applying
from sekali.local.place import Place

app = typer.Typer(help="Rights that follow from the contracts.", no_args_is_help=True)


@app.callback()
def verbs() -> None:
    """Rights that follow from the contracts."""


@app.command()
def apply(dry_run: Annotated[bool, typer.Option(help="Only say what would be done.")] = False) -> None:
    """Give each agency's user and keyring what its cards and contracts say, and take away the rest.

    What will change is told first. Where it breaks in the middle (the broker is away), run it again.
    """
    prepared = applying.prepared_rights(Place.find())
    for line in prepared.said or ["The rights are what the contracts say."]:
        typer.echo(line)
    if not dry_run:
        prepared.carry_out()
