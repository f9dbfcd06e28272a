"""Who says which topic to whom: rows that the picture, the tables and the pages share."""

from dataclasses import dataclass
from pathlib import Path

from sekali.agencies import Agency, read
from sekali.contracts import Card, Catalogue, CatalogueError, Contract

__all__ = ["Agency", "Flow", "agencies", "flows"]


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


def agencies(root: Path, catalogue: Catalogue) -> dict[str, Agency]:
    """By short name. Raises `CatalogueError` where an agency.yaml has another shape."""
    return {name: read(root, name) for name in catalogue.agencies}
