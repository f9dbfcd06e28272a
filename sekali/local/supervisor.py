"""The process that owns all parts: starts what is wanted, restarts what died, ends everything on SIGTERM.

`python -m sekali.local.supervisor STATE [--owner PID]`; with an owner (a test session) it ends when the owner is gone.
"""

import argparse
import fcntl
import os
import select
import signal
import time
from itertools import groupby
from pathlib import Path

from sekali.local.child import Child
from sekali.local.processes import RunFolder, Status

TICK = 0.1


class Supervisor:
    def __init__(self, state: Path, owner: int | None) -> None:
        self.run_folder = RunFolder(state)
        self.children: dict[str, Child] = {}
        self.stopping = False
        self._stamp: tuple[tuple[str, int], ...] | None = None
        self._said: Status | None = None
        self._owner = os.pidfd_open(owner) if owner else None

    def run(self) -> None:
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        while not self.stopping and not self._owner_gone():
            if (stamp := self.run_folder.stamp()) != self._stamp:
                self._stamp = stamp
                self._follow_wishes()
            for child in self.children.values():
                child.keep_running()
            self._report()
            time.sleep(TICK)
        self._end(list(self.children.values()))
        self.run_folder.clear()

    def _stop(self, *_: object) -> None:
        self.stopping = True

    def _owner_gone(self) -> bool:
        return self._owner is not None and bool(select.select([self._owner], [], [], 0)[0])

    def _follow_wishes(self) -> None:
        wanted = self.run_folder.all_wanted()
        self._end([child for child in self.children.values() if child.process != wanted.get(child.process.name)])
        self.children = {name: child for name, child in self.children.items() if child.process == wanted.get(name)}
        for name, process in wanted.items():
            if name not in self.children:
                self.children[name] = Child(process, self.run_folder.log(name))

    def _end(self, children: list[Child]) -> None:
        """Tier by tier, the services before what they live on; all of a tier at once."""
        by_tier = sorted(children, key=lambda child: -child.process.tier)
        for _, tier in groupby(by_tier, key=lambda child: child.process.tier):
            together = list(tier)
            for child in together:
                child.ask_to_stop()
            for child in together:
                child.wait_stopped()

    def _report(self) -> None:
        status = Status(supervisor=os.getpid(), parts={name: child.seen() for name, child in self.children.items()})
        if status != self._said:
            self._said = status
            self.run_folder.say(status)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("state", type=Path)
    parser.add_argument("--owner", type=int)
    arguments = parser.parse_args()
    folder = RunFolder(arguments.state)
    for needed in (folder.wanted_folder, folder.logs):
        needed.mkdir(parents=True, exist_ok=True)
    with folder.alive_file.open("a") as alive:
        try:
            # Held for life: who cannot take it knows that a supervisor runs here.
            fcntl.flock(alive, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        Supervisor(arguments.state, arguments.owner).run()


if __name__ == "__main__":
    main()
