"""Second revisions in a real registry: published once, under the card's mode; a bypass is refused there."""

import copy
import json
import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from secrets import token_hex

import pytest

from sekali.cards import Mode
from sekali.contracts import Catalogue, fingerprint
from sekali.local.platform import Platform
from sekali.publish import publish, subjects
from sekali.registry import IncompatibleSchema, Registry
from tests.schemas.country import ROOT, Schema, field, inner

RESIDENT = "population.resident.v1"
Standing = dict[str, tuple[int, str | None]]


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


async def standing(registry: Registry, *catalogues: Catalogue) -> Standing:
    """Of every subject that a catalogue names: how many versions, and its own mode."""
    names = {
        subject
        for catalogue in catalogues
        for revisions in catalogue.revisions.values()
        for revision in revisions
        for subject, _ in subjects(revision)
    }
    return {name: (await registry.versions(name), await registry.compatibility(name)) for name in sorted(names)}


def held_to(catalogue: Catalogue, topic: str, mode: Mode) -> Catalogue:
    card = catalogue.cards[topic].model_copy(update={"compatibility": mode})
    return Catalogue({**catalogue.cards, topic: card}, catalogue.revisions, {})


def only(catalogue: Catalogue, topic: str) -> Catalogue:
    return Catalogue({topic: catalogue.cards[topic]}, {topic: catalogue.revisions[topic]}, {})


def broken(schema: Schema) -> Schema:
    """A field more that no older record has."""
    schema = copy.deepcopy(schema)
    schema["fields"].append({"name": "required", "type": "string"})
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


async def test_a_refused_publish_leaves_versions_and_modes_of_all_subjects(
    registry: Registry, country: Country
) -> None:
    """A group is new, a rule was loosened by hand, a card asks for another mode: none of it is done by halves."""
    before = country.catalogue()
    await publish(registry, before)
    other = next(topic for topic in before.cards if topic != country.resident)
    await registry.set_compatibility(f"{other}-value", "NONE")
    careless = grown(before.latest(country.resident).schema)
    inner(field(careless, "life"))["fields"].append({"name": "required", "type": "string"})
    country.write(2, careless)
    after = held_to(country.catalogue(), list(before.cards)[-1], "BACKWARD")
    stood = await standing(registry, before, after)
    with pytest.raises(IncompatibleSchema, match="life-sealed"):
        await publish(registry, after)
    assert await standing(registry, before, after) == stood


async def test_what_a_loosened_rule_would_take_is_refused_by_the_cards_own(
    registry: Registry, country: Country
) -> None:
    first = only(country.catalogue(), country.resident)
    await publish(registry, first)
    await registry.set_compatibility(f"{country.resident}-value", "NONE")
    country.write(2, broken(first.latest(country.resident).schema))
    careless = only(country.catalogue(), country.resident)
    stood = await standing(registry, careless)
    with pytest.raises(IncompatibleSchema, match=r"FULL_TRANSITIVE refused .*-value: .*required.*next version"):
        await publish(registry, careless)
    assert await standing(registry, careless) == stood


async def test_a_new_topic_whose_revisions_break_each_other_is_not_registered_at_all(
    registry: Registry, country: Country
) -> None:
    """The registry holds neither of them, and cannot be asked about the second."""
    country.write(2, broken(country.catalogue().latest(country.resident).schema))
    careless = country.catalogue()
    with pytest.raises(IncompatibleSchema, match=r"-value: .*required.*next version"):
        await publish(registry, careless)
    assert set((await standing(registry, careless)).values()) == {(0, None)}


async def test_a_revision_and_the_mode_that_allows_it_are_published_together(
    registry: Registry, country: Country
) -> None:
    """Under the mode of before the registry would refuse it."""
    first = only(country.catalogue(), country.resident)
    await publish(registry, first)
    removed = copy.deepcopy(first.latest(country.resident).schema)
    value = f"{country.resident}-value"
    removed["fields"] = [one for one in removed["fields"] if one["name"] != "registered_at"]
    country.write(2, removed)
    said = await publish(registry, held_to(only(country.catalogue(), country.resident), country.resident, "BACKWARD"))
    assert f"{value} is held to BACKWARD" in said
    assert await registry.versions(value) == 2
