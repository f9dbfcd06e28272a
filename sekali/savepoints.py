"""Savepoints that take one round trip each.

SQLAlchemy's asyncpg prepares every statement, and numbers savepoints: each is prepared anew, in a round trip of its
own, and pushes what is prepared of others out of the connection's cache. An effect takes a savepoint for each event.
"""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

from asyncpg import InterfaceError, InternalClientError, PostgresError
from sqlalchemy import Connection, Dialect

Prepared = Callable[[Connection, str], None]


def unprepared(dialect: Dialect) -> None:
    """For all connections of one engine's dialect."""
    own: Any = dialect
    own.do_savepoint = partial(_execute, dialect.do_savepoint, "savepoint")
    own.do_release_savepoint = partial(_execute, dialect.do_release_savepoint, "release savepoint")
    own.do_rollback_to_savepoint = partial(_execute, dialect.do_rollback_to_savepoint, "rollback to savepoint")


def _execute(prepared: Prepared, words: str, connection: Connection, name: str) -> None:
    adapted: Any = connection.connection.dbapi_connection
    if adapted.driver_connection.is_in_transaction():
        # What fails here fails below once more, with SQLAlchemy's own error.
        with suppress(PostgresError, InterfaceError, InternalClientError, OSError):
            adapted.run_async(lambda driver: driver.execute(f"{words} {name}"))
            return
    prepared(connection, name)  # SQLAlchemy begins a transaction with its own first statement
