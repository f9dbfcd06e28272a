"""Golden bytes: what was written with each published revision, kept, and read by each contract each time.

`golden/<revision>.json` holds for each example {"record": the clear record, "value": base64 of the Avro body with
placeholders for sealed groups, "groups": {group: base64 of the inner Avro body}}.
"""

import base64
import io
import json
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from fastavro import parse_schema, schemaless_reader, schemaless_writer
from fastavro.validation import validate

from sekali.contracts import Contract, Revision
from sekali.laws.ground import Ground

Json = dict[str, Any]
CONVERT: dict[str, Callable[[Any], Any]] = {
    "uuid": UUID,
    "date": date.fromisoformat,
    "timestamp-millis": datetime.fromisoformat,
}


def path(ground: Ground, revision: Revision) -> Path:
    return ground.folder(revision.topic) / "golden" / f"{revision.number}.json"


def make(ground: Ground, revision: Revision) -> Json:
    """Golden bytes of a revision from the topic's examples."""
    examples = sorted((ground.folder(revision.topic) / "examples").glob("*.json"))
    records = {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in examples}
    return {name: encode(revision, _known(revision, record)) for name, record in records.items()}


def _known(revision: Revision, record: Json) -> Json:
    """Examples are of the latest revision; an older one says less."""
    inner = {group.name: {field["name"] for field in group.inner["fields"]} for group in revision.sealed}
    names = {field["name"] for field in revision.schema["fields"]}
    return {
        name: {key: one for key, one in value.items() if key in inner[name]} if name in inner and value else value
        for name, value in record.items()
        if name in names
    }


def encode(revision: Revision, record: Json) -> Json:
    groups = {}
    value = dict(record)
    for field in revision.sealed:
        if record.get(field.name) is not None:
            groups[field.name] = _b64(_written(field.inner, record[field.name]))
            value[field.name] = f"sealed {field.name}".encode()
    return {"record": record, "value": _b64(_written(revision.schema, value)), "groups": groups}


def examples_fit(ground: Ground, topic: str) -> Iterator[str]:
    """The examples are records of the latest revision, and there is at least one."""
    revision = ground.catalogue.latest(topic)
    files = sorted((ground.folder(topic) / "examples").glob("*.json"))
    if not files:
        yield f"{ground.place(revision)}: there is no example. Add examples/*.json with a fictive person."
    for file in files:
        try:
            encode(revision, json.loads(file.read_text(encoding="utf-8")))
        except Exception as wrong:
            yield f"{ground.place(revision)}: example {file.name} does not fit ({wrong}). Correct it."


def kept(ground: Ground, topic: str) -> Iterator[str]:
    """Each revision has golden bytes, and still writes the same ones."""
    for revision in ground.catalogue.revisions[topic]:
        file = path(ground, revision)
        if not file.exists():
            yield f"{ground.place(revision)}: it has no golden bytes. Run `sekali schemas freeze` and commit them."
            continue
        for name, golden in json.loads(file.read_text(encoding="utf-8")).items():
            if encode(revision, golden["record"]) != golden:
                yield (
                    f"{ground.place(revision)}: {name} is written with other bytes than when it was published. "
                    "Put the published schema back; changes go into the next revision."
                )


def read_by(ground: Ground, contract: Contract) -> Iterator[str]:
    """The contract decodes the golden bytes of each revision, groups too, into the values that were written."""
    for revision in ground.catalogue.revisions.get(contract.topic, ()):
        file = path(ground, revision)
        for name, golden in (json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}).items():
            for where, wrong in _misread(contract, revision, golden):
                yield (
                    f"{contract.agency}: its contract on {contract.topic}, field {where}: golden bytes {name} of "
                    f"revision {revision.number} are read wrongly ({wrong}). Correct the contract's type."
                )


def _misread(contract: Contract, revision: Revision, golden: Json) -> Iterator[tuple[str, str]]:
    record = golden["record"]
    outer = {**record, **{name: f"sealed {name}".encode() for name in golden["groups"]}}
    yield from _compared("(record)", revision.schema, contract.schema, golden["value"], outer)
    writers = {field.name: field.inner for field in revision.sealed}
    for field in contract.sealed:
        if field.name in golden["groups"]:
            yield from _compared(
                field.name, writers[field.name], field.inner, golden["groups"][field.name], record[field.name]
            )


def _compared(where: str, writer: Json, reader: Json, body: str, written: Json) -> Iterator[tuple[str, str]]:
    stream = io.BytesIO(base64.b64decode(body))
    try:
        found = schemaless_reader(stream, _parsed(writer), _parsed(reader))
    except Exception as wrong:
        yield where, f"{type(wrong).__name__}: {wrong}"
        return
    expected = projected(reader, values(writer, written))
    assert isinstance(found, dict)
    # fastavro gives a value of the writer's type, whatever primitive type the reader names.
    if not validate(found, _parsed(reader), raise_errors=False):
        yield where, "it does not fit the contract's own type"
    for name in expected:
        if found.get(name) != expected[name]:
            yield (name if where == "(record)" else f"{where}.{name}"), "another value"


def projected(reader: Json, written: Json) -> Json:
    """What a reader must get: each field that it lists, as written, or its default."""
    found = {}
    for field in reader["fields"]:
        value = written.get(field["name"], field.get("default"))
        found[field["name"]] = _as_read(field["type"], value)
    return found


def _as_read(kind: Any, value: Any) -> Any:
    if isinstance(kind, list):
        return None if value is None else _as_read(kind[1], value)
    if isinstance(kind, dict) and kind["type"] == "array":
        return [_as_read(kind["items"], item) for item in value]
    if isinstance(kind, dict) and kind["type"] == "record":
        return projected(kind, value)
    if isinstance(kind, dict) and kind["type"] == "enum" and value not in kind["symbols"]:
        return kind["default"]
    return value


def values(schema: Json, record: Json) -> Json:
    """A record from JSON with Python's own types, defaults filled in."""
    return {
        field["name"]: _value(field["type"], record.get(field["name"], field.get("default")))
        for field in schema["fields"]
    }


def _value(kind: Any, value: Any) -> Any:
    if isinstance(kind, list):
        return None if value is None else _value(kind[1], value)
    if not isinstance(kind, dict) or isinstance(value, bytes):
        return value
    if kind["type"] == "array":
        return [_value(kind["items"], item) for item in value]
    if kind["type"] == "record":
        return values(kind, value)
    convert = CONVERT.get(kind.get("logicalType", ""))
    return convert(value) if convert else value


def _written(schema: Json, record: Json) -> bytes:
    unknown = record.keys() - {field["name"] for field in schema["fields"]}
    if unknown:
        raise ValueError(f"unknown fields {', '.join(sorted(unknown))}")
    out = io.BytesIO()
    schemaless_writer(out, _parsed(schema), values(schema, record), strict=True)
    return out.getvalue()


def _parsed(schema: Json) -> Any:
    return parse_schema(schema, _write_hint=False)


def _b64(body: bytes) -> str:
    return base64.b64encode(body).decode()
