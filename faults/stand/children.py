"""The agencies' processes: begun, ended at a named point or at once, stopped for a while, and begun again."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from faults.stand.folders import Folders, heard, say

PROJECT = Path(__file__).parents[2]


class NotStruck(Exception):
    """A point was not reached in time: the fault was not inflicted, and is not counted."""


@dataclass
class Child:
    """One process of an agency. `begin` after its end makes the next of the same name."""

    folders: Folders
    agency: str
    instance: str = "1"
    planted: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Of the next to be begun, beside our own."""
    process: subprocess.Popen[bytes] | None = None
    orders: int = 0

    @property
    def name(self) -> str:
        return f"{self.agency}-{self.instance}"

    @property
    def pid(self) -> int:
        assert self.process is not None, f"{self.name} was never begun"
        return self.process.pid

    @property
    def lives(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def begin(self) -> None:
        command = [sys.executable, "-m", "faults.child", str(self.folders.state), self.agency, self.instance]
        if self.planted:
            command += ["--planted", self.planted]
        self.folders.of(self.name, "follows").unlink(missing_ok=True)
        with (self.folders.logs / f"{self.name}.log").open("ab") as log:
            self.process = subprocess.Popen(  # our own interpreter and module
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=PROJECT, start_new_session=True,
                env=os.environ | dict(self.environment),
            )  # fmt: skip

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def send(self, number: int) -> None:
        os.kill(self.pid, number)

    def arm(self, point: str, skip: int = 0, number: int = signal.SIGKILL) -> None:
        """It gives itself the signal at the point's next visit but `skip`."""
        self.orders += 1
        self.folders.of(self.name, "hit").unlink(missing_ok=True)
        say(self.folders.of(self.name, "armed"), {"id": self.orders, "point": point, "skip": skip, "signal": number})

    def hit(self) -> bool:
        """Whether it came to the point where it was told to."""
        hit = heard(self.folders.of(self.name, "hit"))
        return hit is not None and hit["id"] == self.orders

    def disarm(self) -> None:
        self.folders.of(self.name, "armed").unlink(missing_ok=True)

    def size(self) -> tuple[float, float]:
        """Megabytes resident, open files; zeros for one that does not live."""
        if not self.lives:
            return 0.0, 0.0
        seen = psutil.Process(self.pid)
        return seen.memory_info().rss / 1e6, float(seen.num_fds())

    def peak(self) -> float:
        """The most megabytes resident since it was begun; zero for one that does not live."""
        told = Path(f"/proc/{self.pid}/status").read_text() if self.lives else ""
        return sum(int(line.split()[1]) for line in told.splitlines() if line.startswith("VmHWM:")) * 1024 / 1e6


@dataclass
class Children:
    """All of a stand, by name."""

    by_name: dict[str, Child]

    def __iter__(self) -> Iterator[Child]:
        return iter(self.by_name.values())

    def __getitem__(self, name: str) -> Child:
        return self.by_name[name]

    def add(self, child: Child) -> Child:
        self.by_name[child.name] = child
        child.begin()
        return child

    def remove(self, name: str) -> None:
        """Ended at once, and not begun again."""
        self.by_name.pop(name).kill()

    def again(self) -> None:
        """All are ended at once and begun: what is told to a beginner is followed."""
        for child in self:
            child.kill()
            child.begin()

    def revive(self) -> list[str]:
        """Begin again whoever has ended; their names."""
        dead = [child for child in self if not child.lives]
        for child in dead:
            child.begin()
        return [child.name for child in dead]

    def end(self) -> None:
        for child in self:
            if child.lives:
                child.send(signal.SIGCONT)  # one that is stopped ends too, but late
                child.send(signal.SIGTERM)
        until = time.monotonic() + 2.0
        for child in self:
            if child.process is not None:
                try:
                    child.process.wait(max(0.0, until - time.monotonic()))
                except subprocess.TimeoutExpired:
                    child.kill()
