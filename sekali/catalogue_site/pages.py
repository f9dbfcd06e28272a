"""Writes the pages: the same ones under id/ and en/, from templates, with a link from each to its twin."""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from sekali.catalogue_site.changes import history
from sekali.catalogue_site.examples import examples
from sekali.catalogue_site.fields import docs, fields, leaves
from sekali.catalogue_site.flow import Agency, Flow, agencies, flows
from sekali.catalogue_site.picture import pictures
from sekali.catalogue_site.words import LANGUAGES, Language, Words
from sekali.contracts import Catalogue

TEMPLATES = Path(__file__).with_name("templates")
BREAKS = re.compile(r"(?<=[._-])")


@dataclass(frozen=True, slots=True)
class Page:
    """`place`: where it lies in the site, with slashes. `parts`: what its template is given."""

    place: str
    template: str
    parts: dict[str, Any]


class Site:
    """The content of the site, read once; `files` gives each page's place and text."""

    def __init__(self, root: Path, catalogue: Catalogue) -> None:
        self._root = root
        self._catalogue = catalogue
        self._flows = flows(catalogue)
        self._agencies = agencies(root, catalogue)

    def files(self) -> Iterator[tuple[str, str]]:
        yield "site.css", (TEMPLATES / "site.css").read_text(encoding="utf-8")
        yield (
            "index.html",
            _environment("id", "index.html")
            .get_template("door.html.j2")
            .render(doors=[Words(language) for language in LANGUAGES]),
        )
        for language in LANGUAGES:
            for page in self._pages():
                place = f"{language}/{page.place}"
                template = _environment(language, place).get_template(page.template)
                yield place, template.render(page.parts, place=page.place, **self._shared())

    def _shared(self) -> dict[str, Any]:
        return {"catalogue": self._catalogue, "flows": self._flows, "agencies": self._agencies}

    def _pages(self) -> Iterator[Page]:
        drawn = pictures(self._catalogue.agencies, self._flows)
        yield Page("index.html", "start.html.j2", {"pictures": drawn})
        for picture in drawn:
            yield Page(f"flow-{picture.number}.svg", "flow.svg.j2", {"picture": picture, "alone": True})
        for flow in self._flows:
            yield Page(f"topics/{flow.topic}.html", "topic.html.j2", self._topic(flow))
        for agency in self._agencies.values():
            yield Page(f"agencies/{agency.name}.html", "agency.html.j2", self._agency(agency))

    def _topic(self, flow: Flow) -> dict[str, Any]:
        topic, latest = flow.topic, self._catalogue.latest(flow.topic)
        folder = self._root / "schemas" / flow.card.owner / topic
        return {
            "flow": flow,
            "fields": fields(latest.schema),
            "readers": _readers(flow),
            "history": history(self._catalogue.revisions[topic]),
            "examples": examples(folder / "examples", fields(latest.schema)),
            "predecessors": [
                other.topic for other in self._flows if other.card.sunset and other.card.sunset.successor == topic
            ],
        }

    def _agency(self, agency: Agency) -> dict[str, Any]:
        return {
            "agency": agency,
            "says": [flow for flow in self._flows if flow.card.owner == agency.name],
            "hears": [
                (flow, contract)
                for flow in self._flows
                for contract in flow.contracts
                if contract.agency == agency.name
            ],
        }


def _readers(flow: Flow) -> dict[str, dict[str, list[str]]]:
    """Path -> `reads` and `verifies` -> agencies, in their order."""
    found: dict[str, dict[str, list[str]]] = {}
    for contract in flow.contracts:
        for path in docs(contract.schema):
            found.setdefault(path, {"reads": [], "verifies": []})["reads"].append(contract.agency)
        for verified in contract.verify:
            found.setdefault(verified.path, {"reads": [], "verifies": []})["verifies"].append(contract.agency)
    return found


def _environment(language: Language, place: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    environment.globals |= {
        "words": Words(language),
        "link": _linker(place),
        "fields_of": fields,
        "leaves": leaves,
        "docs": docs,
        "alone": False,
    }
    environment.filters |= {"breakable": breakable, "units": units, "capitalize_first": capitalize_first}
    return environment


def _linker(place: str) -> Callable[[str], str]:
    """A link from this page to a place in the site, relative, so that the site opens from a folder as from a server."""

    def link(to: str) -> str:
        return os.path.relpath(to, Path(place).parent)

    return link


def breakable(name: str) -> Markup:
    """A long name that may break after each of its dots, dashes and underscores."""
    return Markup("<wbr>").join(part for part in BREAKS.split(name) if part)


def units(number: float) -> str:
    """A coordinate without needless digits."""
    return f"{number:.1f}".removesuffix(".0")


def capitalize_first(text: str) -> str:
    return text[:1].upper() + text[1:]
