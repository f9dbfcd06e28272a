"""`sekali agency NAME`: a new agency that works and keeps every law; no file that stands is edited."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from sekali.local.place import Place
from sekali.scaffold import write_agency

NEXT = """
It says {name}.application.v1, hears population.resident.v1 and has one form, `registration`.
  sekali schemas check
      every law of schemas and contracts
  pytest services/{name}/tests
      its own stories
  sekali up
      finds it and starts it
docs/first-event.md goes on from here. Replace what is an example: grep -rniE 'contoh|example' */{name}"""


def main(
    name: Annotated[str, typer.Argument(help="One word of small letters and digits, as `vehicles`.")],
) -> None:
    """Write a new agency: services, schemas and contracts, with a working topic, contract and form."""
    root = Place.find().root
    for file in write_agency(root, name, datetime.now(UTC).date()):
        typer.echo(f"wrote {file}")
    typer.echo(NEXT.format(name=name))
