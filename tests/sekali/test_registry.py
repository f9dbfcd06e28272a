"""The real schema registry keeps what it is given, gives it back, and refuses what breaks readers."""

import copy
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from secrets import token_hex
from typing import Any

import pytest
from fastapi import FastAPI, Response

from sekali.contracts import Catalogue, fingerprint
from sekali.local.platform import Platform
from sekali.publish import publish, subjects
from sekali.registry import IncompatibleSchema, Registry, RegistryDown, UnknownSchema
from sekali.testing_doors import served
from sekali.trouble import is_poison
from tests.schemas.country import Country, field, inner

RESIDENT = "population.resident.v1"
NEVER = 999_999_999


@pytest.fixture
async def registry(platform: Platform) -> AsyncIterator[Registry]:
    opened = Registry(platform.endpoints.registry.url)
    yield opened
    await opened.close()


@pytest.fixture
def schema() -> dict[str, Any]:
    return {"type": "record", "name": "Pet", "namespace": f"x{token_hex(4)}", "fields": [{"name": "a", "type": "int"}]}


@pytest.fixture
def town(tmp_path: Path) -> Callable[[], Catalogue]:
    """The country under another name, so that tests of one registry do not meet."""
    country, name = Country(tmp_path), f"x{token_hex(4)}"
    for topic in list((tmp_path / "schemas").glob("*/*.v1")):
        if topic.name != RESIDENT:
            continue
        text = (topic / "1.avsc").read_text().replace('"population.resident.v1"', f'"{name}.resident.v1"')
        (topic / "1.avsc").write_text(text)

    def load() -> Catalogue:
        found = country.ground().catalogue
        topic = f"{name}.resident.v1"
        revisions = [type(one)(topic, one.number, one.schema, one.fingerprint, one.sealed)
                     for one in found.revisions[RESIDENT]]  # fmt: skip
        card = found.cards[RESIDENT].model_copy(update={"topic": topic, "owner": name})
        return Catalogue({topic: card}, {topic: revisions}, {})

    return load


async def test_a_schema_comes_back_with_every_attribute(registry: Registry, schema: dict[str, Any]) -> None:
    schema["fields"].append(
        {"name": "b", "label": {"id": "Contoh", "en": "Example"}, "type": ["null", "int"], "default": None}
    )
    subject = f"{schema['namespace']}-value"
    number = await registry.register(subject, schema)
    assert await registry.register(subject, schema) == number
    assert await registry.id_of(subject, schema) == number
    assert fingerprint(await registry.schema_by_id(number)) == fingerprint(schema)
    assert await registry.versions(subject) == 1


async def test_looking_up_registers_nothing(registry: Registry, schema: dict[str, Any]) -> None:
    subject = f"{schema['namespace']}-value"
    with pytest.raises(UnknownSchema, match="sekali schemas publish"):
        await registry.id_of(subject, schema)
    assert await registry.versions(subject) == 0
    with pytest.raises(UnknownSchema, match=f"id {NEVER}"):
        await registry.schema_by_id(NEVER)


async def test_the_registry_refuses_what_breaks_readers(registry: Registry, schema: dict[str, Any]) -> None:
    subject = f"{schema['namespace']}-value"
    await registry.set_compatibility(subject, "FULL_TRANSITIVE")
    await registry.register(subject, schema)
    assert await registry.compatibility(subject) == "FULL_TRANSITIVE"
    schema["fields"][0]["type"] = "string"
    with pytest.raises(IncompatibleSchema, match=f"refused the schema of {subject}: .*next version"):
        await registry.register(subject, schema)


async def test_a_registry_that_is_down_is_said_to_be(tmp_path: Path) -> None:
    registry = Registry("http://127.0.0.1:1/apis/ccompat/v7")
    assert not await registry.ready()
    with pytest.raises(RegistryDown, match="does not answer"):
        await registry.schema_by_id(1)
    await registry.close()


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (401, '{"error_code": 40101, "message": "Unauthorized"}'),
        (403, "<html>Forbidden</html>"),
        (429, '{"message": "slower"}'),
        (404, "<html>Not Found</html>"),
        (404, '{"detail": "Not Found"}'),
        (200, "<html>Down for maintenance</html>"),
        (503, "<html>Bad Gateway</html>"),
    ],
)
async def test_what_a_gateway_answers_in_its_place_is_no_word_on_a_schema(status: int, body: str) -> None:
    """A record whose schema is then asked for waits; it is no poison."""
    app = FastAPI()

    @app.api_route("/{path:path}", methods=["GET", "POST"])
    async def answer(path: str) -> Response:
        return Response(body, status)

    async with served(app) as url:
        registry = Registry(url)
        with pytest.raises(RegistryDown, match=str(status)) as down:
            await registry.schema_by_id(1)
        with pytest.raises(RegistryDown, match=str(status)):
            await registry.id_of("x-value", {"type": "string"})
        with pytest.raises(RegistryDown, match=str(status)):
            await registry.id_by_fingerprint("x-value", "0123456789abcdef")
        assert not await registry.ready()
        await registry.close()
    assert not is_poison(down.value)


async def test_publishing_puts_groups_first_and_does_nothing_twice(
    registry: Registry, town: Callable[[], Catalogue]
) -> None:
    catalogue = town()
    topic = next(iter(catalogue.cards))
    said = [line for line in await publish(registry, catalogue) if line.startswith("registered")]
    assert len(said) == 8
    assert said[0].startswith(f"registered {topic}-change-sealed revision 1 as ")
    assert said[-1].startswith(f"registered {topic}-value revision 1 as ")
    for subject, schema in subjects(catalogue.latest(topic)):
        assert await registry.compatibility(subject) == "FULL_TRANSITIVE"
        assert fingerprint(await registry.schema_by_id(await registry.id_of(subject, schema))) == fingerprint(schema)
    assert await publish(registry, catalogue) == []


async def test_a_careless_second_revision_is_refused_inside_a_group_too(
    registry: Registry, town: Callable[[], Catalogue]
) -> None:
    """The registry sees a group only as bytes; its inner record is registered for itself, and so guarded."""
    catalogue = town()
    topic = next(iter(catalogue.cards))
    await publish(registry, catalogue)
    first = catalogue.latest(topic)
    careless = copy.deepcopy(first.schema)
    field(careless, "family.kk_number")["type"] = "long"
    subject = dict(subjects(first))
    with pytest.raises(IncompatibleSchema, match=f"{topic}-family-sealed"):
        await registry.register(f"{topic}-family-sealed", inner(field(careless, "family")))
    assert json.dumps(subject[f"{topic}-family-sealed"]) == json.dumps(first.sealed[-1].inner)
