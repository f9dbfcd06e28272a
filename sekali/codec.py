"""Avro on the wire: Confluent's framing, the schema's fingerprint in a header, sealed groups inside.

Every schema is parsed once.
A writer's schema is asked of the registry by its id and must have the fingerprint that the record's header states.
"""

import io
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from fastavro import parse_schema, schemaless_reader, schemaless_writer
from fastavro.types import Schema

from sekali.contracts import Contract, Revision, fingerprint, sealed_fields
from sekali.errors import SekaliError
from sekali.registry import Registry, UnknownSchema
from sekali.sealing import Keyring, SealBroken, version_bytes

MAGIC = 0
PREFIX = struct.Struct(">bI")
HEADER_VERSION = "ce_entityversion"
HEADER_FINGERPRINT = "schema-fingerprint"


class Poison(SekaliError):
    """A record that will never be readable or applicable. `cause` is a code; the text holds no value of the record."""

    def __init__(self, cause: str, detail: str) -> None:
        super().__init__(detail)
        self.cause = cause


class SchemaMismatch(SekaliError):
    """The registry answers another schema for the id than the record was written with: the subscription stops."""


class Record(Protocol):
    """What is read of a Kafka record; aiokafka's `ConsumerRecord` and a stored dead letter both have it."""

    @property
    def topic(self) -> str: ...
    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def timestamp(self) -> int: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> Any: ...


@dataclass(slots=True, repr=False)
class Heard:
    """A decoded event. `value` is None for a tombstone; `version` is 0 for a fact."""

    record: Record
    key: UUID
    event_id: UUID
    version: int
    value: dict[str, Any] | None
    traceparent: str | None


class Encoder:
    """Encodes the values of one published revision, sealing its groups."""

    def __init__(self, revision: Revision) -> None:
        self.revision = revision
        self._outer = _parsed(revision.schema)
        self._inner = [(group.name, _parsed(group.inner)) for group in revision.sealed]

    def encode(self, record: dict[str, Any], key: bytes, subject: bytes, keyring: Keyring) -> bytes:
        """Avro body without the 5-byte prefix; `subject` as in `sealing.binding`. ValueError where a value is wrong."""
        topic = self.revision.topic
        for name, inner in self._inner:
            if record[name] is not None:
                record[name] = keyring.seal(topic, name, key, subject, _written(inner, record[name], topic, name))
        return _written(self._outer, record, topic, "")


@dataclass(frozen=True, slots=True)
class _Plan:
    """How one writer's schema is read with one contract."""

    outer: tuple[Schema, Schema]
    groups: tuple[tuple[str, str, Schema, Schema], ...]


class Decoder:
    """Decodes the records of one topic with the contract of one agency."""

    def __init__(self, contract: Contract, *, state: bool, registry: Registry, keyring: Keyring) -> None:
        self.contract = contract
        self._state = state
        self._registry = registry
        self._keyring = keyring
        self._plans: dict[tuple[int, str], _Plan] = {}

    async def decode(self, record: Record) -> Heard:
        """Raises `Poison`; `RegistryDown`, `KeyNotKnownYet` (wait); `SchemaMismatch`, `NoRightToKey` (stop)."""
        headers = _headers(record)
        key, event_id = _uuid(record.key, "key"), _uuid(headers.get("ce_id"), "header ce_id")
        version = _version(headers) if self._state else 0
        traceparent = headers.get("traceparent", b"").decode("ascii", "replace") or None
        if record.value is None:
            if not self._state:
                raise Poison("TOMBSTONE_OF_FACT", "A fact topic holds a record without a value.")
            return Heard(record, key, event_id, version, None, traceparent)
        plan = await self._plan(record.value, headers)
        subject = version_bytes(version) if self._state else event_id.bytes
        value = self._opened(plan, record, subject)
        if self._state and value.get("version", version) != version:
            raise Poison("VERSION_DIFFERS", f"The header {HEADER_VERSION} and the field version differ.")
        return Heard(record, key, event_id, version, value, traceparent)

    def _opened(self, plan: _Plan, record: Record, subject: bytes) -> dict[str, Any]:
        body, topic, key = record.value, self.contract.topic, record.key
        assert body is not None
        assert key is not None
        value = _read(body[PREFIX.size :], plan.outer, "value")
        for name, writers_name, writer, reader in plan.groups:
            if value[name] is not None:
                try:
                    plain = self._keyring.open(topic, writers_name, key, subject, value[name])
                except SealBroken as broken:
                    raise Poison("SEAL_BROKEN", str(broken)) from None
                value[name] = _read(plain, (writer, reader), name)
        return value

    async def _plan(self, body: bytes, headers: Mapping[str, bytes]) -> _Plan:
        if len(body) < PREFIX.size or body[0] != MAGIC:
            raise Poison("NOT_FRAMED", "The value does not begin with the byte 0 and a schema id.")
        schema_id = PREFIX.unpack_from(body)[1]
        stated = headers.get(HEADER_FINGERPRINT, b"").decode("ascii", "replace")
        plan = self._plans.get((schema_id, stated))
        if plan is None:
            plan = self._plans[schema_id, stated] = await self._planned(schema_id, stated)
        return plan

    async def _planned(self, schema_id: int, stated: str) -> _Plan:
        if not stated:
            raise Poison("NO_FINGERPRINT", f"The header {HEADER_FINGERPRINT} is missing.")
        try:
            schema = await self._registry.schema_by_id(schema_id)
        except UnknownSchema:
            raise Poison("UNKNOWN_SCHEMA", f"The registry knows no schema {schema_id}.") from None
        answered = fingerprint(schema)
        if answered != stated:
            raise SchemaMismatch(
                f"{self.contract.topic}: the registry answers {answered} for schema {schema_id}, "
                f"the record was written with {stated}. Publish the schemas again and look at the registry's storage."
            )
        if schema.get("name") != self.contract.schema["name"] or schema.get("namespace") != self.contract.schema.get(
            "namespace"
        ):
            raise Poison("WRONG_SCHEMA", f"Schema {schema_id} is not one of {self.contract.topic}.")
        return _plan(schema, self.contract)


