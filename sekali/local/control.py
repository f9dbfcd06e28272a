"""The side of `sekali up` and `down`: asks the supervisor, waits until it is so, or says why it is not."""

import fcntl
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil

from sekali.errors import SekaliError
from sekali.local.processes import Process, RunFolder, Seen

TRIES_BEFORE_GIVING_UP = 3
LAST_LINES = 15


class PartFailed(SekaliError):
    """A part did not come up or did not go down; the text names its log file and ends with its last lines."""


class Control:
    def __init__(self, state: Path, owner: int | None = None) -> None:
        self.run_folder = RunFolder(state)
        self.owner = owner
        self._starting = threading.Lock()

    def supervised(self) -> bool:
        """Whether a supervisor lives: it holds a lock for life, so a pid given to someone else fools nobody."""
        try:
            with self.run_folder.alive_file.open("r") as alive:
                fcntl.flock(alive, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except BlockingIOError:
            return True
        return False

    def seen(self, part: str) -> Seen | None:
        status = self.run_folder.status() if self.supervised() else None
        return status.parts.get(part) if status else None

    def runs(self, part: str) -> bool:
        seen = self.seen(part)
        return seen is not None and seen.pid is not None

    def start(self, process: Process) -> None:
        with self._starting:
            if not self.supervised():
                self.run_folder.clear()
                self._start_supervisor()
        self.run_folder.want(process)

    def _start_supervisor(self) -> None:
        self.run_folder.logs.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "sekali.local.supervisor", str(self.run_folder.state)]
        if self.owner:
            command += ["--owner", str(self.owner)]
        package = Path(__file__).parents[2]
        environment = dict(os.environ, PYTHONPATH=os.pathsep.join([str(package), os.environ.get("PYTHONPATH", "")]))
        with self.run_folder.log("supervisor").open("ab") as log:
            subprocess.Popen(  # noqa: S603  # our own interpreter and module
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env=environment,
                cwd=self.run_folder.state,
            )
        wait_until(self.supervised, 10, lambda: self._failed("supervisor", "did not start"))

    def await_ready(self, process: Process, wrong: Callable[[], str | None], limit: float) -> None:
        """Waits until `wrong()` has nothing to say of the process as it is asked for now."""
        words = "was not started"

        def ready() -> bool:
            nonlocal words
            seen = self.seen(process.name)
            if seen is None or seen.digest != process.digest() or seen.pid is None:
                if seen and seen.digest == process.digest() and seen.restarts + 1 >= TRIES_BEFORE_GIVING_UP:
                    raise self._failed(process.name, f"ended {seen.restarts + 1} times with exit code {seen.last_exit}")
                return False
            said = wrong()
            words = said or ""
            return said is None

        wait_until(ready, limit, lambda: self._failed(process.name, f"was not ready after {limit:.0f} s: {words}"))

    def stop(self, part: str, limit: float = 30) -> None:
        """Stops one part and waits until it is gone; the others run on."""
        self.run_folder.unwant(part)
        wait_until(lambda: self.seen(part) is None, limit, lambda: self._failed(part, "did not stop"))

    def down(self, limit: float = 60) -> None:
        """Ends all parts and the supervisor, and returns when the last process is gone."""
        status = self.run_folder.status()
        if not self.supervised() or status is None:
            self.run_folder.clear()
            return
        supervisor = psutil.Process(status.supervisor)
        everything = [supervisor, *supervisor.children(recursive=True)]
        supervisor.terminate()
        _, left = psutil.wait_procs(everything, timeout=limit)
        for process in left:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self.run_folder.clear()

    def _failed(self, part: str, what: str) -> PartFailed:
        log = self.run_folder.log(part)
        lines = log.read_text(errors="replace").splitlines()[-LAST_LINES:] if log.exists() else ["(empty)"]
        return PartFailed(
            "\n".join([f"{part} {what}. Its log is {log}, last lines:", *(f"    {line}" for line in lines)])
        )


def wait_until(done: Callable[[], bool], limit: float, failure: Callable[[], SekaliError]) -> None:
    end = time.monotonic() + limit
    while not done():
        if time.monotonic() > end:
            raise failure()
        time.sleep(0.05)
