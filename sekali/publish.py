"""Puts the schemas of the catalogue into a registry; git stays the truth."""

import asyncio
from dataclasses import dataclass
from typing import Any

from sekali.contracts import Catalogue, Revision, fingerprint
from sekali.errors import SekaliError
from sekali.registry import Registry, UnknownSchema


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


async def publish(registry: Registry, catalogue: Catalogue) -> list[str]:
    """Register every revision, oldest first, under the mode of its topic's card; a sentence for each change.

    Idempotent, and all or nothing: the registry is asked about each schema before the first is registered.
    Raises `IncompatibleSchema` where the registry's own rule refuses a schema, `RegistryDown`.
    """
    looked = await asyncio.gather(*(_looked(registry, catalogue, topic) for topic in catalogue.cards))
    for _, new in looked:
        for one in new:
            await registry.must_take(one.subject, one.schema)
    registered = await asyncio.gather(*(_registered(registry, new) for _, new in looked))
    return [line for lines in (*(said for said, _ in looked), *registered) for line in lines]


async def _looked(registry: Registry, catalogue: Catalogue, topic: str) -> tuple[list[str], list[_New]]:
    """Hold a topic's subjects to its mode first, so that the registry itself judges what comes; then what is new."""
    said: list[str] = []
    new: dict[tuple[str, str], _New] = {}  # a group that a revision leaves as it is stands once
    for revision in catalogue.revisions[topic]:
        for subject, schema in subjects(revision):
            said += await _ruled(registry, subject, catalogue.cards[topic].compatibility)
            try:
                await registry.id_of(subject, schema)
            except UnknownSchema:
                new.setdefault((subject, fingerprint(schema)), _New(subject, schema, revision.number))
    return said, list(new.values())


async def _registered(registry: Registry, new: list[_New]) -> list[str]:
    said = []
    for one in new:
        schema_id = await registry.register(one.subject, one.schema)
        if fingerprint(await registry.schema_by_id(schema_id)) != fingerprint(one.schema):
            raise RegistryDiffers(
                f"The registry gives back another schema for {one.subject} than it was given. It must keep each "
                "attribute; use a registry that does."
            )
        said.append(f"registered {one.subject} revision {one.number} as {schema_id}")
    return said


async def _ruled(registry: Registry, subject: str, mode: str) -> list[str]:
    if await registry.compatibility(subject) == mode:
        return []
    await registry.set_compatibility(subject, mode)
    return [f"{subject} is held to {mode}"]
