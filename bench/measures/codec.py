"""P5: records into values, nothing sealed: headers, schema cache and the contract's projection, beside fastavro."""

import gc
import time
from io import BytesIO
from typing import Any

import uuid_utils.compat as uuids
from aiokafka import ConsumerRecord
from fastavro import schemaless_reader

from bench import people
from bench.elsewhere import elsewhere
from bench.measure import Bench, Measure, Targets
from bench.pairs import Result
from bench.place import OWNER, RESIDENT, THIN, Place
from bench.raw.applying import FRAME, pair
from sekali import collector, outbox
from sekali.codec import Decoder, Heard
from sekali.contracts import Schema
from sekali.listening import MOST_RECORDS
from sekali.registry import Registry

RECORDS, DISTINCT = 100_000, 2_000
SCHEMA_ID = 7
UNIT = "events/s"


class OnDisk(Registry):
    """Answers with the revision on disk: the decoder asks once, and then holds what it was told."""

    def __init__(self, place: Place) -> None:
        super().__init__("http://127.0.0.1:1")
        self._schema = place.catalogue.latest(RESIDENT).schema

    async def schema_by_id(self, schema_id: int) -> Schema:
        return self._schema


async def run(bench: Bench) -> Result:
    count = bench.count(RECORDS)

    async def ours() -> float:
        return await elsewhere(decoded, bench.place, count)

    async def raw() -> float:
        return await elsewhere(bare, bench.place, count)

    return await bench.pair_up(ours, raw, unit=UNIT)


async def decoded(place: Place, count: int) -> float:
    """Events/s of the subscriber's decoder, in batches as they are polled."""
    registry = OnDisk(place)
    contract = place.catalogue.contracts[THIN, RESIDENT]
    decoder = Decoder(contract, state=True, registry=registry, keyring=place.keyring(THIN))
    found = records(place, count)
    (first,) = await decoder.decode_all(found[:1])
    assert isinstance(first, Heard), first
    collector.calm()  # as a bus does when it starts
    begun = time.perf_counter()
    for begin in range(0, count, MOST_RECORDS):
        await decoder.decode_all(found[begin : begin + MOST_RECORDS])
    seconds = time.perf_counter() - begun
    await registry.close()
    return count / seconds


async def bare(place: Place, count: int) -> float:
    """Events/s of fastavro alone, with both schemas parsed."""
    writer, contract = pair(place, THIN)
    bodies = [record.value[FRAME:] for record in records(place, count)]
    gc.disable()
    begun = time.perf_counter()
    for body in bodies:
        schemaless_reader(BytesIO(body), writer, contract)
    return count / (time.perf_counter() - begun)


def records(place: Place, count: int) -> list[Any]:
    """As a consumer polls them, with all headers of the relay; so many, of some distinct residents."""
    writer = outbox.Writer(OWNER, place.catalogue, place.keyring(OWNER), lambda: None)
    rows = [writer.row(people.resident(number)) for number in range(min(count, DISTINCT))]
    return [_record(offset, *rows[offset % len(rows)]) for offset in range(count)]


def _record(offset: int, *row: Any) -> Any:
    event_id, topic, key, payload, _, fingerprint, version, _ = row
    value = b"\0" + SCHEMA_ID.to_bytes(4, "big") + payload
    headers = (
        ("ce_specversion", b"1.0"), ("ce_type", topic.encode()), ("ce_source", f"/{OWNER}".encode()),
        ("content-type", b"application/avro"), ("schema-fingerprint", fingerprint.encode()),
        ("ce_id", str(uuids.uuid7()).encode()), ("ce_entityversion", str(version).encode()),
        ("traceparent", f"00-{event_id.hex}-{event_id.hex[16:]}-00".encode()),
    )  # fmt: skip
    return ConsumerRecord(topic, 0, offset, 0, 0, key.encode(), value, None, len(key), len(value), headers)


MEASURE = Measure(
    "P5",
    "Codec, nothing sealed",
    against="bare fastavro with the same two schemas",
    unit=UNIT,
    targets=Targets(0.80, 0.90, 0.95),
    run=run,
    platform=False,
)
