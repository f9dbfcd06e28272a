"""New keys in time: which keys there are, how old, how much was sealed under them, and a new one for a field."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from confluent_kafka import KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec

from sekali.contracts import Catalogue, Contract
from sekali.errors import SekaliError
from sekali.keystore import Ring
from sekali.rights import keyrings

SECONDS = 10
OLD = timedelta(days=365)
MANY = 2**30
"""A quarter of the 2^32 values with random nonces that AES-GCM takes under one key (NIST SP 800-38D, 8.3)."""


class NoSuchKey(SekaliError):
    """There is no sealed field of that name, or it has no key yet."""


@dataclass(frozen=True, slots=True)
class KeyLine:
    """One sealed field's keyset without its keys. `sealed`: at most so many values under the current key."""

    topic: str
    field: str
    current: int
    made: datetime | None
    older: int
    holders: tuple[str, ...]
    sealed: int | None = None

    def warning(self, now: datetime) -> str | None:
        way_out = f"run `sekali keys rotate {self.topic} {self.field}`"
        if self.sealed is not None and self.sealed >= MANY:
            return f"{self.sealed:,} values are sealed under it, 2^32 are the end: {way_out}"
        if self.made is not None and now - self.made > OLD:
            return f"it is {(now - self.made).days} days old: {way_out}"
        return None


def held(present: Mapping[str, Ring], catalogue: Catalogue) -> list[KeyLine]:
    """Every keyset in the rings, as its owner's ring has it."""
    lines = []
    for name, keyset in sorted(keyrings.known(catalogue, present).items()):
        topic, _, field = name.rpartition("/")
        made = keyset.get("made", {}).get(str(keyset["current"]))
        holders = tuple(agency for agency, ring in sorted(present.items()) if name in ring)
        lines.append(
            KeyLine(
                topic, field, keyset["current"], datetime.fromisoformat(made) if made else None,
                len(keyset["keys"]) - 1, holders,
            )
        )  # fmt: skip
    return lines


def rotated(
    catalogue: Catalogue,
    contracts: Iterable[Contract],
    present: Mapping[str, Ring],
    names: Collection[str],
    clock: Callable[[], datetime],
) -> tuple[dict[str, Ring], list[str]]:
    """The rings with a new current key for each named keyset, and a sentence for each; nothing else is changed.

    Who holds the keyset without a right to it (`rights apply` has not run yet) is not given the new key.
    Raises `NoSuchKey`.
    """
    known, wanted = keyrings.known(catalogue, present), keyrings.follow(catalogue, contracts)
    unknown = sorted(set(names) - known.keys())
    if unknown:
        there = ", ".join(sorted(known)) or "none: run `sekali rights apply`"
        raise NoSuchKey(f"There is no key for {', '.join(unknown)}. The sealed fields with a key: {there}.")
    rings, said = {agency: dict(ring) for agency, ring in present.items()}, []
    for name in sorted(names):
        keyset = keyrings.with_new_key(known[name], clock())
        given = [agency for agency, ring in sorted(rings.items()) if name in ring and name in wanted.get(agency, ())]
        left_out = [agency for agency, ring in sorted(rings.items()) if name in ring and agency not in given]
        for agency in given:
            rings[agency][name] = keyset
        told = f"a new key for {name}, held by {', '.join(given)}"
        said.append(told + (f"; not given to {', '.join(left_out)}" if left_out else ""))
    return rings, said


def counted(admin: Mapping[str, str], lines: Iterable[KeyLine]) -> dict[KeyLine, int]:
    """At most so many values were sealed under each current key: records that the log has taken since it was made.

    A record seals a field once, so its offsets count, compacted ones too. Empty where the broker does not answer.
    """
    client: Any = AdminClient(dict(admin))
    try:
        topics = client.list_topics(timeout=SECONDS).topics
        return {line: _since(client, topics[line.topic], line.made) for line in lines if line.topic in topics}
    except KafkaException:
        return {}


def _since(client: Any, topic: Any, made: datetime | None) -> int:
    spec: Any = OffsetSpec  # untyped in the library
    places = [TopicPartition(topic.topic, number) for number in topic.partitions]
    ends = _offsets(client, dict.fromkeys(places, spec.latest()))
    if made is None:
        return sum(ends.values())
    # One second is what `made` is rounded by.
    began = spec.for_timestamp(int(made.timestamp() * 1000) - 1000)
    begins = _offsets(client, dict.fromkeys(places, began))
    return sum(end - begins[number] for number, end in ends.items() if begins[number] >= 0)


def _offsets(client: Any, asked: Mapping[TopicPartition, Any]) -> dict[int, int]:
    answers = client.list_offsets(asked, request_timeout=SECONDS).items()
    return {place.partition: int(answer.result().offset) for place, answer in answers}
