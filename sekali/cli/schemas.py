"""`sekali schemas`: check, diff, freeze, publish and compare them."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from sekali import compatibility, laws
from sekali.compatibility import asking
from sekali.contracts import Catalogue, read_schema
from sekali.laws import Ground, frozen
from sekali.local.place import Place

app = typer.Typer(help="Schemas: check, diff, freeze, publish and compare them.", no_args_is_help=True)


@app.callback()
def verbs() -> None:
    """Schemas: check, diff, freeze, publish and compare them."""


@app.command()
def publish() -> None:
    """Put every revision into the registry, inner records of sealed fields first."""
    from sekali.local.endpoints import Endpoints

    place = Place.find()
    url = Endpoints.load(place.state).registry.url
    for line in asyncio.run(_publish(Catalogue.load(place.root), url)) or ["The registry holds every revision."]:
        typer.echo(line)


@app.command()
def check() -> None:
    """Every law of schemas, cards and contracts, offline. Exit 1 with a sentence for each that is broken."""
    said = laws.broken(_ground())
    for line in said:
        typer.echo(line, err=True)
    if said:
        raise typer.Exit(1)
    typer.echo("Schemas, cards and contracts keep every law.")


@app.command()
def freeze() -> None:
    """Keep golden bytes and checksums of revisions that are new: from now on they never change."""
    for name in frozen.freeze(_ground()) or ["Every revision is frozen already."]:
        typer.echo(name)


@app.command()
def diff(
    what: Annotated[
        list[str] | None, typer.Argument(metavar="[TOPIC | OLD.avsc NEW.avsc]", help="A topic, or two schemas.")
    ] = None,
) -> None:
    """What changed, whom it affects, in which order to roll it out. Without a topic: what is not frozen yet."""
    from sekali import evolution

    ground, asked = _ground(), what or []
    if len(asked) == 2:
        old, new = (read_schema(Path(name)) for name in asked)
        lines = evolution.of_schemas(ground.catalogue, old, new, f"{asked[1]} against {asked[0]}")
    elif not asked:
        lines = evolution.of_everything(ground)
    elif len(asked) == 1 and asked[0] in ground.catalogue.cards:
        lines = evolution.of_topic(ground, asked[0])
    else:
        raise typer.BadParameter(f"Name a topic ({', '.join(ground.catalogue.cards)}), or OLD.avsc and NEW.avsc.")
    for line in lines:
        typer.echo(line)


def _ground() -> Ground:
    return Ground.load(Place.find().root, datetime.now(UTC).date())


async def _publish(catalogue: Catalogue, url: str) -> list[str]:
    from sekali.publish import publish as publish_all
    from sekali.registry import Registry

    registry = Registry(url)
    try:
        return await publish_all(registry, catalogue)
    finally:
        await registry.close()


@app.command()
def compatible(
    new: Annotated[Path | None, typer.Argument(help="The new schema.")] = None,
    old: Annotated[list[Path] | None, typer.Argument(help="The schemas before it, oldest first.")] = None,
    mode: Annotated[str, typer.Option(help=", ".join(compatibility.MODES))] = "FULL_TRANSITIVE",
    batch: Annotated[
        Path | None,
        typer.Option(help='Lines of {"mode", "new", "old": [...]}, answered by lines.', exists=True, dir_okay=False),
    ] = None,
) -> None:
    """Compare a schema with those before it. Exit 0 compatible, 1 incompatible, 2 not a valid schema."""
    if batch is not None:
        with batch.open("rb") as lines:
            for code, reasons in asking.about_lines(lines):
                typer.echo(json.dumps({"exit": code, "reasons": reasons}))
        return
    if new is None:
        raise typer.BadParameter("Name the new schema's file, or --batch FILE.jsonl.")
    code, reasons = asking.about_files(mode, new, old or [])
    for reason in reasons:
        typer.echo(reason, err=code == 2)
    raise typer.Exit(code)
