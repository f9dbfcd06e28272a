"""Puts the schemas of the catalogue into a registry; git stays the truth."""

from sekali.contracts import Catalogue, Revision
from sekali.registry import Registry, UnknownSchema


def subjects(revision: Revision) -> list[tuple[str, dict[str, object]]]:
    """(subject, schema), inner records of sealed fields first: the registry sees those groups only as bytes."""
    inner = [(f"{revision.topic}-{field.name}-sealed", field.inner) for field in revision.sealed]
    return [*inner, (f"{revision.topic}-value", revision.schema)]


async def publish(registry: Registry, catalogue: Catalogue) -> list[str]:
    """Register every revision, oldest first, under the mode of its topic's card; a sentence for each change.

    Idempotent. Raises `IncompatibleSchema` where the registry's own rule refuses a schema, `RegistryDown`.
    """
    said = []
    for topic, card in catalogue.cards.items():
        for revision in catalogue.revisions[topic]:
            for subject, schema in subjects(revision):
                said += await _register(registry, subject, schema, card.compatibility, revision.number)
    return said


async def _register(registry: Registry, subject: str, schema: dict[str, object], mode: str, number: int) -> list[str]:
    said = []
    held = await registry.versions(subject)
    try:
        await registry.id_of(subject, schema)
    except UnknownSchema:
        if held:  # the rule first: the registry itself then judges what comes next
            said += await _ruled(registry, subject, mode)
        said.append(f"registered {subject} revision {number} as {await registry.register(subject, schema)}")
    return said + await _ruled(registry, subject, mode)


async def _ruled(registry: Registry, subject: str, mode: str) -> list[str]:
    if await registry.compatibility(subject) == mode:
        return []
    await registry.set_compatibility(subject, mode)
    return [f"{subject} is held to {mode}"]
