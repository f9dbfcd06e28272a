"""Laws of the contracts."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from sekali.compatibility import InvalidSchema, incompatibilities
from sekali.contracts import Contract, Revision
from sekali.laws.ground import Ground, enums, fields, records

LEGAL_BASIS = re.compile(r"UU 27/2022 art\. 20\(2\)\([a-f]\); \S.+")
AGREEMENT = re.compile(r"PKS/[A-Z][A-Z0-9-]*/20\d\d/\d\d+")


def _place(contract: Contract) -> str:
    return f"{contract.agency}: its contract on {contract.topic}"


def somebody_says_it(ground: Ground, contract: Contract) -> Iterator[str]:
    """No contract reads a topic that nobody says, and nobody needs one on its own topic."""
    card = ground.catalogue.cards.get(contract.topic)
    if card is None:
        yield f"{_place(contract)}: nobody says this topic. Correct its name, or remove the contract."
    elif card.owner == contract.agency:
        yield f"{_place(contract)}: it owns the topic and reads it without a contract. Remove the contract."


def well_formed(ground: Ground, contract: Contract) -> Iterator[str]:
    """Purpose in both languages, an article of UU 27/2022 art. 20(2) and the sector's rule, the number of the PKS."""
    for language in ("id", "en"):
        if not str(contract.purpose.get(language, "")).strip():
            yield f"{_place(contract)}: purpose lacks the text {language!r}. Add it."
    if not LEGAL_BASIS.fullmatch(contract.legal_basis):
        yield (
            f"{_place(contract)}: legal_basis names no article and rule. Write it as "
            "`UU 27/2022 art. 20(2)(e); PP 28/2025`."
        )
    if not AGREEMENT.fullmatch(contract.agreement):
        yield f"{_place(contract)}: agreement is no number of a PKS. Write it as `PKS/CONTOH/2026/01`."


def in_force(ground: Ground, contract: Contract) -> Iterator[str]:
    if contract.valid_until < ground.today:
        yield (
            f"{_place(contract)}: valid_until {contract.valid_until} has passed. Renew the agreement and the date, or "
            "remove the contract."
        )


def within_sunset(ground: Ground, contract: Contract) -> Iterator[str]:
    """No contract outlives its topic."""
    card = ground.catalogue.cards.get(contract.topic)
    if card is not None and card.sunset is not None and contract.valid_until > card.sunset.on:
        yield (
            f"{_place(contract)}: valid_until {contract.valid_until} is after the topic's sunset {card.sunset.on}. "
            f"Write {card.sunset.on} or earlier, and add a contract on {card.sunset.successor}."
        )


def verified(ground: Ground, contract: Contract) -> Iterator[str]:
    """What is verified lies in a sealed group of a state that the contract does not open, and has its reason."""
    card = ground.catalogue.cards.get(contract.topic)
    if card is None or not contract.verify:
        return
    if card.kind == "fact":
        yield f"{_place(contract)}: verify asks about a fact, of which its owner keeps no present state. Remove verify."
        return
    said = ground.catalogue.latest(contract.topic)
    known = {f"{group.name}.{field['name']}" for group in said.sealed for field in group.inner["fields"]}
    opened = {group.name for group in contract.sealed}
    asked = [one.path for one in contract.verify]
    for one in contract.verify:
        place = f"{_place(contract)}, verify {one.path}"
        if one.path not in known:
            yield f"{place}: no sealed group of revision {said.number} has it. Write it as group.field."
        elif one.path.partition(".")[0] in opened:
            yield f"{place}: the contract opens that group and so sees the value. Verify it, or list it, not both."
        if not one.doc.strip():
            yield f"{place}: it has no reason. Say in doc what it is asked for, or drop it."
        if asked.count(one.path) > 1:
            yield f"{place}: it stands twice. Remove one."


def reasons(ground: Ground, contract: Contract) -> Iterator[str]:
    """Each field says in `doc` what the agency needs it for."""
    for path, field in fields(contract.schema):
        if not str(field.get("doc", "")).strip():
            yield f"{_place(contract)}, field {path}: it has no reason. Say in doc what it is needed for, or drop it."


