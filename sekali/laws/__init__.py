"""The laws of schemas and contracts: each gives sentences that name agency, field and way out; none means it holds."""

from collections.abc import Callable, Iterable, Iterator

from sekali import generate
from sekali.contracts import Contract
from sekali.laws import cards, contracts, frozen, golden, revisions
from sekali.laws.ground import Ground

__all__ = ["CONTRACT_LAWS", "LAND_LAWS", "TOPIC_LAWS", "Ground", "broken"]

TopicLaw = Callable[[Ground, str], Iterable[str]]
ContractLaw = Callable[[Ground, Contract], Iterable[str]]
LandLaw = Callable[[Ground], Iterable[str]]


def fresh_types(ground: Ground) -> Iterator[str]:
    """The generated types say what schemas and contracts say."""
    for file in generate.stale(ground.root):
        yield f"{file.parent.name}: services/{file.parent.name}/events.py is stale. Run `sekali types` and commit it."


TOPIC_LAWS: tuple[TopicLaw, ...] = (
    cards.key_and_time,
    cards.open_fields,
    cards.keeping,
    cards.compatibility,
    cards.personal_data,
    cards.sunset,
    revisions.compatible,
    revisions.names,
    revisions.sealed_shape,
    revisions.unknown_first,
    revisions.described,
    revisions.ascii_only,
    revisions.nothing_protected,
    frozen.unchanged,
    golden.examples_fit,
    golden.kept,
)
CONTRACT_LAWS: tuple[ContractLaw, ...] = (
    contracts.somebody_says_it,
    contracts.well_formed,
    contracts.in_force,
    contracts.within_sunset,
    contracts.reasons,
    contracts.verified,
    contracts.key_and_time,
    contracts.reads_every_revision,
    contracts.writers_names,
    contracts.every_symbol,
    golden.read_by,
)
LAND_LAWS: tuple[LandLaw, ...] = (frozen.all_there, fresh_types)


def broken(ground: Ground) -> list[str]:
    """Every sentence of every law."""
    said: list[str] = []
    for topic in ground.catalogue.cards:
        said += [line for law in TOPIC_LAWS for line in law(ground, topic)]
    for contract in ground.catalogue.contracts.values():
        said += [line for law in CONTRACT_LAWS for line in law(ground, contract)]
    return said + [line for law in LAND_LAWS for line in law(ground)]
