"""One child process of the supervisor: started, watched, restarted after a pause, stopped for certain."""

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import psutil

from sekali.local.processes import Process, Seen

FIRST_PAUSE, LONGEST_PAUSE = 0.2, 10.0
SETTLED = 20.0
LOG_LIMIT = 16 * 1024 * 1024
PR_SET_PDEATHSIG = 1
INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR")


class Child:
    def __init__(self, process: Process, log: Path) -> None:
        self.process = process
        self.log = log
        self.digest = process.digest()
        self._running: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._not_before = 0.0
        self._pause = FIRST_PAUSE
        self._restarts = -1
        self._last_exit: int | None = None

    def seen(self) -> Seen:
        pid = self._running.pid if self._running else None
        return Seen(pid=pid, digest=self.digest, restarts=max(self._restarts, 0), last_exit=self._last_exit)

    def keep_running(self) -> None:
        """Notices an exit, and starts the program when its pause is over."""
        if self._running and (code := self._running.poll()) is not None:
            self._after_exit(code)
        if self._running is None and time.monotonic() >= self._not_before:
            self._start()
        self._bound_log()

    def _after_exit(self, code: int) -> None:
        self._running, self._last_exit = None, code
        self._pause = FIRST_PAUSE if time.monotonic() - self._started > SETTLED else self._pause
        self._not_before = time.monotonic() + self._pause
        ended = f"{self.process.name} ended with {code} and starts again in {self._pause:.1f} s"
        print(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {ended}", flush=True)  # the supervisor's own log
        self._pause = min(self._pause * 2, LONGEST_PAUSE)

    def _start(self) -> None:
        self._started = time.monotonic()
        self._restarts += 1
        environment = {name: os.environ[name] for name in INHERITED if name in os.environ} | self.process.env
        with self.log.open("ab") as log:
            try:
                self._running = subprocess.Popen(  # noqa: S603  # the request comes from a 0600 file of the same user
                    self.process.argv,
                    env=environment,
                    cwd=self.process.cwd,
                    user=self.process.user,
                    group=self.process.user,
                    extra_groups=[] if self.process.user else None,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    preexec_fn=_die_with(os.getpid(), self.process.death_signal),  # noqa: PLW1509  # one thread here
                )
            except OSError as error:
                log.write(f"cannot be started: {error}\n".encode())
                self._after_exit(127)

    def _bound_log(self) -> None:
        """Keeps the last full file beside the current one; the child appends, so truncating loses no position."""
        with suppress(FileNotFoundError):
            if self.log.stat().st_size > LOG_LIMIT:
                self.log.with_suffix(".log.1").write_bytes(self.log.read_bytes())
                os.truncate(self.log, 0)

    def ask_to_stop(self) -> None:
        if self._running:
            with suppress(ProcessLookupError):
                self._running.send_signal(self.process.stop_signal)

    def wait_stopped(self) -> None:
        """Waits out the grace, then kills the whole process group and whatever it had started."""
        if self._running is None:
            return
        offspring = _offspring(self._running.pid)
        with suppress(subprocess.TimeoutExpired):
            self._running.wait(max(0.0, self.process.grace))
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._running.pid, signal.SIGKILL)
        self._last_exit = self._running.wait()
        self._running = None
        _, left = psutil.wait_procs(offspring, timeout=5)
        for process in left:
            with suppress(psutil.NoSuchProcess):
                process.kill()


def _offspring(pid: int) -> list[psutil.Process]:
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def _die_with(parent: int, death_signal: int) -> Callable[[], None]:
    """Runs in the child between fork and exec: when the supervisor is killed, the kernel ends the child too."""
    prctl = ctypes.CDLL(None).prctl

    def bind() -> None:
        prctl(PR_SET_PDEATHSIG, death_signal)
        if os.getppid() != parent:
            os._exit(1)

    return bind
