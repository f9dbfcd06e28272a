"""Clocks of the agencies' processes that are off: libfaketime stands between them and the C library.

It moves the wall clock for compiled code too. The monotonic clock, by which timers go, is left as it is.
"""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import libfaketime

FILE = "FAKETIME_TIMESTAMP_FILE"
SHARED = ("sem.faketime_sem_{}", "faketime_shm_{}")
STROBE_SECONDS = 0.05
NEAR_SECONDS = 60.0
"""What is nearer than that to an offset has moved by it."""


class Look(NamedTuple):
    """One look of a process at its clocks, in seconds; `uuid7` is the time that stands in a new id."""

    monotonic: float
    time: float
    datetime: float
    uuid7: float


WAYS = ("time", "datetime", "uuid7")
"""The ways in which a process asks for the wall clock."""


def environment(file: Path) -> Mapping[str, str]:
    """What a process is begun with whose clock is off by the seconds that stand in `file`, now and later."""
    _, told = libfaketime.get_reload_information()
    return {**told, FILE: str(file), "NO_FAKE_STAT": "1"}


def are_set() -> bool:
    """Whether this process was begun with `environment`."""
    return FILE in os.environ


def set_off(file: Path, seconds: int) -> None:
    """Whole or not at all: it is read at every look at the clock."""
    beside = file.with_name(f"{file.name}.new")
    beside.write_text(f"{seconds:+d}\n")
    beside.replace(file)


async def strobe(file: Path, seconds: int) -> None:
    """Ahead and behind in turn, until cancelled."""
    while True:
        for off in (seconds, -seconds):
            set_off(file, off)
            await asyncio.sleep(STROBE_SECONDS)


def can_be_set(folder: Path) -> bool:
    """Whether libfaketime works on this machine at all."""
    file = folder / "trial.clock"
    set_off(file, 3600)
    words = [sys.executable, "-c", "import time; print(time.time())"]
    told = subprocess.run(words, env=os.environ | environment(file), capture_output=True, text=True, check=False)
    file.unlink()
    return told.returncode == 0 and abs(float(told.stdout) - time.time() - 3600) < NEAR_SECONDS


def sweep() -> None:
    """The names of libfaketime's shared memory outlive a process that is killed; it has it open, and needs no name."""
    for name in SHARED:
        Path("/dev/shm", name.format(os.getpid())).unlink(missing_ok=True)


class Watched:
    """What a process says of its clocks from now on: lines of a file, which outlives it."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._begin = file.stat().st_size if file.exists() else 0
        self._real = time.time() - time.monotonic()

    def looks(self) -> list[Look]:
        if not self._file.exists():
            return []
        with self._file.open("rb") as told:
            told.seek(self._begin)
            lines = told.read().splitlines(keepends=True)
        return [Look(*map(float, line.split())) for line in lines if line.endswith(b"\n")]

    def seen(self, way: str, off: float) -> bool:
        """Whether it was once told a time so far off when it asked in this way."""
        return any(abs(getattr(one, way) - one.monotonic - self._real - off) < NEAR_SECONDS for one in self.looks())

    def kept_time(self) -> bool:
        """Whether its monotonic clock was always the machine's: it never went back, and is not ahead of ours."""
        told = [one.monotonic for one in self.looks()]
        return bool(told) and told == sorted(told) and told[-1] <= time.monotonic()
