"""Nobody enters without a password, and nobody enters another's house."""

import asyncio
import struct
from urllib.parse import urlsplit

import asyncpg
import pytest

from sekali.local.databases import REGISTRY
from sekali.local.platform import Platform

CREATE_ACLS, SASL_HANDSHAKE, SASL_AUTHENTICATE = 30, 17, 36


def _text(value: str) -> bytes:
    return struct.pack(">h", len(value)) + value.encode()


def _request(api: int, version: int, body: bytes) -> bytes:
    """A request of Kafka's protocol, header version 1."""
    message = struct.pack(">hhi", api, version, 7) + _text("stranger") + body
    return struct.pack(">i", len(message)) + message


def grant_myself_everything() -> bytes:
    """CreateAcls v1: ANONYMOUS may do all on the cluster."""
    rule = struct.pack(">b", 4) + _text("kafka-cluster") + struct.pack(">b", 3) + _text("User:ANONYMOUS") + _text("*")
    return _request(CREATE_ACLS, 1, struct.pack(">i", 1) + rule + struct.pack(">bb", 2, 3))


async def _ask(address: str, *requests: bytes) -> list[bytes]:
    """The answer to each request; an empty one where the server hung up instead."""
    host, _, port = address.rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    answers = []
    for request in requests:
        writer.write(request)
        try:
            size = struct.unpack(">i", await asyncio.wait_for(reader.readexactly(4), 10))[0]
            answers.append(await reader.readexactly(size))
        except (asyncio.IncompleteReadError, ConnectionError):
            answers.append(b"")
            break
    writer.close()
    return answers


@pytest.mark.parametrize("door", ["kafka_bootstrap", "kafka_controller"])
async def test_a_stranger_cannot_grant_himself_rights_at_the_broker_or_the_controller(
    embedded_platform: Platform, door: str
) -> None:
    address: str = getattr(embedded_platform.admin, door)
    assert await _ask(address, grant_myself_everything()) == [b""]


async def test_the_administrator_is_answered_where_the_stranger_is_not(embedded_platform: Platform) -> None:
    """Shows that the request above is one that the controller understands."""
    admin = embedded_platform.admin
    plain = f"\0{admin.kafka.username}\0{admin.kafka_controller_password}".encode()
    greeting = _request(SASL_HANDSHAKE, 1, _text("PLAIN"))
    password = _request(SASL_AUTHENTICATE, 0, struct.pack(">i", len(plain)) + plain)
    answers = await _ask(admin.kafka_controller, greeting, password, grant_myself_nothing())
    assert len(answers) == 3
    assert answers[2]


def grant_myself_nothing() -> bytes:
    """The same request with an empty list."""
    return _request(CREATE_ACLS, 1, struct.pack(">i", 0))


async def test_nobody_enters_another_agencys_database(platform: Platform) -> None:
    databases = platform.endpoints.postgres
    houses = [*databases, "postgres", "template1", REGISTRY]
    assert len(databases) >= 2
    for agency, url in databases.items():
        connection = await asyncpg.connect(url)
        await connection.close()
        for other in houses:
            if other != agency:
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await asyncpg.connect(urlsplit(url)._replace(path=f"/{other}").geturl())


async def test_a_database_asks_for_the_password(platform: Platform) -> None:
    for agency, url in platform.endpoints.postgres.items():
        parts = urlsplit(url)
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(parts._replace(netloc=f"{agency}:guess@{parts.hostname}:{parts.port}").geturl())


async def test_no_agency_may_make_roles_or_databases(platform: Platform) -> None:
    connection = await asyncpg.connect(next(iter(platform.endpoints.postgres.values())))
    for wish in ("CREATE ROLE stranger", "CREATE DATABASE stranger"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(wish)
    await connection.close()
