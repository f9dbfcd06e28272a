"""A connection that one writer keeps: to take it from the pool for each batch costs more than a small batch itself."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from sekali.database import AFTER_COMMIT, BEFORE_COMMIT, DRIVER, Database


class Lane:
    """One transaction after the other, begun and committed by hand. `first`: SQL for each new connection."""

    def __init__(self, database: Database, first: str = "") -> None:
        self._database = database
        self._first = first
        self._engine = database.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._connection: AsyncConnection | None = None
        self._driver: Any = None

    @asynccontextmanager
    async def transaction_after(self, script: str) -> AsyncIterator[tuple[AsyncSession, str]]:
        """A transaction begun by SQL in one round trip with its BEGIN; beside the session, its last command's status.

        The script holds no values of records: it takes no parameters. Its errors are asyncpg's own.
        `session.info[DRIVER]` is asyncpg's connection, for a statement that SQLAlchemy would make slow.
        """
        connection, driver = await self._living()
        session = self._database.session_on(connection)
        session.info[DRIVER] = driver
        try:
            status = await driver.execute(f"begin;{script}")
            yield session, status
            for last in session.info.get(BEFORE_COMMIT, ()):
                await last(session)
            await driver.execute("commit")
        except BaseException:
            await self._undo()
            raise
        finally:
            await session.close()
        for call in session.info.get(AFTER_COMMIT, ()):
            call()

    async def close(self) -> None:
        """Give up the connection; the next transaction takes another."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.invalidate()
            await connection.close()

    async def _living(self) -> tuple[AsyncConnection, Any]:
        if self._connection is not None and self._driver.is_closed():
            await self.close()
        if self._connection is None:
            self._connection = await self._opened()
        return self._connection, self._driver

    async def _opened(self) -> AsyncConnection:
        connection = await self._engine.connect()
        try:
            self._driver = (await connection.get_raw_connection()).driver_connection
            if self._first:
                await self._driver.execute(self._first)
        except BaseException:
            await connection.invalidate()
            await connection.close()
            raise
        return connection

    async def _undo(self) -> None:
        """Roll back what was begun by hand; a connection that cannot is thrown away, and the server rolls back."""
        try:
            await self._driver.execute("rollback")
        except BaseException as error:
            self._driver.terminate()
            await self.close()
            if not isinstance(error, Exception):
                raise
