"""Small file systems for the servers' data, and what fills them.

They are mounted in a mount namespace of their own, for whoever is root or may make a user namespace, and are gone with
the last process in it.
"""

import errno
import os
import shlex
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from faults.stand.place import PROJECT
from sekali.local.platform import Platform

MEGABYTES: Mapping[str, int] = {"kafka": 256, "postgres": 512}
PIECES = (1 << 20, 1 << 12, 1)
TRY_SECONDS = 10.0


def folder(state: Path, server: str) -> Path:
    """Where a server of a stand keeps its data."""
    return Platform(PROJECT, state / "platform").place.data / server


def command(state: Path, argv: Sequence[str]) -> list[str]:
    """What carries `argv` out where the servers' data lie on small file systems; the folders are there."""
    mounts = [
        f"mount -t tmpfs -o size={size}m,mode=0755 tmpfs {shlex.quote(str(folder(state, server)))}"
        for server, size in MEGABYTES.items()
    ]
    script = ["sh", "-c", f'{" && ".join(mounts)} && exec "$@"', "sh"]
    if os.geteuid() == 0:
        return ["unshare", "--mount", *script, *argv]
    # Behind the mounts one is oneself again: PostgreSQL does not run as root.
    oneself = ["unshare", "--user", f"--map-user={os.geteuid()}", f"--map-group={os.getegid()}", "--"]
    return ["unshare", "--user", "--map-root-user", "--mount", *script, *oneself, *argv]


def missing(state: Path) -> str:
    """Why there can be none here, or nothing; makes the folders."""
    if shutil.which("unshare") is None:
        return "the program unshare is missing"
    for server in MEGABYTES:
        folder(state, server).mkdir(parents=True, exist_ok=True)
    tried = subprocess.run(command(state, ["true"]), capture_output=True, text=True, check=False, timeout=TRY_SECONDS)
    return (tried.stderr.strip() or f"exit code {tried.returncode}") if tried.returncode else ""


class Ballast:
    """A file that leaves no room to others."""

    def __init__(self, beside: Path) -> None:
        """`beside`: a folder of the file system."""
        self._file = beside / "ballast"

    def fill(self) -> None:
        """Until not one byte more is taken."""
        with self._file.open("ab", buffering=0) as file:
            for size in PIECES:
                _write_on(file.fileno(), bytes(size))

    def drop(self) -> None:
        self._file.unlink(missing_ok=True)


def _write_on(file: int, piece: bytes) -> None:
    try:
        while True:
            os.write(file, piece)
    except OSError as full:
        if full.errno != errno.ENOSPC:
            raise