def _plan(schema: dict[str, Any], contract: Contract) -> _Plan:
    written = {group.name: group for group in sealed_fields(schema)}
    groups = []
    for group in contract.sealed:
        writer = written.get(group.name)  # a group that this revision lacks reads as null
        if writer is not None:
            groups.append((group.name, writer.name, _parsed(writer.inner), _parsed(group.inner)))
    return _Plan((_parsed(schema), _parsed(contract.schema)), tuple(groups))


def _parsed(schema: dict[str, Any]) -> Schema:
    return parse_schema(_plain(schema), _write_hint=False)


def _plain(schema: Any) -> Any:
    """The schema without what only people and laws read: fastavro looks at each attribute again for every value."""
    if isinstance(schema, list):
        return [_plain(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("logicalType") == "sealed":
        return "bytes"
    return {name: _plain(part) for name, part in schema.items() if name not in {"doc", "label"}}


def _written(schema: Schema, record: dict[str, Any], topic: str, group: str) -> bytes:
    out = io.BytesIO()
    try:
        schemaless_writer(out, schema, record, strict=True)
    except Exception as wrong:
        # fastavro's texts hold the value itself: only the place is told.
        place = f"{topic} {group}".strip()
        raise ValueError(f"A value does not fit the schema of {place} ({type(wrong).__name__}).") from None
    return out.getvalue()


def _read(body: bytes, schemas: tuple[Schema, Schema], place: str) -> dict[str, Any]:
    stream = io.BytesIO(body)
    try:
        value = schemaless_reader(stream, *schemas)
    except Exception as wrong:
        raise Poison("NOT_AVRO", f"The {place} is not Avro of its schema ({type(wrong).__name__}).") from None
    if stream.tell() != len(body):
        raise Poison("NOT_AVRO", f"The {place} has bytes after its end.")
    assert isinstance(value, dict)
    return value


def _headers(record: Record) -> dict[str, bytes]:
    try:
        return {name: value for name, value in record.headers if value is not None}
    except (TypeError, ValueError):
        raise Poison("BAD_HEADERS", "The headers are no pairs of name and value.") from None


def _version(headers: Mapping[str, bytes]) -> int:
    text = headers.get(HEADER_VERSION, b"")
    if not text.isdigit() or len(text) > 18 or int(text) < 1:
        raise Poison("NO_VERSION", f"The header {HEADER_VERSION} is missing or is no positive number.")
    return int(text)


def _uuid(text: bytes | None, place: str) -> UUID:
    try:
        return UUID((text or b"").decode("ascii"))
    except ValueError:
        raise Poison("NO_ID", f"The {place} is no UUID.") from None
