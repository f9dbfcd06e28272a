"""Raw limit of a subscriber: each step of the same work by its plain client, timed alone.

Fetch by aiokafka, decode by fastavro with both schemas parsed, open by AES-GCM, decode what was sealed, and write rows
by one UNNEST upsert for each batch. Nothing else: no headers, no checks, no offsets, no columns made of rows.
"""

import base64
import gc
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from uuid import UUID

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from fastavro import parse_schema, schemaless_reader
from fastavro.types import Schema
from sqlalchemy import Table
from sqlalchemy.dialects import postgresql

from bench.place import COLUMNS, RESIDENT, Place, copy_table
from sekali.contracts import sealed_fields

BATCH = 2_000
FRAME = 5  # magic byte and schema id
KEY_ID, NONCE = 4, 12
Value = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Steps:
    """Seconds of each step for so many `rows`."""

    rows: int
    fetch: float
    decode: float
    unseal: float
    upsert: float

    @property
    def rate(self) -> float:
        return self.rows / (self.fetch + self.decode + self.unseal + self.upsert)


async def limit(place: Place, reader: str) -> Steps:
    """All that lies in the topic, into a copy that `copies.held` has prepared."""
    gc.disable()
    fetch, _ = await fetched(place, keep=False)
    _, records = await fetched(place, keep=True)
    decode, values = decoded(place, reader, records)
    unseal = opened(place, reader, records, values) if place.catalogue.contracts[reader, RESIDENT].sealed else 0.0
    rows = rows_of(reader, records, values)
    return Steps(len(rows), fetch, decode, unseal, await upserted(place, reader, rows))


async def fetched(place: Place, *, keep: bool) -> tuple[float, list[ConsumerRecord]]:
    """Seconds from the first polled batch to the last; what it brought, if it shall be kept."""
    consumer = AIOKafkaConsumer(
        **place.kafka(), group_id=None, enable_auto_commit=False, auto_offset_reset="earliest",
        max_partition_fetch_bytes=4 << 20,
    )  # fmt: skip
    places = [TopicPartition(RESIDENT, number) for number in range(place.catalogue.cards[RESIDENT].partitions)]
    await consumer.start()
    try:
        consumer.assign(places)
        ends, kept, begun = await consumer.end_offsets(places), [], 0.0
        left = {one for one, end in ends.items() if end}
        while left:
            batch = await consumer.getmany(timeout_ms=200, max_records=BATCH)
            begun = begun or time.perf_counter()
            for one, records in batch.items():
                if keep:
                    kept += records
                if records[-1].offset + 1 >= ends[one]:
                    left.discard(one)
        return time.perf_counter() - begun, kept
    finally:
        await consumer.stop()


def decoded(place: Place, reader: str, records: Sequence[ConsumerRecord]) -> tuple[float, list[Value]]:
    writer, contract = pair(place, reader)
    bodies = [record.value[FRAME:] for record in records]
    begun = time.perf_counter()
    values = [schemaless_reader(BytesIO(body), writer, contract) for body in bodies]
    return time.perf_counter() - begun, values  # type: ignore[return-value]


def pair(place: Place, reader: str) -> tuple[Schema, Schema]:
    """Parsed with the hint that they are: without it fastavro would parse both again for each value."""
    contract = place.catalogue.contracts[reader, RESIDENT].schema
    return parse_schema(place.catalogue.latest(RESIDENT).schema), parse_schema(contract)


def opened(place: Place, reader: str, records: Sequence[ConsumerRecord], values: Sequence[Value]) -> float:
    """Opens the groups in place, and decodes them by the contract's own inner schemas."""
    written = {group.name: group.inner for group in sealed_fields(place.catalogue.latest(RESIDENT).schema)}
    agreed = place.catalogue.contracts[reader, RESIDENT].sealed
    ciphers = _ciphers(place, reader)
    groups = [
        (
            group.name,
            f"{RESIDENT}\0{group.name}\0".encode(),
            parse_schema(written[group.name]),
            parse_schema(group.inner),
        )
        for group in agreed
    ]
    begun = time.perf_counter()
    for record, value in zip(records, values, strict=True):
        person = record.key + b"\0" + value["version"].to_bytes(8, "big")
        for name, head, writer, contract in groups:
            sealed = value[name]
            cipher = ciphers[name, sealed[:KEY_ID]]
            plain = cipher.decrypt(sealed[KEY_ID : KEY_ID + NONCE], sealed[KEY_ID + NONCE :], head + person)
            value[name] = schemaless_reader(BytesIO(plain), writer, contract)
    return time.perf_counter() - begun


def _ciphers(place: Place, reader: str) -> dict[tuple[str, bytes], AESGCM]:
    ring = json.loads((place.keys / f"{reader}.json").read_text())["keysets"]
    return {
        (name.rpartition("/")[2], int(number).to_bytes(KEY_ID, "big")): AESGCM(base64.b64decode(key))
        for name, entry in ring.items()
        if name.startswith(RESIDENT)
        for number, key in entry["keys"].items()
    }


def rows_of(reader: str, records: Sequence[ConsumerRecord], values: Sequence[Value]) -> list[tuple[Any, ...]]:
    """Not timed: the columns of the copy but `heard_at`, which the database sets."""
    return [_row(reader, record, value) for record, value in zip(records, values, strict=True)]


def _row(reader: str, record: ConsumerRecord, value: Value) -> tuple[Any, ...]:
    found = [_at(value, path) for path in COLUMNS[reader].values()]
    said = datetime.fromtimestamp(record.timestamp / 1000, UTC)
    return UUID(record.key.decode()), value["version"], False, said, *found


def _at(value: Any, path: str) -> Any:
    for name in path.split("."):
        value = value[name]
    return value


async def upserted(place: Place, reader: str, rows: Sequence[tuple[Any, ...]]) -> float:
    """One statement and one commit for each batch, in key order."""
    batches = []
    for begin in range(0, len(rows), BATCH):
        batch = sorted(rows[begin : begin + BATCH])
        batches.append([list(column) for column in zip(*batch, strict=True)])
    sql = await place.sql(reader)
    try:
        statement = await sql.prepare(upsert(copy_table(reader)))
        seconds = 0.0
        for columns in batches:
            begun = time.perf_counter()
            await statement.fetch(*columns)
            seconds += time.perf_counter() - begun
        return seconds
    finally:
        await sql.close()


def upsert(table: Table) -> str:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    columns = [column for column in table.columns if column.name != "heard_at"]
    names = ", ".join(column.name for column in columns)
    arrays = ", ".join(f"${place}::{column.type.compile(dialect)}[]" for place, column in enumerate(columns, 1))
    moved = ", ".join(f"{column.name} = excluded.{column.name}" for column in columns[1:])
    return f"""
        insert into {table.name} ({names}, heard_at) select *, clock_timestamp() from unnest({arrays})
        on conflict (resident_id) do update set {moved}, heard_at = excluded.heard_at
        where {table.name}.version < excluded.version
    """
