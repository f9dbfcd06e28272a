"""An agency's database set back to an earlier point, as after a disaster: copied, and put in the place of the other."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeAlias

import asyncpg

from faults.stand.place import Place

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
TRIES = 50
END = "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and pid <> pg_backend_pid()"


async def copied(place: Place, agency: str, what: str) -> None:
    """The database as it is now, kept under a further name; it is closed for that moment."""
    now, kept = _names(agency, what)
    async with _closed(place, now) as sql:
        await _alone(sql, now, f'create database "{kept}" template "{now}" owner "{now}"')


async def put_back(place: Place, agency: str, what: str, *, keeping: str = "") -> None:
    """A kept one becomes the agency's own; what stood there is kept as `keeping`, or gone."""
    now, kept = _names(agency, what)
    async with _closed(place, now) as sql:
        if keeping:
            await _alone(sql, now, f'alter database "{now}" rename to "{now}_{keeping}"')
        else:
            await _alone(sql, now, f'drop database "{now}" with (force)')
        await _alone(sql, kept, f'alter database "{kept}" rename to "{now}"')


async def emptied(place: Place, agency: str) -> None:
    """As on an agency's first day."""
    now, _ = _names(agency, "")
    async with _closed(place, now) as sql:
        await _alone(sql, now, f'drop database "{now}" with (force)')
        await sql.execute(f'create database "{now}" owner "{now}" allow_connections false')


def _names(agency: str, what: str) -> tuple[str, str]:
    return f"faults_{agency}", f"faults_{agency}_{what}"


@asynccontextmanager
async def _closed(place: Place, name: str) -> AsyncIterator[Connection]:
    """Nobody gets in; behind it whatever bears the name is open, and shut to everybody but its owner."""
    sql = await asyncpg.connect(place.platform.admin.postgres_url)
    try:
        await sql.execute(f'alter database "{name}" allow_connections false')
        yield sql
        await sql.execute(f'revoke all on database "{name}" from public')
        await sql.execute(f'alter database "{name}" allow_connections true')
    finally:
        await sql.close()


async def _alone(sql: Connection, name: str, statement: str) -> None:
    """The statement, once the sessions that were ended are really gone."""
    for _ in range(TRIES):
        await sql.fetch(END, name)
        try:
            await sql.execute(statement)
        except asyncpg.ObjectInUseError:
            await asyncio.sleep(0.1)
        else:
            return
    raise TimeoutError(f"Somebody does not let go of {name}.")
