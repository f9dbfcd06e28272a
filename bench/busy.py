"""Cores in use over a span of time: the whole machine's, and this process's own."""

from dataclasses import dataclass
from typing import Any

import psutil


@dataclass(frozen=True, slots=True)
class Cores:
    """`machine`: everybody's. `own`: of this process, its threads included."""

    machine: float
    own: float


class Stretch:
    """Begins when it is made."""

    def __init__(self) -> None:
        self._process = psutil.Process()
        self._machine, self._own = psutil.cpu_times(), self._process.cpu_times()

    def cores(self, seconds: float) -> Cores:
        """Since then, spread over `seconds`; what was idle or waited for the disk is not in use."""
        now, own = psutil.cpu_times(), self._process.cpu_times()
        idle = _idle(now) - _idle(self._machine)
        used = own.user + own.system - self._own.user - self._own.system
        return Cores((psutil.cpu_count() or 1) - idle / seconds, used / seconds)


def _idle(times: Any) -> float:
    return float(times.idle + times.iowait)
