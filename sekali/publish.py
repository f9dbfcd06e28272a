"""Puts the schemas of the catalogue into a registry; git stays the truth."""

import asyncio
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


async def publish(registry: Registry, catalogue: Catalogue) -> list[str]:
    """Register every revision, oldest first, under the mode of its topic's card; a sentence for each change.

    Idempotent. Raises `IncompatibleSchema` where the registry's own rule refuses a schema, `RegistryDown`.
    """
    topics = await asyncio.gather(*(_topic(registry, catalogue, topic) for topic in catalogue.cards))
    return [line for lines in topics for line in lines]


async def _topic(registry: Registry, catalogue: Catalogue, topic: str) -> list[str]:
    said = []
    for revision in catalogue.revisions[topic]:
        for subject, schema in subjects(revision):
            said += await _subject(registry, subject, schema, catalogue.cards[topic].compatibility, revision.number)
    return said


async def _subject(registry: Registry, subject: str, schema: dict[str, Any], mode: str, number: int) -> list[str]:
    # The rule first: the registry itself then judges what comes.
    said = await _ruled(registry, subject, mode)
    try:
        await registry.id_of(subject, schema)
    except UnknownSchema:
        schema_id = await registry.register(subject, schema)
    else:
        return said
    if fingerprint(await registry.schema_by_id(schema_id)) != fingerprint(schema):
        raise RegistryDiffers(
            f"The registry gives back another schema for {subject} than it was given. It must keep each attribute; "
            "use a registry that does."
        )
    return [*said, f"registered {subject} revision {number} as {schema_id}"]


async def _ruled(registry: Registry, subject: str, mode: str) -> list[str]:
    if await registry.compatibility(subject) == mode:
        return []
    await registry.set_compatibility(subject, mode)
    return [f"{subject} is held to {mode}"]
