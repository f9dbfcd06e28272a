"""What stands in the agencies' databases, by plain SQL."""

import json
from typing import Any, TypeAlias

import asyncpg

from faults.checker.books import Applied, Entered, Heard, Letter, Payment, Row, Said, Source, State, Use

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

KEPT = (
    ("outbox", "select payload from outbox where payload is not null"),
    ("dead_letter", "select coalesce(payload, ''::bytea) || convert_to(detail || coalesce(reason, ''), 'UTF8')"
                    " || coalesce((select string_agg(v, ''::bytea) from unnest(header_values) v), ''::bytea)"
                    " from dead_letter"),
    ("parked", "select payload from parked"),
)  # fmt: skip


async def source(sql: Connection) -> Source:
    found = Source()
    for row in await sql.fetch("select * from history"):
        found.history[str(row["parcel_id"]), row["version"]] = State(row["use"], row["owner"], row["poison"])
    for row in await sql.fetch("select number, parcel_id, amount from payment"):
        found.payments[row["number"]] = Payment(str(row["parcel_id"]), row["amount"])
    for row in await sql.fetch("select event_id, topic, key, coalesce(version, 0) as version from said"):
        found.said[str(row["event_id"])] = Said(row["topic"], row["key"], row["version"])
    found.pending = {str(row["id"]) for row in await sql.fetch("select id from outbox")}
    return found


async def heard(sql: Connection, copied: list[str], *, enters: bool, with_owner: bool) -> Heard:
    """`copied`: the owners of whose parcels there is a copy."""
    found = Heard()
    columns = ["use", "owner"] if with_owner else ["use"]
    for owner in copied:
        rows = await sql.fetch(f"select * from parcel_{owner} where version > 0")  # our own names
        found.copies[owner] = {
            str(row["parcel_id"]): Row(row["version"], row["gone"], {name: row[name] for name in columns})
            for row in rows
        }
    if copied:
        changes = await sql.fetch("select * from applied order by place")
        found.applied = [Applied(row["owner"], str(row["parcel_id"]), row["before"], row["version"]) for row in changes]
    if enters:
        lines = await sql.fetch("select * from ledger order by place")
        found.ledger = [Entered(row["owner"], row["number"], str(row["parcel_id"]), row["amount"]) for row in lines]
        for row in await sql.fetch("select * from account"):
            found.accounts[row["owner"], str(row["parcel_id"])] = (row["total"], row["entries"])
    found.marks = {str(row["event_id"]) for row in await sql.fetch("select event_id from inbox_event")}
    found.letters = [_letter(row) for row in await sql.fetch("select * from dead_letter order by id")]
    parked = await sql.fetch("select topic, partition, record_offset, awaited_topic, awaited_key, ready from parked")
    found.parked = [(row["topic"], row["partition"], row["record_offset"]) for row in parked]
    found.awaited = [(row["awaited_topic"], str(row["awaited_key"])) for row in parked if not row["ready"]]
    for row in await sql.fetch("select * from inbox_offset"):
        found.offsets[row["topic"], row["partition"]] = row["next_offset"]
        found.gaps += row["gaps"]
    return found


async def opened(sql: Connection, owner: str) -> frozenset[tuple[str, int]]:
    rows = await sql.fetch(f"select parcel_id, version from parcel_{owner} where owner is not null")  # our own names
    return frozenset((str(row["parcel_id"]), row["version"]) for row in rows)


def _letter(row: asyncpg.Record) -> Letter:
    headers = dict(zip(row["header_names"], row["header_values"], strict=True))
    event_id = headers.get("ce_id", b"").decode("ascii", "replace")
    return Letter(row["topic"], row["partition"], row["record_offset"], event_id, row["cause"], row["state"])


async def kept(sql: Connection, agency: str) -> list[tuple[str, bytes]]:
    """Bytes of what is kept sealed, with the name of its table."""
    return [(f"{agency}.{table}", row[0]) for table, query in KEPT for row in await sql.fetch(query)]


async def uses(sql: Connection, agency: str) -> list[Use]:
    """The record of uses; `text` is what is hashed, made here from the documented members."""
    return [
        Use(row["number"], row["previous"], row["hash"], _canonical(agency, dict(row)))
        for row in await sql.fetch("select *, at at time zone 'UTC' as utc from use_entry order by number")
    ]


def _canonical(holder: str, row: dict[str, Any]) -> bytes:
    names = ("agency", "agreement", "contract", "kind", "legal_basis", "number", "officer", "topic", "way")
    members = {name: row[name] for name in names} | {
        "act": str(row["act"]),
        "at": row["utc"].strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "fields": list(row["fields"]),
        "format": "sekali.use.1",
        "holder": holder,
        "previous": row["previous"].hex(),
        "purpose": {"en": row["purpose_en"], "id": row["purpose_id"]},
        "resident_id": str(row["resident_id"]),
    }
    return json.dumps(members, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
