"""What F13 strikes with: a face that lies only where it is told to, mistakes that are mistakes, kinds that all come."""

import copy
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from random import Random
from secrets import token_hex

import pytest

from faults.rows import f13
from faults.stand import careless, country, face
from faults.stand.careless import MISTAKES
from faults.stand.face import OTHERS, PAGES, Face, Schema
from sekali.compatibility import compare, parse
from sekali.contracts import Catalogue, fingerprint
from sekali.local.platform import Platform
from sekali.registry import Registry, RegistryDown

PARCEL, PAYMENT = country.parcels("north"), country.payments("north")


@pytest.fixture
def before(platform: Platform) -> Iterator[Face]:
    opened = Face(platform.endpoints.registry.url)
    yield opened
    opened.shut()


@pytest.fixture
async def registry(before: Face) -> AsyncIterator[Registry]:
    asked = Registry(before.url)
    yield asked
    await asked.close()


@pytest.fixture
def known(tmp_path: Path) -> Catalogue:
    country.write(tmp_path)
    return Catalogue.load(tmp_path)


async def kept(registry: Registry, known: Catalogue, topic: str) -> tuple[int, str, Schema]:
    """A schema of the topic under a subject of this test's own: its id, subject, and the schema."""
    schema, subject = known.latest(topic).schema, f"x{token_hex(4)}-value"
    return await registry.register(subject, schema), subject, schema


async def test_a_face_that_was_not_told_to_lie_is_the_registry(
    registry: Registry, before: Face, known: Catalogue
) -> None:
    number, subject, schema = await kept(registry, known, PARCEL)
    assert fingerprint(await registry.schema_by_id(number)) == fingerprint(schema)
    assert await registry.id_of(subject, schema) == number
    assert await registry.versions(subject) == 1
    assert await registry.versions(f"{subject}-of-nobody") == 0
    assert before.told == 0


@pytest.mark.parametrize("topic", [PARCEL, PAYMENT])
@pytest.mark.parametrize("change", OTHERS)
async def test_it_answers_another_schema_under_an_id_and_the_truth_again(
    registry: Registry, before: Face, known: Catalogue, change: str, topic: str
) -> None:
    number, subject, schema = await kept(registry, known, topic)
    before.lie = face.another(OTHERS[change])
    told = await registry.schema_by_id(number)
    assert fingerprint(told) != fingerprint(schema)
    assert (told["name"], told["namespace"]) == (schema["name"], schema["namespace"])
    assert await registry.id_of(subject, schema) == number
    assert before.told == 1
    before.lie = None
    assert fingerprint(await registry.schema_by_id(number)) == fingerprint(schema)


@pytest.mark.parametrize(("status", "body"), PAGES)
async def test_a_gateways_word_is_no_answer(
    registry: Registry, before: Face, known: Catalogue, status: int, body: str
) -> None:
    number, subject, schema = await kept(registry, known, PAYMENT)
    before.lie = face.gateway(status, body)
    with pytest.raises(RegistryDown, match=f"answers {status}"):
        await registry.schema_by_id(number)
    with pytest.raises(RegistryDown, match=f"answers {status}"):
        await registry.id_of(subject, schema)
    assert before.told == 2


@pytest.mark.parametrize("topic", [PARCEL, PAYMENT])
@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=list(MISTAKES))
def test_every_mistake_breaks_readers(known: Catalogue, mistake: Callable[[Schema], None], topic: str) -> None:
    first = known.latest(topic).schema
    second = copy.deepcopy(first)
    mistake(second)
    assert compare("FULL_TRANSITIVE", parse(second), [parse(first)])
    assert known.latest(topic).schema == first


def test_a_careless_checkout_has_one_mistake_among_what_is_good(known: Catalogue) -> None:
    for seed in range(20):
        checkout = careless.checkout(known, Random(seed))
        (added,) = checkout.cards.keys() - known.cards.keys()
        assert parse(checkout.latest(added).schema).name == f"{added}.Parcel"
        (broken,) = (topic for topic in known.cards if len(checkout.revisions[topic]) > 1)
        assert checkout.cards[broken] == known.cards[broken]
        assert [topic for topic in known.cards if checkout.cards[topic] != known.cards[topic]] != []


def test_each_kind_comes_and_a_few_blows_meet_three_of_them() -> None:
    full = f13.plan(Random(7), f13.ROW.full)
    assert {(one.what, one.whom in country.OWNERS) for one in full} == {
        (what, whom == country.OWNERS) for what, whom in f13.KINDS
    }
    assert {one.what for one in f13.plan(Random(7), f13.ROW.smoke)} == {f13.DOWN, f13.ANOTHER, f13.CARELESS}
