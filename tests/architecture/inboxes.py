"""The laws of an agency's inbox: what it declares is what its contracts list, no more and no less."""

import importlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from sekali.contracts import Catalogue, Contract
from sekali.inbox import Effect, Inbox, Projection
from tests.architecture import copied_columns, heard_fields


def inbox_of(agency: str, catalogue: Catalogue) -> Inbox:
    """`inbox` of services/<agency>/inbox.py, or what its `hearing(catalogue)` makes of the contracts."""
    module = importlib.import_module(f"services.{agency}.inbox")
    made = module.inbox if hasattr(module, "inbox") else module.hearing(catalogue)
    assert isinstance(made, Inbox)
    return made


def one_declaration_for_each_contract(agency: str, inbox: Inbox, catalogue: Catalogue) -> Iterator[str]:
    place = f"services/{agency}/inbox.py"
    listed = {contract.topic for contract in catalogue.hears(agency)}
    for topic in sorted(listed - set(inbox.declared)):
        yield (
            f"{place}: nothing is done with {topic}. Declare a projection or an effect, or remove "
            f"contracts/{agency}/{topic}.avsc: what is not used may not be read."
        )
    for topic in sorted(set(inbox.declared) - listed):
        yield f"{place}: {topic} is declared without contracts/{agency}/{topic}.avsc. Add the contract, or remove it."


def kinds_fit(agency: str, inbox: Inbox, catalogue: Catalogue) -> Iterator[str]:
    """Compaction may remove the record that carried a change, so no effect may hang on a state."""
    place = f"services/{agency}/inbox.py"
    for topic, declared in inbox.declared.items():
        if topic not in catalogue.cards:
            continue
        kind = catalogue.cards[topic].kind
        if isinstance(declared, Effect) and kind != "fact":
            yield (
                f"{place}: the effect of {topic} hangs on a state, of which records are skipped. "
                "Declare a projection, and derive what follows in its `then` from the row."
            )
        if isinstance(declared, Projection) and kind != "state":
            yield f"{place}: the projection of {topic} keeps a fact, which nothing ever erases. Declare an effect."


def columns_come_from_the_contract(agency: str, inbox: Inbox, catalogue: Catalogue) -> Iterator[str]:
    """Every path exists; every column can be empty; the key is the card's."""
    for contract, declared in _projections(agency, inbox, catalogue):
        place = f"services/{agency}/inbox.py: the projection of {contract.topic}"
        known = paths(contract)
        for column, path in declared.columns.items():
            if path not in known:
                yield f"{place}: {column} reads {path}, which the contract does not list. Correct or list it."
            if not declared.into.c[column].nullable:
                yield f"{place}: {column} cannot be null, but an annulled or erased record has no groups. Allow null."
        key = catalogue.cards[contract.topic].key
        if declared.key != key:
            yield f"{place}: its table's key is {declared.key}; the topic's is {key}. Name the column so."


def every_field_is_used(agency: str, inbox: Inbox, catalogue: Catalogue, root: Path) -> Iterator[str]:
    """What no column and no use case reads may not be asked for: UU 27/2022, minimal data.

    Of a fact proved by the type checker; of a state, a column that takes the field is read by hand-written code.
    """
    for contract in catalogue.hears(agency):
        declared = inbox.declared.get(contract.topic)
        card = catalogue.cards[contract.topic]
        wanted = paths(contract) - {card.key, card.time, "version"}
        if isinstance(declared, Projection):
            unused = wanted - set(declared.columns.values()) | wanted & set(
                copied_columns.unread(root, agency, declared)
            )
        else:
            read = heard_fields.read(root, catalogue)
            unused = {path for path in wanted if (agency, contract.topic, path) not in read}
        for path in sorted(unused):
            yield (
                f"contracts/{agency}/{contract.topic}.avsc, field {path}: nothing in services/{agency} reads it. "
                "Remove it from the contract, or use it."
            )


def events_are_generated(agency: str, inbox: Inbox) -> Iterator[str]:
    """A handler takes the class that `sekali types` wrote."""
    for topic, declared in inbox.declared.items():
        if isinstance(declared, Effect) and declared.event.__module__ != f"services.{agency}.events":
            yield (
                f"services/{agency}/inbox.py: the effect of {topic} takes a class of {declared.event.__module__}. "
                f"Take the generated one of services/{agency}/events.py."
            )


def paths(contract: Contract) -> set[str]:
    """Dotted paths of the fields that a contract lists; those of a group as group.field."""
    groups: Mapping[str, list[str]] = {
        group.name: [field["name"] for field in group.inner["fields"]] for group in contract.sealed
    }
    found: set[str] = set()
    for field in contract.schema["fields"]:
        name = field["name"]
        found |= {f"{name}.{inner}" for inner in groups[name]} if name in groups else {name}
    return found


def _projections(agency: str, inbox: Inbox, catalogue: Catalogue) -> Iterator[tuple[Contract, Projection]]:
    for contract in catalogue.hears(agency):
        declared = inbox.declared.get(contract.topic)
        if isinstance(declared, Projection):
            yield contract, declared
