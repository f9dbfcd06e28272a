"""What people call agencies and the fields of topics, from the files of `schemas/`."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from sekali import agencies
from sekali.contracts import Catalogue
from sekali.pages.words import Words


@dataclass(frozen=True, slots=True)
class Names:
    catalogue: Catalogue
    root: Path

    def agency(self, name: str, words: Words) -> str:
        return words.both(_agency(self.root, name).title)

    def owner(self, topic: str, words: Words) -> str:
        """The agency that says the topic; nothing for a topic that is not there."""
        card = self.catalogue.cards.get(topic)
        return self.agency(card.owner, words) if card else ""

    def field(self, topic: str, path: str, words: Words) -> str:
        """The label of a topic's field; its last word where the schema has none."""
        label = _labels(self.catalogue, topic).get(path)
        return words.both(label) if label else path.rpartition(".")[2].replace("_", " ")


@lru_cache(maxsize=100)
def _agency(root: Path, name: str) -> agencies.Agency:
    return agencies.read(root, name)


@lru_cache(maxsize=100)
def _labels(catalogue: Catalogue, topic: str) -> dict[str, Mapping[str, str]]:
    """Dotted path -> {"id", "en"}, of the latest revision, its sealed groups opened."""
    if topic not in catalogue.revisions:
        return {}
    revision = catalogue.latest(topic)
    found = {one["name"]: one["label"] for one in revision.schema["fields"] if "label" in one}
    for group in revision.sealed:
        members = group.inner["fields"]
        found |= {f"{group.name}.{one['name']}": one["label"] for one in members if "label" in one}
    return found
