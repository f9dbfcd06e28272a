"""Who says which topic to whom: rows that the picture, the tables and the pages share."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from sekali.contracts import Card, Catalogue, CatalogueError, Contract


@dataclass(frozen=True, slots=True)
class Flow:
    """A topic with its contracts. `hearers` read some field beside those that they only verify."""

    card: Card
    contracts: tuple[Contract, ...]

    @property
    def topic(self) -> str:
        return self.card.topic

    @property
    def hearers(self) -> list[str]:
        return [contract.agency for contract in self.contracts]

    @property
    def askers(self) -> list[str]:
        return [contract.agency for contract in self.contracts if contract.verify]


def flows(catalogue: Catalogue) -> list[Flow]:
    """One for each topic: by owner, then by name."""
    heard: dict[str, list[Contract]] = {}
    for _, contract in sorted(catalogue.contracts.items()):
        if contract.topic not in catalogue.cards:
            raise CatalogueError(
                f"contracts/{contract.agency}/{contract.topic}.avsc: {contract.agency} hears a topic that nobody says. "
                "Correct the topic's name or remove the contract."
            )
        heard.setdefault(contract.topic, []).append(contract)
    cards = sorted(catalogue.cards.values(), key=lambda card: (card.owner, card.topic))
    return [Flow(card, tuple(heard.get(card.topic, ()))) for card in cards]


@dataclass(frozen=True, slots=True)
class Agency:
    """`title` and `about` are what people call it, from schemas/<agency>/agency.yaml; without it, its short name."""

    name: str
    title: Mapping[str, str]
    about: Mapping[str, str]


def agencies(root: Path, catalogue: Catalogue) -> dict[str, Agency]:
    """By short name. Raises `CatalogueError` where an agency.yaml has another shape."""
    return {name: _agency(root / "schemas" / name / "agency.yaml", name) for name in catalogue.agencies}


def _agency(file: Path, name: str) -> Agency:
    if not file.exists():
        return Agency(name, {"id": name, "en": name}, {})
    try:
        told = yaml.safe_load(file.read_text(encoding="utf-8"))
    except yaml.YAMLError:
        told = None
    if not isinstance(told, dict) or told.keys() != {"title", "about"} or not all(map(_both, told.values())):
        raise CatalogueError(
            f"schemas/{name}/agency.yaml: it is not title and about, each with id and en. "
            "Compare it with another agency's."
        )
    return Agency(name, told["title"], told["about"])


def _both(texts: object) -> bool:
    return (
        isinstance(texts, dict)
        and texts.keys() == {"id", "en"}
        and all(isinstance(text, str) for text in texts.values())
    )
