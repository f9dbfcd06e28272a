"""What SQLAlchemy and the bus take for asyncpg's connection: each statement waits for its turn.

A session of the server is used by many processes, one after the other: when one ends, it is rolled back and its locks
and settings go, as the server would do for a process that was killed. To begin a new one takes 20 times as long.
"""

import asyncio
import re
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from dataclasses import dataclass, field
from typing import Any, TypeVar

import asyncpg
from asyncpg.transaction import Transaction

from faults.simulation.schedule import ACTOR, Actor, Schedule

T = TypeVar("T")
Opened = Callable[[str], Awaitable[Any]]
LOST_ANSWERS = 0.002
AGAIN = "rollback;select pg_advisory_unlock_all();reset all"
SPACES, PREPARE = re.compile(r"\s+"), re.compile(r"\s*prepare (\w+)")
WORDS = 70


@dataclass(eq=False)
class Session:
    """Of the server. `statements`: prepared already; `named`: by SQL."""

    database: str
    raw: Any
    statements: dict[str, Any] = field(default_factory=dict)
    named: list[str] = field(default_factory=list)
    codecs: set[str] = field(default_factory=set)


class Lines:
    """In the place of `asyncpg.connect`; kept from one story to the next."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self._idle: defaultdict[str, list[Session]] = defaultdict(list)
        self._one_at_a_time = asyncio.Lock()
        self.schedule: Schedule | None = None
        self.faults = False

    def idle(self, database: str) -> Sequence[Session]:
        """Given back; the last is taken first."""
        return self._idle[database]

    async def connect(self, *_: Any, database: str, **_named: Any) -> Any:
        if self.schedule is None:
            return await self._opened(database)
        actor = ACTOR.get()
        await self.schedule.turn(actor, f"connects to {database}")
        await self.schedule.breath()
        if self._idle[database]:
            session = self._idle[database].pop()
        else:
            with self.schedule.outside():
                session = Session(database, await self._opened(database))
        line = Line(self, self.schedule, actor, session)
        actor.lines.append(line)
        return line

    async def given_back(self, session: Session) -> None:
        assert self.schedule is not None
        with self.schedule.outside():
            await self._again(session)

    def given_back_soon(self, session: Session) -> None:
        """From where nothing can be awaited; all the same before anybody goes on."""
        assert self.schedule is not None
        outside = self.schedule.outside()
        outside.__enter__()

        async def give() -> None:
            try:
                await self._again(session)
            finally:
                outside.__exit__(None, None, None)

        self.schedule.loop.create_task(give(), context=Context())

    async def _again(self, session: Session) -> None:
        async with self._one_at_a_time:  # else the server's answers decide who goes on first
            if session.raw.is_closed():
                return
            await session.raw.execute(";".join([AGAIN, *(f"deallocate {name}" for name in session.named)]))
            session.named.clear()
            self._idle[session.database].append(session)


class Line:
    """One connection of a process."""

    def __init__(self, lines: Lines, schedule: Schedule, actor: Actor, session: Session) -> None:
        self._lines = lines
        self._schedule = schedule
        self.session = session
        self.actor = actor
        self.closed = False
        # asyncpg's own transactions look at these.
        self._top_xact: Any = None
        self._pool_release_ctr = 0
        self._savepoints = 0

    @property
    def _protocol(self) -> Any:
        return self.session.raw._protocol

    @property
    def pid(self) -> int:
        return int(self.session.raw.get_server_pid())

    def _get_unique_id(self, prefix: str) -> str:
        self._savepoints += 1
        return f"{prefix}_{self._savepoints}"

    def transaction(self, *, isolation: Any = None, readonly: bool = False, deferrable: bool = False) -> Any:
        line: Any = self
        return Transaction(line, isolation, readonly, deferrable)

    async def carried(self, query: str, call: Callable[[Any], Awaitable[T]]) -> T:
        self._check()
        async with self._schedule.statement(self.actor, _words(query), self.pid):
            self._check()
            answer = await call(self.session.raw)
        if self._lines.faults and self._schedule.chance.random() < LOST_ANSWERS:
            self._schedule.tell(self.actor.name, "is cut off from its database behind that")
            self.terminate()
            self._check()
        return answer

    def _check(self) -> None:
        if not self.actor.alive:
            raise asyncio.CancelledError
        if self.closed:
            raise asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation")

    async def execute(self, query: str, *args: Any, **_: Any) -> Any:
        async def call(raw: Any) -> Any:
            status = await raw.execute(query, *args)
            if (named := PREPARE.match(query)) is not None:
                self.session.named.append(named[1])
            return status

        return await self.carried(query, call)

    async def fetch(self, query: str, *args: Any, **_: Any) -> Any:
        return await self.carried(query, lambda raw: raw.fetch(query, *args))

    async def fetchrow(self, query: str, *args: Any, **_: Any) -> Any:
        return await self.carried(query, lambda raw: raw.fetchrow(query, *args))

    async def fetchval(self, query: str, *args: Any, **_: Any) -> Any:
        return await self.carried(query, lambda raw: raw.fetchval(query, *args))

    async def executemany(self, query: str, args: Any, **_: Any) -> Any:
        return await self.carried(query, lambda raw: raw.executemany(query, args))

    async def copy_to_table(self, table: str, **named: Any) -> Any:
        return await self.carried(f"copy {table}", lambda raw: raw.copy_to_table(table, **named))

    async def prepare(self, query: str, **_: Any) -> "Prepared":
        self._check()
        await self._schedule.breath()
        known = self.session.statements
        if query not in known:
            with self._schedule.outside():
                known[query] = await self.session.raw.prepare(query)
        return Prepared(self, query, known[query])

    async def set_type_codec(self, name: str, **named: Any) -> None:
        self._check()
        await self._schedule.breath()
        if name not in self.session.codecs:
            with self._schedule.outside():
                await self.session.raw.set_type_codec(name, **named)
            self.session.codecs.add(name)

    async def reload_schema_state(self) -> None: ...

    def get_server_pid(self) -> int:
        return self.pid

    def is_closed(self) -> bool:
        return self.closed

    def is_in_transaction(self) -> bool:
        return bool(self.session.raw.is_in_transaction())

    async def close(self, **_: Any) -> None:
        if not self.closed:
            self.closed = True
            await self._lines.given_back(self.session)

    def terminate(self) -> None:
        if not self.closed:
            self.closed = True
            self._lines.given_back_soon(self.session)

    def aborted(self) -> None:
        """Its session waits for a lock, and is ended by others."""
        self.closed = True
        self.session.raw.terminate()


class Prepared:
    """A statement of one line."""

    def __init__(self, line: Line, query: str, raw: Any) -> None:
        self._line = line
        self._query = query
        self._raw = raw

    def get_attributes(self) -> Any:
        return self._raw.get_attributes()

    def get_statusmsg(self) -> Any:
        return self._raw.get_statusmsg()

    async def fetch(self, *args: Any) -> Any:
        return await self._line.carried(self._query, lambda _: self._raw.fetch(*args))


def _words(query: str) -> str:
    return SPACES.sub(" ", query).strip()[:WORDS]
