"""Avro on the wire: Confluent's framing, the schema's fingerprint in a header, sealed groups inside.

Every schema is parsed once.
A writer's schema is asked of the registry by its id and must have the fingerprint that the record's header states.
"""

import asyncio
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from fastavro import schemaless_writer
from fastavro.types import Schema

from sekali import avro
from sekali.avro_bounds import Boundless, refuse_boundless
from sekali.contracts import Contract, Revision, fingerprint
from sekali.errors import SekaliError
from sekali.reading import MAGIC, PREFIX, NotSealed, Plan, Poison, Shape, plan
from sekali.registry import Registry, UnknownSchema
from sekali.sealing import Keyring, version_bytes

__all__ = [
    "HEADER_FINGERPRINT", "HEADER_VERSION", "MAGIC", "PREFIX", "Decoder", "Encoder", "Heard", "Poison", "Record",
    "SchemaMismatch", "Shape", "told_version",
]  # fmt: skip

LARGEST = 1 << 20
"""Bytes of a value that is read: a larger one costs many times as much memory until it is in a table.
Our services say at most `outbox.LARGEST`, and a broker takes about 1 MiB unless it is told to take more."""
BREATH = 50
"""Records decoded before other tasks get the loop: the batch before this one is being written meanwhile."""
HEADER_VERSION = "ce_entityversion"
HEADER_FINGERPRINT = "schema-fingerprint"
FINGERPRINT = re.compile(r"[0-9a-f]{16}")


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
    """A decoded event. `version` is 0 for a fact.

    `value`: None for a tombstone; a dict by the contract's field names; from a decoder with a `Shape` a tuple.
    """

    record: Record
    key: UUID
    event_id: UUID
    version: int
    value: Any
    traceparent: str | None


class Encoder:
    """Encodes the values of one published revision, sealing its groups."""

    def __init__(self, revision: Revision) -> None:
        self.revision = revision
        self._outer = avro.parsed(revision.schema)
        self._inner = [(group.name, avro.parsed(group.inner)) for group in revision.sealed]

    def encode(self, record: dict[str, Any], key: bytes, subject: bytes, keyring: Keyring) -> bytes:
        """Avro body without the 5-byte prefix; `subject` as in `sealing.binding`. ValueError where a value is wrong."""
        topic = self.revision.topic
        for name, inner in self._inner:
            if record[name] is not None:
                record[name] = keyring.seal(topic, name, key, subject, _written(inner, record[name], topic, name))
        return _written(self._outer, record, topic, "")


class _NotPlanned(Exception):
    """The first record of a schema: its plan is made, with the registry's answer, and the record read again."""

    def __init__(self, schema_id: int, stated: bytes) -> None:
        self.schema_id = schema_id
        self.stated = stated


