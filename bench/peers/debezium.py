"""Debezium Server's outbox router beside its own PostgreSQL with logical decoding.

`make bench-debezium` fetches it. Its rows have the columns of our outbox table, which are Debezium's own.
"""

import os
import shutil
import signal
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from bench import stock
from bench.measure import Skipped
from bench.peers.debezium_settings import TOPIC, settings
from bench.peers.log import Log
from bench.place import OWNER, Place
from bench.waiting import until
from sekali import migrations
from sekali.database import Database
from sekali.local import java
from sekali.local.databases import create
from sekali.local.endpoints import Admin
from sekali.local.platform import Platform
from sekali.local.processes import Process
from sekali.local.secrets import new_password, write_private

FOLDER = "debezium"
DATABASE = f"peer_{OWNER}"
FETCH = "Debezium Server has not been fetched: run `make bench-debezium` (457 MB)."
POM = Path(__file__).with_name("pom.xml")
MAIN = "io.debezium.server.Main"
LOGICAL = {
    "wal_level": "logical",
    # 64 MB by default: a transaction of 100,000 rows would go to disk and back before it is sent.
    "logical_decoding_work_mem": "512MB",
    # Debezium is stopped (SIGSTOP) while the other side is measured; PostgreSQL would give it up after a minute.
    "wal_sender_timeout": "0",
}


def home(place: Place) -> Path | None:
    """Where it lies unpacked; None where it was not fetched."""
    folder = place.platform.place.jars / FOLDER / "debezium-server"
    return folder if (folder.parent / "kafka-clients.jar").exists() else None


@dataclass(frozen=True)
class Server:
    """A part of the platform, as Kafka is one."""

    place: Place
    folder: Path
    told: Mapping[str, str]
    name = FOLDER
    limit = 180.0

    def process(self) -> Process:
        found = home(self.place)
        assert found is not None, FETCH
        # What a value of Java's properties would take for an escape is doubled.
        lines = (f"{name}={value}\n".replace("\\", "\\\\") for name, value in self.told.items())
        write_private(self.folder / "config" / "application.properties", "".join(lines))
        (runner,) = found.glob("debezium-server-*runner.jar")
        # Two cores: the throughput collector has no concurrent threads that would compete with the three of the pipe.
        command = java.java(1024, "-Xms1024m", "-XX:+UseParallelGC")
        # The clients first: those of its own lib cannot do SASL on Java 25 (pom.xml).
        parts = (found.parent / "kafka-clients.jar", runner, self.folder / "config", found / "lib" / "*")
        classpath = os.pathsep.join(map(str, parts))
        return Process(name=self.name, argv=[*command, "-cp", classpath, MAIN], cwd=self.folder, tier=1, grace=20)

    def wrong(self) -> str | None:
        return None


class Debezium:
    """Runs from `start` to `stop`; between `asleep` and `awake` it takes no processor time from the other side."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.state = place.platform.place.state / FOLDER
        self.platform = Platform(place.root, self.state, owner=os.getpid())
        self.url = ""

    async def start(self, count: int) -> None:
        """With the stock's first `count` rows beside its outbox, as population has them beside its own."""
        shutil.rmtree(self.state, ignore_errors=True)
        self.platform.up(("postgres",))
        await self._make_logical()
        admin = Admin.load(self.state)
        self.url = create(admin, DATABASE, new_password())
        database = Database(self.url)
        library = Path(migrations.__file__).parent
        await database.migrate([library / "versions"], library)
        await database.close()
        await self._stocked(count)
        self.place.fresh(TOPIC)
        reading = admin.postgres_at(DATABASE)  # as the superuser, who may replicate
        folder = self.state / "server"
        self.platform.start(Server(self.place, folder, settings(self.place, reading, folder)))
        await self._replicates(reading)

    async def _make_logical(self) -> None:
        sql = await asyncpg.connect(Admin.load(self.state).postgres_url)
        for name, value in LOGICAL.items():
            await sql.execute(f"alter system set {name} = '{value}'")
        await sql.close()
        self.platform.stop("postgres")
        self.platform.up(("postgres",))

    async def _stocked(self, count: int) -> None:
        await stock.encoded(self.place, count)
        source, sql = await self.place.sql(OWNER), await asyncpg.connect(self.url)
        await sql.execute(stock.TABLE)
        rows = await source.fetch("select * from template where n < $1 order by n", count)
        await sql.copy_records_to_table("template", records=[tuple(row) for row in rows])
        await source.close()
        await sql.close()

    async def _replicates(self, url: str) -> None:
        sql = await asyncpg.connect(url)

        async def streams() -> bool:
            return bool(await sql.fetchval("select exists(select from pg_stat_replication where state = 'streaming')"))

        try:
            await until(streams, Server.limit)
        finally:
            await sql.close()

    async def carry(self, count: int) -> float:
        """Events/s of rows that become visible all at once, until the last is in the log."""
        sql = await asyncpg.connect(self.url)
        await sql.execute("truncate outbox")
        try:
            async with Log(self.place, TOPIC) as log:
                target = await log.length() + count
                async with sql.transaction():
                    await stock.fill(sql, count)
                begun = time.monotonic()
                return count / (await log.reaches(target) - begun)
        finally:
            await sql.close()

    def asleep(self) -> None:
        os.kill(self.platform.pid(FOLDER), signal.SIGSTOP)

    def awake(self) -> None:
        os.kill(self.platform.pid(FOLDER), signal.SIGCONT)

    def stop(self) -> None:
        if self.platform.runs(FOLDER):
            self.awake()
        self.platform.down()


@asynccontextmanager
async def running(place: Place, count: int) -> AsyncIterator[Debezium]:
    """Warm, and asleep: it has carried `count` rows three times. Skipped where it was not fetched."""
    if home(place) is None:
        raise Skipped(FETCH)
    debezium = Debezium(place)
    try:
        await debezium.start(count)
        for _ in range(3):  # its first 100,000 after a start run at a third, and it still gains with the second
            await debezium.carry(count)
        debezium.asleep()
        yield debezium
    finally:
        debezium.stop()


def main() -> None:
    """Fetch it into .jars, as deploy/kafka's jars are."""
    project = Path(__file__).parents[2]
    java.maven(POM, project / ".jars")


if __name__ == "__main__":
    main()
