"""`sekali schemas`: publish the schemas."""

import asyncio

import typer

from sekali.contracts import Catalogue
from sekali.local.endpoints import Endpoints
from sekali.local.place import Place
from sekali.publish import publish as publish_all
from sekali.registry import Registry

app = typer.Typer(help="Schemas: publish and compare them.", no_args_is_help=True)


@app.callback()
def verbs() -> None:
    """Schemas: publish and compare them."""


@app.command()
def publish() -> None:
    """Put every revision into the registry, inner records of sealed fields first."""
    place = Place.find()
    url = Endpoints.load(place.state).registry.url
    for line in asyncio.run(_publish(Catalogue.load(place.root), url)) or ["The registry holds every revision."]:
        typer.echo(line)


async def _publish(catalogue: Catalogue, url: str) -> list[str]:
    registry = Registry(url)
    try:
        return await publish_all(registry, catalogue)
    finally:
        await registry.close()
