"""`sekali docs`: write the catalogue as a static site."""

from pathlib import Path
from typing import Annotated

import typer

from sekali import catalogue_site
from sekali.local.place import Place


def main(
    out: Annotated[Path, typer.Option(help="Folder for the site; an older site in it is replaced.")] = Path("site"),
) -> None:
    """Write the catalogue of topics, agencies and contracts as a static site, with AsyncAPI and ODCS documents."""
    written = catalogue_site.write(Place.find().root, out)
    pages = sum(file.suffix == ".html" for file in written)
    typer.echo(f"{pages} pages; open {out / 'index.html'}")
