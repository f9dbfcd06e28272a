"""The catalogue to look at: a static site from cards, schemas and contracts, and the same as AsyncAPI and ODCS.

It needs no network and no JavaScript, and two builds of the same files are the same bytes.
"""

import shutil
from pathlib import Path

from sekali.catalogue_site.asyncapi import asyncapi
from sekali.catalogue_site.documents import as_yaml
from sekali.catalogue_site.flow import flows
from sekali.catalogue_site.odcs import odcs
from sekali.catalogue_site.pages import Site
from sekali.contracts import Catalogue
from sekali.errors import SekaliError

MARK = ".sekali-docs"


class NotOurFolder(SekaliError):
    """The site would go over files that it has not written."""


def write(root: Path, out: Path) -> list[Path]:
    """The site of `root`'s schemas/ and contracts/, in `out`, whose old site is replaced.

    Raises `NotOurFolder` where `out` holds something else, `CatalogueError` where a card, schema or contract is wrong.
    """
    catalogue = Catalogue.load(root)
    files = dict(Site(root, catalogue).files())
    files["asyncapi.yaml"] = as_yaml(asyncapi(catalogue))
    files |= {f"odcs/{flow.topic}.odcs.yaml": as_yaml(odcs(catalogue, flow)) for flow in flows(catalogue)}
    _clear(out)
    written = []
    for place, text in files.items():
        file = out / place
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        written.append(file)
    return written


def _clear(out: Path) -> None:
    if out.exists() and any(out.iterdir()):
        if not (out / MARK).exists():
            raise NotOurFolder(f"{out.name} holds files that are no site of ours. Name an empty folder: --out FOLDER.")
        shutil.rmtree(out)
    out.mkdir(parents=True, exist_ok=True)
    (out / MARK).write_text("Written by `sekali docs`; the next run replaces it.\n", encoding="utf-8")
