"""A checkout that nobody looked over: a good new topic, another mode on a card, a revision that breaks its readers."""

import copy
import json
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from faults.stand import country
from sekali.contracts import Catalogue, Revision, fingerprint, sealed_fields
from sekali.publish import subjects
from sekali.registry import Registry

Schema = dict[str, Any]
Held = Mapping[str, tuple[int, str | None]]
"""Subject -> how many versions the registry holds, and its own mode."""


def _required(schema: Schema) -> None:
    schema["fields"].append({"name": "required", "type": "string", "doc": "no record has it yet"})


def _removed(schema: Schema) -> None:
    """What every reader counts on."""
    schema["fields"] = [field for field in schema["fields"] if field["name"] not in {"use", "amount"}]


def _retyped(schema: Schema) -> None:
    for field in schema["fields"]:
        if field["name"] in {"use", "amount"}:
            field["type"] = "boolean"


def _within(schema: Schema) -> None:
    """Inside a sealed group, which the registry sees only as bytes; where there is none, beside it."""
    for group in sealed_fields(schema):
        group.inner["fields"][-1]["type"] = "long"
        return
    _retyped(schema)


MISTAKES: Mapping[str, Callable[[Schema], None]] = {
    "a required field more": _required,
    "a field less": _removed,
    "another type": _retyped,
    "another type within": _within,
}


def checkout(known: Catalogue, chance: Random) -> Catalogue:
    """`known` and all that; nothing is written to disk."""
    owner, other = chance.sample(list(country.OWNERS), 2)
    name = chance.choice((country.parcels, country.payments))
    cards, revisions = dict(known.cards), dict(known.revisions)
    broken = name(owner)
    schema = copy.deepcopy(known.latest(broken).schema)
    MISTAKES[chance.choice(list(MISTAKES))](schema)
    revisions[broken] = [*revisions[broken], _revision(broken, 2, schema)]
    added = f"{other}.parcel.v2"
    text = json.dumps(known.latest(country.parcels(other)).schema).replace(country.parcels(other), added)
    cards[added] = cards[country.parcels(other)].model_copy(update={"topic": added})
    revisions[added] = [_revision(added, 1, json.loads(text))]
    loosened = country.payments(other)
    cards[loosened] = cards[loosened].model_copy(update={"compatibility": chance.choice(("NONE", "BACKWARD"))})
    order = chance.sample(list(cards), len(cards))  # what is refused may come first or last
    return Catalogue({topic: cards[topic] for topic in order}, revisions, {})


def _revision(topic: str, number: int, schema: Schema) -> Revision:
    return Revision(topic, number, schema, fingerprint(schema), sealed_fields(schema))


async def held(registry: Registry, catalogue: Catalogue) -> Held:
    """Of every subject that the catalogue names."""
    found: dict[str, tuple[int, str | None]] = {}
    for revisions in catalogue.revisions.values():
        for subject, _ in (one for revision in revisions for one in subjects(revision)):
            if subject not in found:
                found[subject] = await registry.versions(subject), await registry.compatibility(subject)
    return found