class Decoder:
    """Decodes the records of one topic with the contract of one agency, into dicts or into the rows of a `Shape`."""

    def __init__(
        self, contract: Contract, *, state: bool, registry: Registry, keyring: Keyring, shape: Shape | None = None
    ) -> None:
        self.contract = contract
        self._state = state
        self._registry = registry
        self._keyring = keyring
        self._shape = shape
        self._plans: dict[tuple[int, bytes], Plan] = {}

    async def decode(self, record: Record) -> Heard:
        """Raises `Poison`; `RegistryDown`, `KeyNotKnownYet` (wait); `SchemaMismatch`, `NoRightToKey` (stop)."""
        self._keyring.refresh()
        return await self._read_or_plan(record)

    async def decode_all(self, records: Sequence[Record]) -> list[Heard | Poison]:
        """The same for a batch: what is no readable record is its `Poison`; other errors are raised."""
        found: list[Heard | Poison] = []
        for begin in range(0, len(records), BREATH):
            self._keyring.refresh()
            for record in records[begin : begin + BREATH]:
                try:
                    found.append(self._read(record))
                except Poison as poison:
                    found.append(poison)
                except _NotPlanned:
                    try:
                        found.append(await self._read_or_plan(record))
                    except Poison as poison:
                        found.append(poison)
            if begin + BREATH < len(records):
                await asyncio.sleep(0)
        return found

    async def _read_or_plan(self, record: Record) -> Heard:
        try:
            return self._read(record)
        except _NotPlanned as missing:
            place = (missing.schema_id, missing.stated)
            self._plans[place] = await self._planned(missing.schema_id, missing.stated.decode("ascii", "replace"))
        return self._read(record)

    def _read(self, record: Record) -> Heard:
        headers = _headers(record)
        key, event_id = _uuid(record.key, "key"), _uuid(headers.get("ce_id"), "header ce_id")
        version = _version(headers) if self._state else 0
        traced = headers.get("traceparent")
        traceparent = traced.decode("ascii", "replace") if traced else None
        body = record.value
        if body is None:
            if not self._state:
                raise Poison("TOMBSTONE_OF_FACT", "A fact topic holds a record without a value.")
            return Heard(record, key, event_id, version, None, traceparent)
        if len(body) > LARGEST:
            raise Poison("TOO_LARGE", f"The value has more than {LARGEST:,} bytes; it is kept up to there.")
        if len(body) < PREFIX.size or body[0] != MAGIC:
            raise Poison("NOT_FRAMED", "The value does not begin with the byte 0 and a schema id.")
        place = (PREFIX.unpack_from(body)[1], headers.get(HEADER_FINGERPRINT) or b"")
        made = self._plans.get(place)
        if made is None:
            raise _NotPlanned(*place)
        assert record.key is not None
        person = record.key + b"\0" + (version_bytes(version) if self._state else event_id.bytes)
        value = made.read(body, person, version if self._state else None)
        return Heard(record, key, event_id, version, value, traceparent)

    async def _planned(self, schema_id: int, stated: str) -> Plan:
        if not FINGERPRINT.fullmatch(stated):
            raise Poison("NO_FINGERPRINT", f"The header {HEADER_FINGERPRINT} is missing, or is no fingerprint.")
        try:
            schema = await self._registry.schema_by_id(schema_id)
        except UnknownSchema:
            raise Poison("UNKNOWN_SCHEMA", f"The registry knows no schema {schema_id}.") from None
        answered = _marked(schema, schema_id)
        if answered != stated:
            raise SchemaMismatch(
                f"{self.contract.topic}: the registry answers {answered} for schema {schema_id}, "
                f"the record was written with {stated}. Publish the schemas again and look at the registry's storage."
            )
        if not isinstance(schema, dict) or _name(schema) != _name(self.contract.schema):
            raise Poison("WRONG_SCHEMA", f"Schema {schema_id} is not one of {self.contract.topic}.")
        try:
            refuse_boundless(schema)
            return plan(schema, self.contract, self._keyring, self._shape)
        except Exception as wrong:
            # Texts of other errors hold what the schema's author chose.
            why = str(wrong) if isinstance(wrong, Boundless | NotSealed) else type(wrong).__name__
            raise Poison("WRONG_SCHEMA", f"Schema {schema_id} cannot be read with the contract: {why}.") from None


def _name(schema: Mapping[str, Any]) -> tuple[Any, Any]:
    return schema.get("name"), schema.get("namespace")


def _marked(schema: Any, schema_id: int) -> str:
    try:
        return fingerprint(schema)
    except RecursionError:
        raise Poison("WRONG_SCHEMA", f"Schema {schema_id} is nested too deep to be read.") from None


def _written(schema: Schema, record: dict[str, Any], topic: str, group: str) -> bytes:
    out = io.BytesIO()
    try:
        schemaless_writer(out, schema, record, strict=True)
    except Exception as wrong:
        # fastavro's texts hold the value itself: only the place is told.
        place = f"{topic} {group}".strip()
        raise ValueError(f"A value does not fit the schema of {place} ({type(wrong).__name__}).") from None
    return out.getvalue()


def _headers(record: Record) -> dict[str, bytes]:
    try:
        return dict(record.headers)
    except (TypeError, ValueError):
        raise Poison("BAD_HEADERS", "The headers are no pairs of name and value.") from None


def told_version(headers: Mapping[str, bytes]) -> int:
    """The version that the header tells; 0 where it is missing or is no number."""
    text = headers.get(HEADER_VERSION) or b""
    return int(text) if text.isdigit() and len(text) <= 18 else 0


def _version(headers: Mapping[str, bytes]) -> int:
    version = told_version(headers)
    if version < 1:
        raise Poison("NO_VERSION", f"The header {HEADER_VERSION} is missing or is no positive number.")
    return version


def _uuid(text: bytes | None, place: str) -> UUID:
    try:
        return avro.UUID((text or b"").decode("ascii"))
    except ValueError:
        raise Poison("NO_ID", f"The {place} is no UUID.") from None
