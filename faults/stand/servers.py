"""What is done to the servers: killed, stopped for a while, their sessions ended."""

import asyncio
import os
import signal
from typing import Any

import asyncpg
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from faults.checker.lag import AWAY
from faults.stand import cluster
from faults.stand.place import Place
from sekali.testing import eventually

BACK_SECONDS = 60.0
SESSIONS = """
    select count(pg_terminate_backend(pid)) from pg_stat_activity
    where datname = any($1::text[]) and pid <> pg_backend_pid()
"""


async def killed(place: Place, part: str, number: int = signal.SIGKILL) -> None:
    """The server's process gets a signal that ends it; returns when the next one answers."""
    await back(place, part, struck(place, part, number))


def struck(place: Place, part: str, number: int = signal.SIGKILL) -> int:
    """The same without waiting; its process id. Which part it is, `kafka-2` for one, the platform says."""
    pid = place.platform.pid(part)
    os.kill(pid, number)
    return pid


async def back(place: Place, part: str, before: int) -> None:
    """Returns when another process than that answers in its place."""
    await eventually(lambda: _another(place, part, before), f"{part} is begun again", BACK_SECONDS)
    await eventually(lambda: _answers(place, part), f"{part} answers again", BACK_SECONDS)


async def ended(place: Place, part: str) -> None:
    """kill -9, and it stays away until the platform starts it."""
    struck(place, part)
    await asyncio.to_thread(place.platform.stop, part)


async def frozen(pid: int, seconds: float) -> None:
    """A process stands still for so long, and goes on."""
    os.kill(pid, signal.SIGSTOP)
    try:
        await asyncio.sleep(seconds)
    finally:
        os.kill(pid, signal.SIGCONT)


async def sessions_ended(place: Place) -> int:
    """Every session of every agency, at once; how many there were."""
    names = [f"faults_{agency}" for agency in place.urls]
    sql = await asyncpg.connect(place.platform.admin.postgres_url)
    try:
        return int(await sql.fetchval(SESSIONS, names))
    finally:
        await sql.close()


async def _another(place: Place, part: str, before: int) -> bool:
    try:
        return place.platform.pid(part) != before
    except LookupError:
        return False


async def _answers(place: Place, part: str) -> bool:
    try:
        return bool(await (_postgres(place) if part == "postgres" else asyncio.to_thread(_kafka, place, part)))
    except AWAY:
        return False


async def _postgres(place: Place) -> Any:
    sql = await asyncpg.connect(place.platform.admin.postgres_url, timeout=2.0)
    try:
        return await sql.fetchval("select true")
    finally:
        await sql.close()


def _kafka(place: Place, part: str) -> bool:
    """Whether that broker itself answers, and is let in among the others."""
    one = cluster.broker(place.platform, part)
    client = AdminClient({**place.platform.admin.confluent(), "bootstrap.servers": one.address, "log_level": "0"})
    try:
        return one.node in client.list_topics(timeout=2).brokers
    except KafkaException:
        return False
