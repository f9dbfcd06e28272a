"""A role and a database for each agency; nobody may enter another's, not even the empty ones."""

from urllib.parse import urlsplit

import asyncpg

from sekali.local.endpoints import Admin, Credential
from sekali.local.sql import execute, wait_for

REGISTRY = "sekali_registry"


async def admit(admin_url: str, owners: dict[str, Credential]) -> list[str]:
    """Creates what is missing and sets every password as written down; returns the new databases' names.

    `owners` maps a database to its one role.
    """
    connection = await asyncpg.connect(admin_url)
    try:
        for database in await _databases(connection):
            await connection.execute(f'REVOKE ALL ON DATABASE "{database}" FROM PUBLIC')
        known = set(await _databases(connection))
        for database, owner in owners.items():
            await _role(connection, owner)
            if database not in known:
                await _database(connection, database, owner.username)
        return [database for database in owners if database not in known]
    finally:
        await connection.close()


async def _databases(connection: "asyncpg.Connection[asyncpg.Record]") -> list[str]:
    return [row["datname"] for row in await connection.fetch("SELECT datname FROM pg_database ORDER BY datname")]


async def _role(connection: "asyncpg.Connection[asyncpg.Record]", owner: Credential) -> None:
    exists = await connection.fetchval("SELECT true FROM pg_roles WHERE rolname = $1", owner.username)
    verb = "ALTER" if exists else "CREATE"
    await connection.execute(f"{verb} ROLE \"{owner.username}\" LOGIN NOSUPERUSER PASSWORD '{owner.password}'")


async def _database(connection: "asyncpg.Connection[asyncpg.Record]", database: str, owner: str) -> None:
    # Closed until PUBLIC, to whom a new database grants CONNECT, is shut out.
    await connection.execute(f'CREATE DATABASE "{database}" OWNER "{owner}" ALLOW_CONNECTIONS false')
    await connection.execute(f'REVOKE ALL ON DATABASE "{database}" FROM PUBLIC')
    await connection.execute(f'ALTER DATABASE "{database}" ALLOW_CONNECTIONS true')


def admit_all(admin: Admin, agencies: dict[str, str]) -> list[str]:
    """`agencies` maps a name to its URL; the registry's own database comes with them."""
    owners = {name: _credential(url) for name, url in agencies.items()}
    return wait_for(admit(admin.postgres_url, {**owners, REGISTRY: admin.registry_database}))


def create(admin: Admin, name: str, password: str) -> str:
    """One more role with a database of the same name; returns its URL (postgresql://…)."""
    wait_for(admit(admin.postgres_url, {name: Credential(username=name, password=password)}))
    address = admin.postgres_url.rpartition("@")[2].partition("/")[0]
    return f"postgresql://{name}:{password}@{address}/{name}"


def drop(admin: Admin, name: str) -> None:
    """Ends whoever is connected, too."""
    wait_for(execute(admin.postgres_url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)', f'DROP ROLE "{name}"'))


def _credential(url: str) -> Credential:
    parts = urlsplit(url)
    return Credential(username=parts.username or "", password=parts.password or "")
