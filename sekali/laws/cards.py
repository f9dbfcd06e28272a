"""Laws of the cards."""

from collections.abc import Iterator

from sekali.laws.ground import Ground

DAY_MS = 86_400_000
OPEN_TYPES = ("uuid", "timestamp-millis")


def key_and_time(ground: Ground, topic: str) -> Iterator[str]:
    """The card's key and time are fields of each revision; a state has a version, a fact has none."""
    card = ground.catalogue.cards[topic]
    for revision in ground.catalogue.revisions[topic]:
        types = {field["name"]: field["type"] for field in revision.schema["fields"]}
        place = ground.place(revision)
        for name, logical in ((card.key, "uuid"), (card.time, "timestamp-millis")):
            kind = types.get(name)
            if not isinstance(kind, dict) or kind.get("logicalType") != logical:
                yield f"{place}: the card names {name}, which is no field of type {logical}. Correct card or schema."
        if (types.get("version") == "long") != (card.kind == "state"):
            yield (
                f"{place}: field version must be a long in a state and absent in a fact (its event id stands for it). "
                "Correct the schema or the card's kind."
            )


def open_fields(ground: Ground, topic: str) -> Iterator[str]:
    """Only ids, versions, times and codes travel open; all else is sealed."""
    for revision in ground.catalogue.revisions[topic]:
        for field in revision.schema["fields"]:
            sealed = any(group.name == field["name"] for group in revision.sealed)
            if not sealed and not _may_be_open(field["name"], field["type"]):
                yield (
                    f"{ground.place(revision)}, field {field['name']}: it travels open and is no id, time, version or "
                    "code. Put it into a sealed group."
                )


def _may_be_open(name: str, kind: object) -> bool:
    if isinstance(kind, list):
        return all(part == "null" or _may_be_open(name, part) for part in kind)
    if isinstance(kind, dict):
        codes = kind["type"] == "array" and isinstance(kind["items"], dict) and kind["items"]["type"] == "enum"
        return codes or kind["type"] == "enum" or kind.get("logicalType") in OPEN_TYPES
    return name == "version" and kind == "long"


def keeping(ground: Ground, topic: str) -> Iterator[str]:
    """How long a topic may be kept: a state for ever; a fact as long as an erasure can wait."""
    card = ground.catalogue.cards[topic]
    if card.kind == "state":
        if card.retention_ms is not None:
            yield f"{card.owner}: {topic}: a state is compacted, not aged. Write retention: for ever."
        return
    limit, why = card.delete_retention_ms, "delete_retention"
    if ground.catalogue.latest(topic).sealed:
        limit, why = DAY_MS, "24 hours, since it has a sealed field that no tombstone can erase"
    if card.retention_ms is None or card.retention_ms > limit:
        yield f"{card.owner}: {topic}: retention exceeds {why}. Shorten it."


def compatibility(ground: Ground, topic: str) -> Iterator[str]:
    """FULL_TRANSITIVE unless the card says why not."""
    card = ground.catalogue.cards[topic]
    if card.compatibility != "FULL_TRANSITIVE" and not card.compatibility_reason:
        yield f"{card.owner}: {topic}: compatibility is {card.compatibility} without a compatibility_reason. Add it."


def personal_data(ground: Ground, topic: str) -> Iterator[str]:
    """A topic with a sealed field holds personal data, and its card says so."""
    card = ground.catalogue.cards[topic]
    if card.personal_data == "none" and ground.catalogue.latest(topic).sealed:
        yield f"{card.owner}: {topic}: personal_data is none, but there are sealed fields. Say general or specific."


def sunset(ground: Ground, topic: str) -> Iterator[str]:
    """A topic that ends names the next version of itself, of the same owner; on its last day nobody reads it."""
    card = ground.catalogue.cards[topic]
    if card.sunset is None:
        return
    name, _, version = topic.rpartition(".v")
    follower, wanted = ground.catalogue.cards.get(card.sunset.successor), f"{name}.v{int(version) + 1}"
    if card.sunset.successor != wanted:
        yield f"{card.owner}: {topic}: sunset.successor is {card.sunset.successor}. Write {wanted}, the next version."
    elif follower is None:
        yield f"{card.owner}: {topic}: sunset.successor {wanted} has no card. Add schemas/{card.owner}/{wanted}/ first."
    elif follower.owner != card.owner:
        yield f"{card.owner}: {topic}: sunset.successor {wanted} belongs to {follower.owner}. An owner follows itself."
    elif follower.key != card.key or follower.kind != card.kind:
        yield f"{card.owner}: {topic}: sunset.successor {wanted} has another key or kind. Keep both: readers move over."
    readers = sorted(agency for agency, read in ground.catalogue.contracts if read == topic)
    if card.sunset.on < ground.today and readers:
        yield (
            f"{card.owner}: {topic}: sunset.on {card.sunset.on} has passed. Remove the contracts of "
            f"{', '.join(readers)} on it; they read {card.sunset.successor}. Or state a later day."
        )
