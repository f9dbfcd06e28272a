"""A polled batch of a state topic into the agency's copy: the last version of each key, in one statement."""

import json
from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Column, Date, DateTime, Uuid, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from sekali import waiting
from sekali.codec import Heard, Shape
from sekali.contracts import Contract, Schema
from sekali.database import DRIVER
from sekali.filling import Filling
from sekali.inbox import Projection

_OWN = ("version", "gone", "as_of")
_BYTES = attrgetter("key.bytes")
"""PostgreSQL's order, and compared sooner than UUIDs."""


class Passed(NamedTuple):
    """How a column's values are passed: the array's type, and the expression that makes the column's value of one."""

    kind: str
    value: str = "{0}"


class Applied(NamedTuple):
    """`changed`: the keys whose row really changed, sorted. `woke`: whether an effect awaited one of them."""

    changed: list[UUID]
    woke: bool


# Left to PostgreSQL, which works while we decode the next batch: numbers and strings as Avro carries them.
_RAW = {
    (DateTime, "timestamp-millis"): Passed("bigint", "timestamptz 'epoch' + {0} * interval '1 millisecond'"),
    (DateTime, "timestamp-micros"): Passed("bigint", "timestamptz 'epoch' + {0} * interval '1 microsecond'"),
    (Date, "date"): Passed("int", "date 'epoch' + {0}"),
    (Uuid, "uuid"): Passed("uuid"),
}


class Copy:
    """The statements of one projection, made once; `shape` is how its records are read.

    Without a contract no logical type is known, and all values come with theirs.
    """

    def __init__(self, projection: Projection, contract: Contract | None = None) -> None:
        self.projection = projection
        table = projection.into
        taken = {name: path for name, path in projection.columns.items() if name not in (projection.key, *_OWN)}
        self._columns = sorted(taken, key=lambda name: taken[name].rpartition(".")[0])
        schema = contract.schema if contract else {}
        logics = {name: _logic(schema, taken[name]) for name in self._columns}
        raw = {name: how for name in self._columns if (how := _raw(table.columns[name], logics[name])) is not None}
        self.shape = Shape(tuple(taken[name] for name in self._columns), frozenset(taken[name] for name in raw))
        self._json = [
            place for place, name in enumerate(self._columns, 4) if isinstance(table.columns[name].type, JSONB)
        ]
        dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
        passed = {
            name: raw.get(name) or Passed(str(table.columns[name].type.compile(dialect)))
            for name in (projection.key, *_OWN, *self._columns)
        } | {"as_of": _RAW[DateTime, "timestamp-millis"]}
        self._parameters = [f"p{place}" for place in range(len(passed))]
        guard = self.guard()
        named = [f":{name}" for name in self._parameters]
        self._upsert = text(_upsert(table.name, passed, [*named, ":topic"], guard))
        numbered = [f"${place}" for place in range(1, len(passed) + 2)]
        self._driven = _upsert(table.name, passed, numbered, guard)
        made = {place: logics[name] or "" for place, name in enumerate(self._columns, 4) if name in raw}
        self._filling = Filling(table, list(passed), {3: "timestamp-millis", **made}, always=4)
        self._nothing = (None,) * len(self._columns)

    async def apply(self, session: AsyncSession, events: Sequence[Heard], *, fast: bool = False) -> Applied:
        """Upsert the last version of each key, and mark as ready what awaits them, under the lock of `to_arrive`.

        `fast`, in a lane: by COPY where that can be, else by the driver, with its own errors. After one the
        transaction is over; without `fast` a savepoint can be kept.
        """
        last = last_versions(events)
        rows = [self._row(event) for event in last]
        if fast and await self._filling.take(session, rows):
            keys = [event.key for event in last]
            return Applied(keys, await waiting.arrived(session, self.projection.topic, keys))
        columns = [list(column) for column in zip(*rows, strict=True)]
        if fast:
            changed, woke = await session.info[DRIVER].fetchrow(self._driven, *columns, self.projection.topic)
        else:
            values = dict(zip(self._parameters, columns, strict=True)) | {"topic": self.projection.topic}
            changed, woke = (await session.execute(self._upsert, values)).one()
        return Applied(changed or [], woke)

    def guard(self) -> str:
        """SQL: whether the row that is there gives way to `excluded`."""
        return f"{self.projection.into.name}.version < excluded.version"

    def _row(self, event: Heard) -> tuple[Any, ...]:
        # The record's own time is what people are shown as the date of the copy; nothing is decided from it.
        as_of, value = event.record.timestamp, event.value
        if value is None:
            return (event.key, event.version, True, as_of, *self._nothing)
        row = (event.key, event.version, False, as_of, *value)
        return _with_json(row, self._json) if self._json else row


def last_versions(events: Sequence[Heard]) -> list[Heard]:
    """The highest version of each key, in key order: every transaction locks rows in the same order."""
    last: dict[UUID, Heard] = {}
    for event in events:
        known = last.get(event.key)
        if known is None or known.version < event.version:
            last[event.key] = event
    return sorted(last.values(), key=_BYTES)


def _with_json(row: tuple[Any, ...], places: Sequence[int]) -> tuple[Any, ...]:
    values = list(row)
    for place in places:
        if values[place] is not None:
            values[place] = json.dumps(values[place], default=_json)
    return tuple(values)


def _json(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _raw(column: Column[Any], logic: str | None) -> Passed | None:
    kinds = [passed for (kind, name), passed in _RAW.items() if isinstance(column.type, kind) and name == logic]
    return kinds[0] if kinds else None


def _logic(schema: Schema, path: str) -> str | None:
    """The logical type of a field of the contract; None for what has none."""
    found: Any = {"type": schema}
    for name in path.split("."):
        record = next((one.get("seals", one) for one in _branches(found["type"]) if isinstance(one, dict)), None)
        found = next((field for field in (record or {}).get("fields", ()) if field["name"] == name), None)
        if found is None:
            return None
    return next((one["logicalType"] for one in _branches(found["type"]) if "logicalType" in one), None)


def _branches(kind: Any) -> list[Any]:
    return kind if isinstance(kind, list) else [kind]


def _upsert(table: str, passed: Mapping[str, Passed], parameters: Sequence[str], guard: str) -> str:
    """`parameters` as they are written in the statement: an array for each column, and the topic."""
    names, (*given, topic) = list(passed), parameters
    arrays = ", ".join(f"cast({name} as {one.kind}[])" for name, one in zip(given, passed.values(), strict=True))
    values = ", ".join(one.value.format(f"said.{name}") for name, one in passed.items())
    listed, key = ", ".join(names), names[0]
    moved = ", ".join(f"{name} = excluded.{name}" for name in names[1:])
    # Names come from the agency's own table, never from a record.
    return f"""
        with changed as (
            insert into {table} ({listed}, heard_at)
            select {values}, clock_timestamp()
            from unnest({arrays}) as said ({listed})
            on conflict ({key}) do update set {moved}, heard_at = excluded.heard_at
            where {guard}
            returning {key}
        ), woken as (
            update parked set ready = true from changed
            where parked.awaited_topic = {topic} and parked.awaited_key = changed.{key} and not parked.ready
            returning parked.id
        )
        select (select array_agg({key} order by {key}) from changed) as changed, exists (select from woken) as woke
    """  # noqa: S608
