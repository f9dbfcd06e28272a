"""Writes the pages: the same ones under id/ and en/, from templates, with a link from each to its twin."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sekali.catalogue_site.changes import between, history
from sekali.catalogue_site.examples import examples
from sekali.catalogue_site.fields import docs, every, fields
from sekali.catalogue_site.flow import Agency, Flow, agencies, flows
from sekali.catalogue_site.picture import pictures
from sekali.catalogue_site.templating import TEMPLATES, environment, linker
from sekali.catalogue_site.words import LANGUAGES, Words
from sekali.contracts import Catalogue


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
        door = environment("id").get_template("door.html.j2")
        yield "index.html", door.render(link=linker("index.html"), doors=[Words(language) for language in LANGUAGES])
        for language in LANGUAGES:
            templates = environment(language)
            for page in self._pages():
                place = f"{language}/{page.place}"
                given = {"place": page.place, "link": linker(place), **self._shared(), **page.parts}
                yield place, templates.get_template(page.template).render(given)

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
            "unknown": sorted({form.default for one in every(latest.schema) if (form := one.form.innermost).default}),
            "history": history(self._catalogue.revisions[topic]),
            "examples": examples(folder / "examples", fields(latest.schema)),
            "predecessors": {
                other.topic: between(self._catalogue.latest(other.topic), latest)
                for other in self._flows
                if other.card.sunset and other.card.sunset.successor == topic
            },
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
