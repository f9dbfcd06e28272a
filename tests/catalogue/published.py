"""The JSON Schemas by which other tools judge our documents, as their makers publish them."""

import json
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from jsonschema import Draft7Validator, Draft201909Validator
from jsonschema.protocols import Validator

from tests.npm import Package

ASYNCAPI = Package(
    "@asyncapi/specs",
    "6.11.1",
    "A3WBLqAKGoJ2+6FWFtpjBlCQ1oFCcs4GxF7zsIGvNqp/klGUHjlA3aAcZ9XMMpLGE8zPeYDz2x9FmO6DSuKraQ==",
)


def asyncapi_faults(document: dict[str, Any]) -> list[str]:
    """Of the document, of the Avro schemas in it (which the schema of AsyncAPI itself lets pass), of its references."""
    schema = _asyncapi()
    avro = Draft7Validator({"$ref": "#/definitions/avroSchema_v1/definitions/avroSchema", **_definitions(schema)})
    found = list(_faults(Draft7Validator(schema), document))
    for payload in _payloads(document):
        found += _faults(avro, payload)
    return found + [f"{target} points at nothing" for target in _references(document) if not _holds(document, target)]


def odcs_faults(document: dict[str, Any]) -> list[str]:
    return list(_faults(Draft201909Validator(_odcs()), document))


def _faults(validator: Validator, document: Any) -> Iterator[str]:
    for error in validator.iter_errors(document):
        yield f"{'/'.join(map(str, error.absolute_path))}: {error.message[:300]}"


def _definitions(schema: dict[str, Any]) -> dict[str, Any]:
    return {"definitions": schema["definitions"]}


def _payloads(document: dict[str, Any]) -> Iterator[Any]:
    for channel in document.get("channels", {}).values():
        for message in channel.get("messages", {}).values():
            if "schemaFormat" in message.get("payload", {}):
                yield message["payload"]["schema"]


def _references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for member in part.values():
            yield from _references(member)
    elif isinstance(part, list):
        for member in part:
            yield from _references(member)


def _holds(document: dict[str, Any], target: str) -> bool:
    part: Any = document
    for name in target.removeprefix("#/").split("/"):
        if not isinstance(part, dict) or name not in part:
            return False
        part = part[name]
    return True


@cache
def _asyncapi() -> dict[str, Any]:
    text = (ASYNCAPI.folder() / "schemas" / "3.0.0-without-$id.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


@cache
def _odcs() -> dict[str, Any]:
    """Shipped with the standard's own Python package, which is held at the version that we write."""
    text = (files("open_data_contract_standard") / "schema.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    assert schema["properties"]["apiVersion"]["default"] == "v3.1.0"
    return schema
