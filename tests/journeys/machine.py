"""How much of the machine other people's work takes while something is timed: a limit in milliseconds needs to know."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import psutil

from sekali.local.platform import PARTS, Platform

MOST = 0.9


@dataclass
class Foreign:
    """`share`: of all processors' time, between 0 and 0.9, known when the timing is over."""

    share: float = 0.0

    def allowed(self, milliseconds: float) -> float:
        """What may take so long on a machine of one's own takes longer on what is left of it."""
        return milliseconds / (1 - self.share)


@contextmanager
def watched(platform: Platform) -> Iterator[Foreign]:
    """Inside, everything is counted that is neither this platform, nor its services, nor this test."""
    ours = [psutil.Process(os.getpid())]
    for part in (*PARTS, *platform.place.services()):
        with suppress(LookupError):
            ours.append(psutil.Process(platform.pid(part)))
    foreign, began = Foreign(), time.monotonic()
    busy, own = _busy(), _used(ours)
    yield foreign
    took = (time.monotonic() - began) * (psutil.cpu_count() or 1)
    foreign.share = min(MOST, max(0.0, (_busy() - busy - (_used(ours) - own)) / took))


def _busy() -> float:
    """Seconds of all processors since the machine started; what its host took away (steal) is busy too."""
    times = psutil.cpu_times()
    return float(times.user + times.system + times.nice + times.softirq + times.irq + times.steal)


def _used(processes: list[psutil.Process]) -> float:
    found = {one for process in processes for one in (process, *process.children(recursive=True))}
    used = 0.0
    for one in found:
        with suppress(psutil.NoSuchProcess):
            times = one.cpu_times()
            used += times.user + times.system
    return used
