"""What an agency hears, declared: projections of states into copies, effects of facts. Nothing connects on import."""

import inspect
import typing
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol, Self
from uuid import UUID

from sqlalchemy import ColumnElement, Table, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from sekali.errors import SekaliError

Then = Callable[[AsyncSession, list[UUID]], Awaitable[None]]


class HeardEvent(Protocol):
    """What `sekali types` generates for each contract on a fact topic."""

    TOPIC: ClassVar[str]

    @classmethod
    def of(cls, record: dict[str, Any]) -> Self: ...


Handler = Callable[[AsyncSession, Any], Awaitable[None]]


class Awaiting(SekaliError):
    """Raised by an effect that needs a state which has not arrived; it runs again when that has."""

    def __init__(self, topic: str, key: UUID) -> None:
        super().__init__(f"Waits for a record of {topic}.")
        self.topic = topic
        self.key = key


@dataclass(frozen=True, slots=True)
class Projection:
    """A state topic kept as a table. `columns`: column name -> dotted path in the contract.

    The table has the topic's key as primary key (uuid), `version`, `gone`, `as_of`, `heard_at`; all else is nullable.
    `then(session, keys)` runs in the same transaction for the rows that really changed, keys sorted.
    `ended`: a condition on the row that is true once its purpose is over; the contract's `retention_days` count from
    then, and the sweeper empties the row. Without it the purpose ends with the contract.
    `person`: the column that names whom the row is about, where that is not the key: erasure empties it too.
    """

    topic: str
    into: Table
    columns: Mapping[str, str]
    then: Then | None = None
    ended: ColumnElement[bool] | None = None
    person: str | None = None

    @property
    def key(self) -> str:
        (column,) = self.into.primary_key.columns
        return column.name


@dataclass(frozen=True, slots=True)
class Effect:
    """One use case for each event of a fact topic, at most once by the event's id."""

    topic: str
    handler: Handler
    event: type[HeardEvent]


@dataclass
class Inbox:
    """An agency's declarations, one for each topic that its contracts list."""

    declared: dict[str, Projection | Effect] = field(default_factory=dict)

    def projection(
        self,
        topic: str,
        *,
        into: Table,
        columns: Mapping[str, str],
        then: Then | None = None,
        ended: ColumnElement[bool] | None = None,
        person: str | None = None,
    ) -> None:
        """Keep a copy of a state topic. Raises ValueError where the table or a second declaration does not fit."""
        named = {person} if person else set()
        missing = {"version", "gone", "as_of", "heard_at", *columns, *named} - set(into.columns.keys())
        if missing:
            raise ValueError(f"The table {into.name} for {topic} lacks the columns {sorted(missing)}.")
        self._declare(topic, Projection(topic, into, columns, then, ended, person))

    def effect(self, topic: str) -> Callable[[Handler], Handler]:
        """Decorate the use case of a fact; its second parameter is annotated with the generated class."""

        def declare(handler: Handler) -> Handler:
            parameters = list(inspect.signature(handler).parameters)
            event = typing.get_type_hints(handler).get(parameters[1]) if len(parameters) == 2 else None
            if event is None or getattr(event, "TOPIC", None) != topic:
                raise ValueError(f"The effect of {topic} takes (session, event: <the class generated for {topic}>).")
            self._declare(topic, Effect(topic, handler, event))
            return handler

        return declare

    def _declare(self, topic: str, one: Projection | Effect) -> None:
        if topic in self.declared:
            raise ValueError(f"{topic} is declared twice: an agency hears a topic in one place.")
        self.declared[topic] = one


async def hold(session: AsyncSession, table: Table, keys: Sequence[UUID]) -> None:
    """Lock copy rows in key order, before reading what a projection also decides from.

    A key that has not been heard gets a placeholder row (version 0), so that there is a row to lock:
    without it a use case and the arrival could commit side by side, each blind to the other.
    """
    (key,) = table.primary_key.columns
    ordered = sorted(set(keys))
    if ordered:
        placeholders = insert(table).values([{key.name: one, "version": 0, "gone": False} for one in ordered])
        await session.execute(placeholders.on_conflict_do_nothing())
        await session.execute(select(key).where(key.in_(ordered)).order_by(key).with_for_update())
