"""What a revision would do, in words: what changed, whom it affects, in which order to roll it out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sekali.compatibility import Finding, Node, compare, incompatibilities, parse
from sekali.compatibility.changes import Change, changes
from sekali.contracts import Catalogue, Contract
from sekali.laws import Ground, frozen
from sekali.laws.ground import fields, namespace

INDENT = "  "


@dataclass(frozen=True, slots=True)
class Step:
    """From one schema to the next. `topic` is None for schemas that no card knows."""

    title: str
    old: dict[str, Any]
    new: dict[str, Any]
    topic: str | None
    before: Sequence[Node]


def of_topic(ground: Ground, topic: str) -> Iterator[str]:
    """Each step of a topic, the newest first, and its sunset."""
    steps = list(_steps(ground, topic))
    for step in reversed(steps):
        yield from told(ground.catalogue, step)
    if not steps:
        yield f"{topic} has one revision; nothing has changed since."
    yield from sunset(ground.catalogue, topic)


def of_everything(ground: Ground) -> Iterator[str]:
    """What is not frozen yet, and what was published and has been edited."""
    silent = True
    for topic in ground.catalogue.cards:
        published = [line for line in frozen.unchanged(ground, topic) if "has changed" in line]
        new = [step for step in _steps(ground, topic) if "not frozen" in step.title]
        for line in published + [line for step in new for line in told(ground.catalogue, step)]:
            silent = False
            yield line
    if silent:
        yield "Every revision is frozen and as it was published. Name a topic to see what its revisions changed."


def of_schemas(catalogue: Catalogue, old: dict[str, Any], new: dict[str, Any], title: str) -> Iterator[str]:
    """Two schemas, of a topic where a card knows their namespace."""
    topic = next((one for one in catalogue.cards if namespace(one) == new.get("namespace")), None)
    yield from told(catalogue, Step(title, old, new, topic, [parse(old)]))


def _steps(ground: Ground, topic: str) -> Iterator[Step]:
    revisions = ground.catalogue.revisions[topic]
    nodes = [parse(revision.schema) for revision in revisions]
    for old, new in pairwise(revisions):
        state = "" if frozen.is_frozen(ground, topic, new.number) else ", not frozen yet"
        title = f"{topic}: revision {new.number} against {old.number}{state}"
        yield Step(title, old.schema, new.schema, topic, nodes[: new.number - 1])


def told(catalogue: Catalogue, step: Step) -> Iterator[str]:
    new = parse(step.new)
    found = changes(parse(step.old), new)
    mode = catalogue.cards[step.topic].compatibility if step.topic else "FULL"
    broken = compare(mode, new, step.before)
    contracts = [contract for contract in catalogue.contracts.values() if contract.topic == step.topic]
    yield step.title
    yield from _lines(found, INDENT)
    if not found:
        yield (
            f"{INDENT}= the same fields and types; only words differ" if step.old != step.new else f"{INDENT}= the same"
        )
    yield ""
    if broken:
        yield f"{INDENT}Not {mode}:"
        yield from (f"{INDENT * 2}{finding}" for finding in broken)
    affected = {contract.agency: _affected(contract, step, found) for contract in contracts}
    if contracts:
        yield from ([""] if broken else [])
        yield f"{INDENT}Who hears it:"
        wide = max(map(len, affected))
        yield from (f"{INDENT * 2}{agency:{wide}}  {words}" for agency, words in sorted(affected.items()))
    yield ""
    yield f"{INDENT}{_order(catalogue, step, found, broken, contracts)}"
    yield ""


def _lines(found: Sequence[Change], indent: str) -> Iterator[str]:
    width = max((len(change.path) for change in found), default=0)
    return (f"{indent}{change.sign} {change.path:{width}}  {change.words}" for change in found)


def _affected(contract: Contract, step: Step, found: Sequence[Change]) -> str:
    """What the agency's contract, as it stands, makes of the new schema."""
    listed = dict(fields(contract.schema))
    breaks = incompatibilities(contract.schema, step.new)
    if breaks:
        return "breaks: " + " ".join(f"{reason.path or 'the record'}: {reason.message}." for reason in breaks)
    said = [words for change in found if (words := _felt(change, listed, contract))]
    asked = {one.path for one in contract.verify}
    said += [f"verifies {change.path}, which changed" for change in found if change.path in asked]
    return "; ".join(said) or "untouched: it lists none of the changed fields"


