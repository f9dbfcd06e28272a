"""The end of a process at a named point, when the suite has asked for it."""

import os
import signal
import threading
import time
from typing import Any

from faults.stand.folders import Folders, heard, say

LOOK_SECONDS = 0.02


class Arms:
    """Of one child. An order {"id", "point", "skip"} is carried out at the point's next visit, `skip` visits later."""

    def __init__(self, folders: Folders, child: str) -> None:
        self._armed = folders.of(child, "armed")
        self._hit = folders.of(child, "hit")
        self._order: dict[str, Any] | None = None
        self._left = 0
        threading.Thread(target=self._look, name="arms", daemon=True).start()

    def reached(self, point: str) -> None:
        """Does not return where this is the visit that was asked for."""
        order = self._order
        if order is None or order["point"] != point:
            return
        if self._left > 0:
            self._left -= 1
            return
        say(self._hit, order)
        os.kill(os.getpid(), signal.SIGKILL)

    def _look(self) -> None:
        while True:
            order = heard(self._armed)
            if order != self._order:
                self._left = 0 if order is None else order["skip"]
                self._order = order
            time.sleep(LOOK_SECONDS)
