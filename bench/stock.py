"""The rows that measures work with: fictive residents, encoded and sealed once, kept in a table of population.

From there they go into the outbox, or straight into a topic, as often as a measure needs them.
"""

import asyncio
import gc
from typing import Literal, TypeAlias

import asyncpg

from bench import people
from bench.elsewhere import elsewhere
from bench.place import OWNER, RESIDENT, Place
from bench.raw import publishing
from sekali import outbox
from sekali.registry import Registry

Traced = Literal["null", "carried", "sampled"]
"""No traceparent; one in each row, none sampled; one in each, one in a hundred sampled."""

TABLE = """
    create table if not exists template (
        n bigint primary key, id uuid, topic text, key text, payload bytea, revision smallint, fingerprint text,
        version bigint, traceparent text
    )
"""
TRACEPARENT: dict[Traced, str] = {
    "null": "null::text",
    "carried": "traceparent || '00'",
    "sampled": "traceparent || case when n % 100 = 0 then '01' else '00' end",
}
ROWS = """
    select id, topic, case when $2 = 0 then key else md5(key || $2)::uuid::text end as key, payload, revision,
           fingerprint, version, {traceparent} as traceparent
    from template where n >= $3 and n < $1 order by n
"""
FILL = """
    insert into outbox (id, aggregatetype, aggregateid, type, payload, revision, fingerprint, version,
                        tracingspancontext)
    select id, topic, key, topic, payload, revision, fingerprint, version, traceparent from ({rows}) as said
"""
CHUNK = 5_000
Sql: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


async def encoded(place: Place, count: int) -> None:
    """At least so many rows in the table; two processes do it."""
    sql = await place.sql(OWNER)
    try:
        await sql.execute(TABLE)
        have = await sql.fetchval("select count(*) from template")
    finally:
        await sql.close()
    if have < count:
        middle = (have + count) // 2
        await asyncio.gather(elsewhere(_encode, place, have, middle), elsewhere(_encode, place, middle, count))


async def _encode(place: Place, first: int, end: int) -> None:
    sql = await place.sql(OWNER)
    writer = outbox.Writer(OWNER, place.catalogue, place.keyring(OWNER), lambda: None)
    try:
        for begin in range(first, end, CHUNK):
            rows = []
            for number in range(begin, min(begin + CHUNK, end)):
                event_id, *rest, _ = writer.row(people.resident(number))
                rows.append((number, event_id, *rest, f"00-{event_id.hex}-{event_id.hex[16:]}-"))
            await sql.copy_records_to_table("template", records=rows)
    finally:
        await sql.close()


async def fill(sql: Sql, count: int, traced: Traced = "carried", again: int = 0) -> None:
    """So many rows into the outbox. With `again` under other keys: only who opens no seal can read those."""
    rows = ROWS.format(traceparent=TRACEPARENT[traced])
    await sql.execute(FILL.format(rows=rows), count, again, 0)


async def emptied(place: Place) -> Sql:
    """Population's database as a relay finds it at first start: nothing waits, nothing is expected of the log."""
    sql = await place.sql(OWNER)
    await sql.execute("truncate outbox, relay_offset")
    return sql


async def settle(place: Place) -> None:
    """What PostgreSQL has put off for later is done before the clock starts, not while it runs."""
    admin = await asyncpg.connect(place.platform.admin.postgres_url)
    try:
        await admin.execute("checkpoint")
    finally:
        await admin.close()


async def laid(
    place: Place, topic: str, count: int, traced: Traced = "carried", times: int = 1, *, first: int = 0
) -> float:
    """The rows from `first` on as records at the end of the topic, by the plain client; seconds that publishing took.

    `times`: again and again under other keys. Meant for a process of its own.
    """
    seconds = 0.0
    gc.disable()  # the raw side carries no burden that is not its own
    for again in range(times):
        seconds += await publishing.published(place.kafka(), topic, await records(place, count, traced, again, first))
    return seconds


async def records(
    place: Place, count: int, traced: Traced = "carried", again: int = 0, first: int = 0
) -> list[list[publishing.Record]]:
    """What the relay makes of the rows `first` to `count`: prefix, headers in its order, its partitioner."""
    revision = place.catalogue.latest(RESIDENT)
    registry, sql = Registry(place.platform.endpoints.registry.url), await place.sql(OWNER)
    try:
        schema_id = await registry.id_of(f"{RESIDENT}-value", revision.schema)
        rows = await sql.fetch(ROWS.format(traceparent=TRACEPARENT[traced]), count, again, first)
    finally:
        await registry.close()
        await sql.close()
    prefix = b"\0" + schema_id.to_bytes(4, "big")
    frame = [
        ("ce_specversion", b"1.0"),
        ("ce_type", RESIDENT.encode()),
        ("ce_source", f"/{OWNER}".encode()),
        ("content-type", b"application/avro"),
        ("schema-fingerprint", revision.fingerprint.encode()),
    ]
    found: list[publishing.Record] = []
    for row in rows:
        headers = [*frame, ("ce_id", str(row["id"]).encode()), ("ce_entityversion", str(row["version"]).encode())]
        if row["traceparent"] is not None:
            headers.append(("traceparent", row["traceparent"].encode()))
        found.append((row["key"].encode(), prefix + row["payload"], headers))
    return publishing.partitioned(found, place.catalogue.cards[RESIDENT].partitions)