def _felt(change: Change, listed: dict[str, Any], contract: Contract) -> str:
    if change.path not in listed and change.path:
        return ""
    if change.kind == "removed":
        return f"reads {change.path}, which it gets as its default from then on; drop it from the contract"
    unknown = [symbol for symbol in change.symbols if symbol not in str(listed[change.path]["type"])]
    if change.symbols:
        what = f"reads {change.path}: sees {', '.join(unknown)} as UNKNOWN until its contract lists it"
        return what if unknown else f"reads {change.path} and knows {', '.join(change.symbols)} already"
    if change.kind == "added":
        return f"lists {change.path} already and gets it as soon as it is said"
    return f"reads {change.path or 'the record'} and reads on"


def _order(
    catalogue: Catalogue, step: Step, found: Sequence[Change], broken: Sequence[Finding], contracts: Sequence[Contract]
) -> str:
    owner = catalogue.cards[step.topic].owner if step.topic else "the owner"
    if broken:
        way = (
            f"{step.topic.rpartition('.v')[0]}.v{int(step.topic.rpartition('.v')[2]) + 1}"
            if step.topic
            else "a new topic"
        )
        return f"Roll-out: not like this. Take the ways out above, or say it on {way} beside this one, with a sunset."
    reading = {
        contract.agency: {path for path, _ in fields(contract.schema)} | {one.path for one in contract.verify}
        for contract in contracts
    }
    dropping = sorted({agency for agency, paths in reading.items() for one in found
                       if one.kind == "removed" and one.path in paths})  # fmt: skip
    if dropping:
        return (
            f"Roll-out: readers first. {', '.join(dropping)} must do without the field, in code and contract, before "
            f"{owner} stops saying it; the other way round their boxes fall empty without a word."
        )
    named = sorted({agency for agency, paths in reading.items() for one in found if one.symbols and one.path in paths})
    if named:
        return (
            f"Roll-out: {owner} first; nobody breaks, a new symbol shows as UNKNOWN. Readers first where it must be "
            f"known by name from the first day: it goes into the contracts of {', '.join(named)}."
        )
    if any(change.kind == "added" for change in found):
        return f"Roll-out: {owner} first; each contract reads on as it is. Then who needs it adds it to its contract."
    return f"Roll-out: {owner} alone; no contract has to change."


def sunset(catalogue: Catalogue, topic: str) -> Iterator[str]:
    """Who still hears a topic that ends, until when, and who has moved on."""
    card = catalogue.cards[topic]
    ending = [one for one in catalogue.cards.values() if one.sunset and topic in {one.topic, one.sunset.successor}]
    for old in ending:
        assert old.sunset is not None
        on = {agency: contract for (agency, read), contract in catalogue.contracts.items() if read == old.topic}
        moved = sorted(agency for agency, read in catalogue.contracts if read == old.sunset.successor)
        yield f"{old.topic} ends on {old.sunset.on}; {old.sunset.successor} is said beside it and follows it."
        for agency, contract in sorted(on.items()):
            both = f", hears {old.sunset.successor} too" if agency in moved else ""
            yield f"{INDENT}still on it: {agency}, until {min(contract.valid_until, old.sunset.on)}{both}"
        if not on:
            yield f"{INDENT}nobody hears it any more: {card.owner} may stop saying it"
        yield f"{INDENT}on {old.sunset.successor}: {', '.join(moved) or 'nobody yet'}"
        if topic == old.sunset.successor:
            yield f"{INDENT}what it changed:"
            before, after = (parse(catalogue.latest(one).schema) for one in (old.topic, topic))
            yield from _lines(changes(before, after), INDENT * 2)
