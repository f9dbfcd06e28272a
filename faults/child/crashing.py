"""The end of a process at a named point, or its standing still there, when the suite has asked for it."""

import os
import threading
import time
from typing import Any

from faults.stand.folders import Folders, heard, say

LOOK_SECONDS = 0.02


class Arms:
    """Of one child. An order {"id", "point", "skip", "signal"} is carried out at the point's next visit but `skip`."""

    def __init__(self, folders: Folders, child: str) -> None:
        self._armed = folders.of(child, "armed")
        self._hit = folders.of(child, "hit")
        self._order: dict[str, Any] | None = None
        self._left = 0
        threading.Thread(target=self._look, name="arms", daemon=True).start()

    def reached(self, point: str) -> None:
        """Where this is the visit that was asked for, it does not return, or late."""
        order = self._order
        if order is None or order["point"] != point:
            return
        if self._left > 0:
            self._left -= 1
            return
        self._order = None
        say(self._hit, order)
        os.kill(os.getpid(), order["signal"])

    def _look(self) -> None:
        known = None
        while True:
            order = heard(self._armed)
            if order != known:
                self._left = 0 if order is None else order["skip"]
                known = self._order = order
            time.sleep(LOOK_SECONDS)
