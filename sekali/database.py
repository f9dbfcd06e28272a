"""An agency's own PostgreSQL: transactions, the injected clock, migrations."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any, cast

from asyncpg import InterfaceError, InternalClientError, PostgresError
from sqlalchemy import event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from sekali import savepoints, upgrading
from sekali.severed import CONNECT_SECONDS, Severed

logger = logging.getLogger(__name__)
Clock = Callable[[], datetime]
CLOCK = "sekali.clock"
AFTER_COMMIT = "sekali.after_commit"
BEFORE_COMMIT = "sekali.before_commit"
DRIVER = "sekali.driver"
RESTED = "sekali.rested_since"
ASKED_AFTER_SECONDS = 5.0

# Worth another try by themselves: serialisation failure, deadlock, and what a restart or a lack of room gives.
_RETRY = ("40001", "40P01")
_DOWN = ("08", "53", "57P", "58", "25006")


def utc_now() -> datetime:
    return datetime.now(UTC)


class Database:
    """One agency's database. `info` is handed to each session, so that `outbox.put(session, …)` finds its codec."""

    def __init__(
        self, url: str, *, info: Mapping[str, Any] | None = None, clock: Clock = utc_now, pool_size: int = 10
    ) -> None:
        driver = make_url(url).set(drivername="postgresql+asyncpg")
        # hide_parameters: an error text would else hold the row. The statement cache outlives a migration badly.
        # The pool's last connection first: at a low rate one of them does all, and has its statements prepared.
        self.engine = create_async_engine(
            driver,
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_use_lifo=True,
            hide_parameters=True,
            connect_args={"timeout": CONNECT_SECONDS},
        )
        self.severed = Severed(self.engine)
        _hand_out_living_ones(self.engine)
        savepoints.unprepared(self.engine.dialect)
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False, info={**(info or {}), CLOCK: clock})

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """One transaction: committed at the end, rolled back on an error."""
        async with self._sessions.begin() as session:
            yield session
            for last in session.info.get(BEFORE_COMMIT, ()):
                await last(session)
        for call in session.info.get(AFTER_COMMIT, ()):
            call()

    def session_on(self, connection: AsyncConnection) -> AsyncSession:
        """For who begins and commits by hand on a connection of its own: `Lane`."""
        return self._sessions(bind=connection)

    async def migrate(self, folders: list[Path], root: Path) -> None:
        """Bring the schema up to date; one process at a time."""
        async with self.engine.connect() as connection:
            await connection.execute(text("select pg_advisory_lock(hashtext('sekali.migrate'))"))
            await connection.commit()
            try:
                if not await upgrading.is_current(connection, folders):
                    await connection.run_sync(upgrading.upgrade, folders, root)
                    await connection.commit()
            finally:
                await connection.rollback()
                await connection.execute(text("select pg_advisory_unlock(hashtext('sekali.migrate'))"))
                await connection.commit()

    async def close(self) -> None:
        await self.severed.close()
        await self.engine.dispose()


def _hand_out_living_ones(engine: AsyncEngine) -> None:
    """A transaction begins on a connection that lives.

    `pool_pre_ping` would ask the server before each, which is three of the six round trips of a short transaction.
    A connection that the server has closed is known here without asking; one that rested long is asked.
    """
    dialect = engine.dialect

    @event.listens_for(engine.sync_engine, "checkin")
    def rests(_connection: Any, record: Any) -> None:
        record.info[RESTED] = monotonic()

    @event.listens_for(engine.sync_engine, "checkout")
    def is_alive(connection: Any, record: Any, _proxy: Any) -> None:
        if record.driver_connection.is_closed():
            raise InvalidatePoolError
        since = record.info.get(RESTED)  # nothing: it is new
        if since is not None and monotonic() - since > ASKED_AFTER_SECONDS:
            try:
                dialect.do_ping(connection)
            except dialect.loaded_dbapi.Error:
                raise InvalidatePoolError from None


def now(session: AsyncSession) -> datetime:
    """The time of the use case, aware, UTC; from the injected clock."""
    return cast(Clock, session.info[CLOCK])()


def after_commit(session: AsyncSession, call: Callable[[], None]) -> None:
    """Call once after the whole transaction; SQLAlchemy's own event of that name fires at savepoints too."""
    session.info.setdefault(AFTER_COMMIT, {})[call] = None


def has_followers(session: AsyncSession) -> bool:
    """Whether something is called after the commit: a fact was said, and the relay may carry it at once."""
    return bool(session.info.get(AFTER_COMMIT))


def before_commit(session: AsyncSession, call: Callable[[AsyncSession], Awaitable[None]]) -> None:
    """Await once as the last act of the transaction; what it raises rolls all of it back."""
    session.info.setdefault(BEFORE_COMMIT, {})[call] = None


def is_worth_retrying(error: BaseException) -> bool:
    """The database was not reachable, or asked for another try: nothing is wrong with the data."""
    if isinstance(error, (OSError, TimeoutError)):
        return True
    if isinstance(error, PostgresError):
        return _passes(error.sqlstate or "")
    if isinstance(error, InterfaceError | InternalClientError):
        return not isinstance(error, ValueError)  # else asyncpg's own DataError
    if not isinstance(error, DBAPIError):
        return type(error).__module__ == "sqlalchemy.exc" and type(error).__name__ == "TimeoutError"
    if isinstance(getattr(error.orig, "__cause__", None), ValueError):
        return False  # asyncpg's own DataError: a value that the driver cannot send, whenever it is asked
    return error.connection_invalidated or _passes(sqlstate(error) or "")


def _passes(state: str) -> bool:
    return state in _RETRY or state.startswith(_DOWN) or state == ""


def sqlstate(error: DBAPIError) -> str | None:
    return getattr(error.orig, "sqlstate", None) or getattr(error.orig, "pgcode", None)
