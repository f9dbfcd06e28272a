"""Second revisions in a real registry: published once, under the card's mode; a bypass is refused there."""

import copy
import json
import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from secrets import token_hex

import pytest

from sekali.contracts import Catalogue, fingerprint
from sekali.local.platform import Platform
from sekali.publish import publish, subjects
from sekali.registry import IncompatibleSchema, Registry
from tests.schemas.country import ROOT, Schema, field, inner

RESIDENT = "population.resident.v1"


@pytest.fixture
async def registry(platform: Platform) -> AsyncIterator[Registry]:
    opened = Registry(platform.endpoints.registry.url)
    yield opened
    await opened.close()


class Country:
    """The schemas of the tree under another name, so that tests of one registry do not meet."""

    def __init__(self, root: Path) -> None:
        self.root, self.name = root, f"x{token_hex(4)}"
        shutil.copytree(ROOT / "schemas", root / "schemas")

    @property
    def resident(self) -> str:
        return f"{self.name}{RESIDENT}"

    def folder(self) -> Path:
        return self.root / "schemas/population" / RESIDENT

    def write(self, number: int, schema: Schema) -> None:
        (self.folder() / f"{number}.avsc").write_text(json.dumps(schema))

    def catalogue(self) -> Catalogue:
        found = Catalogue.load(self.root)
        cards = {self.name + topic: card.model_copy(update={"topic": self.name + topic})
                 for topic, card in found.cards.items()}  # fmt: skip
        revisions = {self.name + topic: tuple(replace(one, topic=self.name + topic) for one in every)
                     for topic, every in found.revisions.items()}  # fmt: skip
        return Catalogue(cards, revisions, {})


@pytest.fixture
def country(tmp_path: Path) -> Country:
    return Country(tmp_path)


def grown(schema: Schema) -> Schema:
    """A group more, a symbol more, an optional field more in a group: what an owner may do."""
    schema = copy.deepcopy(schema)
    seals = {"type": "record", "name": "Work", "namespace": RESIDENT, "fields": []}
    kind = ["null", {"type": "bytes", "logicalType": "sealed", "seals": seals}]
    schema["fields"].append({"name": "work", "type": kind, "default": None})
    field(schema, "identity.sex")["type"]["symbols"].append("X")
    more = {"name": "hospital", "type": ["null", "string"], "default": None}
    inner(field(schema, "birth"))["fields"].append(more)
    return schema


async def test_the_country_is_published_once_with_each_revision(registry: Registry, country: Country) -> None:
    catalogue = country.catalogue()
    said = await publish(registry, catalogue)
    for topic, revisions in catalogue.revisions.items():
        for revision in revisions:
            for subject, schema in subjects(revision):
                kept = await registry.schema_by_id(await registry.id_of(subject, schema))
                assert fingerprint(kept) == fingerprint(schema)
                assert await registry.compatibility(subject) == catalogue.cards[topic].compatibility
    assert any("revision 2" in line for line in said)
    assert await publish(registry, catalogue) == []


async def test_a_second_revision_is_added_beside_the_first(registry: Registry, country: Country) -> None:
    await publish(registry, country.catalogue())
    country.write(2, grown(country.catalogue().latest(country.resident).schema))
    said = await publish(registry, country.catalogue())
    changed = {line.split()[1] for line in said if line.startswith("registered")}
    assert changed == {
        f"{country.resident}-{name}" for name in ("value", "work-sealed", "birth-sealed", "identity-sealed")
    }
    assert all("revision 2" in line for line in said if line.startswith("registered"))
    assert await registry.versions(f"{country.resident}-value") == 2
    assert await registry.versions(f"{country.resident}-family-sealed") == 1
    assert await publish(registry, country.catalogue()) == []


async def test_what_is_posted_past_the_laws_is_refused(registry: Registry, country: Country) -> None:
    """Straight to the registry: the record, and the inner record that it sees only as bytes."""
    await publish(registry, country.catalogue())
    careless = copy.deepcopy(country.catalogue().latest(country.resident).schema)
    careless["fields"].append({"name": "required", "type": "string"})
    with pytest.raises(IncompatibleSchema, match=f"{country.resident}-value"):
        await registry.register(f"{country.resident}-value", careless)
    group = inner(field(careless, "identity"))
    group["fields"].append({"name": "required", "type": "string"})
    with pytest.raises(IncompatibleSchema, match=f"{country.resident}-identity-sealed"):
        await registry.register(f"{country.resident}-identity-sealed", group)
    assert await publish(registry, country.catalogue()) == []


async def test_an_incompatible_revision_is_refused_before_anything_is_registered(
    registry: Registry, country: Country
) -> None:
    """One group is grown as it may be, another is broken: neither comes in, nor any other topic's news."""
    await publish(registry, country.catalogue())
    careless = grown(country.catalogue().latest(country.resident).schema)
    inner(field(careless, "life"))["fields"].append({"name": "required", "type": "string"})
    country.write(2, careless)
    with pytest.raises(IncompatibleSchema, match=r"life-sealed.*next version"):
        await publish(registry, country.catalogue())
    for name in ("value", "identity-sealed", "birth-sealed"):
        assert await registry.versions(f"{country.resident}-{name}") == 1
    assert await registry.versions(f"{country.resident}-work-sealed") == 0


async def test_a_rule_that_somebody_loosened_is_put_back(registry: Registry, country: Country) -> None:
    await publish(registry, country.catalogue())
    subject = f"{country.resident}-identity-sealed"
    await registry.set_compatibility(subject, "NONE")
    assert await publish(registry, country.catalogue()) == [f"{subject} is held to FULL_TRANSITIVE"]
