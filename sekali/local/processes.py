"""What the supervisor is asked to run, and what it says of it: small JSON files in `<state>/run`."""

import hashlib
import signal
from pathlib import Path

from pydantic import BaseModel, Field

from sekali.local.secrets import write_private


class Process(BaseModel):
    """One program that is kept running; `tier` orders the stop: the highest goes first."""

    name: str
    argv: list[str]
    env: dict[str, str] = Field(default_factory=dict, repr=False)
    cwd: Path
    user: str | None = None
    tier: int
    stop_signal: int = signal.SIGTERM
    death_signal: int = signal.SIGKILL
    """Sent by the kernel when the supervisor itself was killed."""
    grace: float = 10.0
    """Seconds between the stop signal and SIGKILL."""
    source: str = ""
    """Digest of the code that the program runs: another digest restarts it."""

    def digest(self) -> str:
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:16]


class Seen(BaseModel):
    """What became of a process: `digest` tells which request the running one belongs to."""

    pid: int | None
    digest: str
    restarts: int = 0
    last_exit: int | None = None


class Status(BaseModel):
    supervisor: int
    parts: dict[str, Seen] = Field(default_factory=dict)


class RunFolder:
    """`run/wanted/<part>.json` is written by `sekali up`, `run/status.json` by the supervisor."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self.folder = state / "run"
        self.wanted_folder = self.folder / "wanted"
        self.status_file = self.folder / "status.json"
        self.alive_file = self.folder / "supervisor.lock"
        self.logs = state / "logs"

    def log(self, part: str) -> Path:
        return self.logs / f"{part}.log"

    def want(self, process: Process) -> None:
        """Writes nothing when the same is already wanted, so that a running process is left alone."""
        if self.wanted(process.name) != process:
            write_private(self.wanted_folder / f"{process.name}.json", process.model_dump_json(indent=2))

    def unwant(self, part: str) -> None:
        (self.wanted_folder / f"{part}.json").unlink(missing_ok=True)

    def wanted(self, part: str) -> Process | None:
        file = self.wanted_folder / f"{part}.json"
        return Process.model_validate_json(file.read_bytes()) if file.exists() else None

    def all_wanted(self) -> dict[str, Process]:
        found = (self.wanted(file.stem) for file in sorted(self.wanted_folder.glob("[!.]*.json")))
        return {process.name: process for process in found if process}

    def stamp(self) -> tuple[tuple[str, int], ...]:
        """Changes whenever a request was written or withdrawn."""
        return tuple(sorted((file.name, file.stat().st_mtime_ns) for file in self.wanted_folder.glob("[!.]*.json")))

    def status(self) -> Status | None:
        return Status.model_validate_json(self.status_file.read_bytes()) if self.status_file.exists() else None

    def say(self, status: Status) -> None:
        write_private(self.status_file, status.model_dump_json(indent=2))

    def clear(self) -> None:
        """After a stop: nothing is wanted and nothing runs."""
        for file in self.wanted_folder.glob("*.json"):
            file.unlink(missing_ok=True)
        self.status_file.unlink(missing_ok=True)