def key_and_time(ground: Ground, contract: Contract) -> Iterator[str]:
    """Each contract lists the key and the time, and of a state the version."""
    card = ground.catalogue.cards.get(contract.topic)
    if card is None:
        return
    listed = {field["name"] for field in contract.schema["fields"]}
    for name in (card.key, card.time, *(["version"] if card.kind == "state" else [])):
        if name not in listed:
            yield f"{_place(contract)}: field {name} is not listed, and no copy can do without it. List it."


def reads_every_revision(ground: Ground, contract: Contract) -> Iterator[str]:
    """The contract reads each revision, groups looked into, and each field that it lists is said today."""
    for revision in ground.catalogue.revisions.get(contract.topic, ()):
        try:
            found = incompatibilities(contract.schema, revision.schema)
        except InvalidSchema as wrong:
            yield f"{_place(contract)}: {wrong}"
            return
        for reason in found:
            yield f"{_place(contract)} cannot read revision {revision.number}, field {reason.path}: {reason}"
    if contract.topic in ground.catalogue.revisions:
        said = {path for path, _ in fields(ground.catalogue.latest(contract.topic).schema)}
        for path, _ in fields(contract.schema):
            if path not in said:
                yield f"{_place(contract)}, field {path}: the topic does not say it. Drop it from the contract."


def writers_names(ground: Ground, contract: Contract) -> Iterator[str]:
    """Records and enums keep the writer's full names, inner ones too: libraries compare names differently."""
    if contract.topic not in ground.catalogue.revisions:
        return
    said = _named(ground.catalogue.latest(contract.topic).schema)
    for path, name in _named(contract.schema).items():
        if said.get(path, name) != name:
            yield f"{_place(contract)}, field {path}: its type is {name}. Call it {said[path]}, as its owner does."


def every_symbol(ground: Ground, contract: Contract) -> Iterator[str]:
    """An enum lists each symbol that the field began with, and falls back to UNKNOWN for those that came later.

    Only the first: a symbol that an owner adds asks nobody to change on the same day.
    """
    first, said = _symbols(ground.catalogue.revisions.get(contract.topic, ()))
    for path, field in fields(contract.schema):
        for enum in enums(field["type"]):
            listed = set(enum["symbols"])
            missing, unsaid = sorted(first.get(path, set()) - listed), sorted(listed - said.get(path, listed))
            if missing:
                yield f"{_place(contract)}, field {path}: it lacks the symbols {', '.join(missing)}. Add them."
            if unsaid:
                yield f"{_place(contract)}, field {path}: nobody says the symbols {', '.join(unsaid)}. Remove them."
            if enum.get("default") != "UNKNOWN":
                yield f"{_place(contract)}, field {path}: the enum has no default UNKNOWN. Add it."


def _symbols(revisions: Iterable[Revision]) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """path -> symbols of the first revision that has the enum, and of all."""
    first: dict[str, set[str]] = {}
    every: dict[str, set[str]] = {}
    for revision in revisions:
        for path, field in fields(revision.schema):
            for enum in enums(field["type"]):
                first.setdefault(path, set(enum["symbols"]))
                every.setdefault(path, set()).update(enum["symbols"])
    return first, every


def _named(schema: dict[str, Any]) -> dict[str, str]:
    """path -> full name of its record or enum; "" is the record itself."""
    found = {"": _full(schema, "")}

    def walk(record: dict[str, Any], path: str, space: str) -> None:
        for field in record["fields"]:
            here = f"{path}.{field['name']}" if path else field["name"]
            for named in (*enums(field["type"]), *records(field["type"])):
                found[here] = _full(named, space)
            for inner in records(field["type"]):
                walk(inner, here, inner.get("namespace", space))

    walk(schema, "", schema.get("namespace", ""))
    return found


def _full(named: dict[str, Any], space: str) -> str:
    return f"{named.get('namespace', space)}.{named['name']}"
