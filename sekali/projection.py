"""A polled batch of a state topic into the agency's copy: the last version of each key, in one statement."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, TextClause, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from sekali.codec import Heard
from sekali.inbox import Projection

Read = Callable[[dict[str, Any]], Any]
_OWN = ("version", "gone", "as_of")


class Copy:
    """The statements of one projection, made once."""

    def __init__(self, projection: Projection) -> None:
        self.projection = projection
        table = projection.into
        self._columns = [name for name in projection.columns if name != projection.key and name not in _OWN]
        self._reads = [_read(projection.columns[name], table.columns[name]) for name in self._columns]
        names = [projection.key, *_OWN, *self._columns]
        dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
        types = [str(table.columns[name].type.compile(dialect)) for name in names]
        self._parameters = [f"p{place}" for place in range(len(names))]
        self._upsert = _upsert(table.name, names, types, self._parameters)

    async def apply(self, session: AsyncSession, events: Sequence[Heard]) -> list[UUID]:
        """Upsert the last version of each key; returns the keys whose row really changed, sorted."""
        rows = [self._row(event) for event in last_versions(events)]
        columns = zip(*rows, strict=True)
        values = {name: list(column) for name, column in zip(self._parameters, columns, strict=True)}
        changed = await session.execute(self._upsert, values)
        return sorted(changed.scalars())

    def _row(self, event: Heard) -> tuple[Any, ...]:
        # The record's own time is what people are shown as the date of the copy; nothing is decided from it.
        as_of = datetime.fromtimestamp(event.record.timestamp / 1000, UTC)
        value = event.value
        if value is None:
            return (event.key, event.version, True, as_of, *(None for _ in self._columns))
        return (event.key, event.version, False, as_of, *(read(value) for read in self._reads))


def last_versions(events: Sequence[Heard]) -> list[Heard]:
    """The highest version of each key, in key order: every transaction locks rows in the same order."""
    last: dict[UUID, Heard] = {}
    for event in events:
        known = last.get(event.key)
        if known is None or known.version < event.version:
            last[event.key] = event
    return [last[key] for key in sorted(last)]


def _read(path: str, column: Column[Any]) -> Read:
    group, _, name = path.rpartition(".")
    as_json = isinstance(column.type, JSONB)

    def read(value: dict[str, Any]) -> Any:
        within = value if not group else value[group]
        found = None if within is None else within[name]
        return json.dumps(found, default=_json) if as_json and found is not None else found

    return read


def _json(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _upsert(table: str, names: Sequence[str], types: Sequence[str], parameters: Sequence[str]) -> TextClause:
    arrays = ", ".join(f"cast(:{name} as {kind}[])" for name, kind in zip(parameters, types, strict=True))
    listed, key = ", ".join(names), names[0]
    moved = ", ".join(f"{name} = excluded.{name}" for name in names[1:])
    # Names come from the agency's own table, never from a record.
    return text(f"""
        insert into {table} ({listed}, heard_at)
        select {", ".join(f"said.{name}" for name in names)}, clock_timestamp()
        from unnest({arrays}) as said ({listed})
        on conflict ({key}) do update set {moved}, heard_at = excluded.heard_at
        where {table}.version < excluded.version
        returning {key}
    """)  # noqa: S608
