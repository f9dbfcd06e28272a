"""Puts the schemas of the catalogue into a registry; git stays the truth."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sekali.compatibility import InvalidSchema, Node, compare, parse
from sekali.contracts import Catalogue, Revision, fingerprint
from sekali.errors import SekaliError
from sekali.registry import Registry, UnknownSchema, refused


class RegistryDiffers(SekaliError):
    """The registry keeps another schema than it was given."""


def subjects(revision: Revision) -> list[tuple[str, dict[str, Any]]]:
    """(subject, schema), inner records of sealed fields first: the registry sees those groups only as bytes."""
    inner = [(f"{revision.topic}-{field.name}-sealed", field.inner) for field in revision.sealed]
    return [*inner, (f"{revision.topic}-value", revision.schema)]


@dataclass(frozen=True, slots=True)
class _New:
    """What the registry does not hold yet."""

    subject: str
    schema: dict[str, Any]
    number: int


@dataclass(frozen=True, slots=True)
class _Topic:
    """Its card's mode; the mode that the registry holds each of its subjects to; what is new, oldest first."""

    mode: str
    held: Mapping[str, str | None]
    new: Sequence[_New]


async def publish(registry: Registry, catalogue: Catalogue) -> list[str]:
    """Register every revision, oldest first, under the mode of its topic's card; a sentence for each change.

    Idempotent, and all or nothing: every schema is judged before the first mode is set and the first registered.
    Where the registry goes away in the middle, the next call does what is left.
    Raises `IncompatibleSchema` where the card's mode refuses a schema, `RegistryDown`.
    """
    topics = await asyncio.gather(*(_looked(registry, catalogue, topic) for topic in catalogue.cards))
    for topic in topics:
        for subject in dict.fromkeys(one.subject for one in topic.new):
            await _judge(registry, topic, subject)
    said = await asyncio.gather(*(_registered(registry, topic) for topic in topics))
    return [line for lines in said for line in lines]


async def _looked(registry: Registry, catalogue: Catalogue, topic: str) -> _Topic:
    """Asks only."""
    held: dict[str, str | None] = {}
    new: dict[tuple[str, str], _New] = {}  # a group that a revision leaves as it is stands once
    for revision in catalogue.revisions[topic]:
        for subject, schema in subjects(revision):
            if subject not in held:
                held[subject] = await registry.compatibility(subject)
            try:
                await registry.id_of(subject, schema)
            except UnknownSchema:
                new.setdefault((subject, fingerprint(schema)), _New(subject, schema, revision.number))
    return _Topic(catalogue.cards[topic].compatibility, held, list(new.values()))


async def _judge(registry: Registry, topic: _Topic, subject: str) -> None:
    """The registry knows only the mode and the versions that it holds: what is to come, we judge ourselves."""
    new = [one for one in topic.new if one.subject == subject]
    if topic.held[subject] == topic.mode:
        await registry.must_take(subject, new[0].schema)
    olds = [_parsed(subject, schema) for schema in await registry.schemas(subject)]
    for one in new:
        node = _parsed(subject, one.schema)
        if found := compare(topic.mode, node, olds):
            raise refused(subject, str(found[0]).rstrip("."), by=topic.mode)
        olds.append(node)


def _parsed(subject: str, schema: dict[str, Any]) -> Node:
    try:
        return parse(schema)
    except InvalidSchema as wrong:
        raise refused(subject, str(wrong).rstrip("."), by="Avro") from None


async def _registered(registry: Registry, topic: _Topic) -> list[str]:
    """The modes first, so that the registry itself judges what comes."""
    said = []
    for subject, mode in topic.held.items():
        if mode != topic.mode:
            await registry.set_compatibility(subject, topic.mode)
            said.append(f"{subject} is held to {topic.mode}")
    for one in topic.new:
        schema_id = await registry.register(one.subject, one.schema)
        if fingerprint(await registry.schema_by_id(schema_id)) != fingerprint(one.schema):
            raise RegistryDiffers(
                f"The registry gives back another schema for {one.subject} than it was given. It must keep each "
                "attribute; use a registry that does."
            )
        said.append(f"registered {one.subject} revision {one.number} as {schema_id}")
    return said
