"""What time it is in this process, said over and over: the suite looks whether a clock that it set off is off."""

import os
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import uuid_utils.compat as uuids

from faults.stand.clocks import Look

LOOK_SECONDS = 0.03


def tell(file: Path) -> None:
    """A line for each look, from now on."""
    threading.Thread(target=_tell, args=[file], name="clock", daemon=True).start()


def look() -> Look:
    return Look(time.monotonic(), time.time(), datetime.now(UTC).timestamp(), (uuids.uuid7().int >> 80) / 1000)


def _tell(file: Path) -> None:
    told = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    while True:
        os.write(told, (" ".join(map(repr, look())) + "\n").encode())
        time.sleep(LOOK_SECONDS)
