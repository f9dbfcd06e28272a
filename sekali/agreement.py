"""Whether a contract still stands: its file is looked at again while the service runs."""

import json
import time
from datetime import date
from pathlib import Path

from sekali import metrics
from sekali.contracts import Contract
from sekali.database import Clock
from sekali.errors import SekaliError

RECHECK_SECONDS = 1.0
SOON_DAYS = 30


class ContractEnded(SekaliError):
    """The contract's last day is over, or its file is gone: nothing more is heard under it."""


class Agreement:
    """A contract as its file says now: renewed, shortened or taken away; looked at once a second at most.

    Only the end date is taken over at once. A changed list of fields needs a new start: copies follow it.
    """

    def __init__(self, contract: Contract, root: Path, clock: Clock) -> None:
        self._contract = contract
        self._path = root / "contracts" / contract.agency / f"{contract.topic}.avsc"
        self._clock = clock
        self._valid_until: date | None = contract.valid_until
        self._stamp: tuple[int, int] | None = None
        self._looked = float("-inf")

    def check(self) -> None:
        """Raises `ContractEnded` with a sentence that says how to go on."""
        self._look()
        agency, topic = self._contract.agency, self._contract.topic
        place = f"contracts/{agency}/{topic}.avsc"
        if self._valid_until is None:
            raise ContractEnded(f"{agency} has no contract on {topic} any more: {place} is gone or cannot be read. "
                                "Put it back, or remove what hears the topic.")  # fmt: skip
        if self.days_left() < 0:
            raise ContractEnded(f"{agency}'s contract on {topic} ended on {self._valid_until}: renew the agreement "
                                f"and write the new date into {place}.")  # fmt: skip

    def days_left(self) -> int:
        """Whole days after today on which it stands; negative when it has ended or is gone."""
        return -1 if self._valid_until is None else (self._valid_until - self._clock().date()).days

    def measure(self) -> None:
        self._look()
        days = self.days_left()
        metrics.CONTRACT_DAYS_LEFT.labels(self._contract.topic).set(days)
        metrics.CONTRACT_ENDS_SOON.labels(self._contract.topic).set(int(days < SOON_DAYS))

    def _look(self) -> None:
        if time.monotonic() - self._looked < RECHECK_SECONDS:
            return
        self._looked = time.monotonic()
        try:
            stat = self._path.stat()
            stamp = (stat.st_mtime_ns, stat.st_ino)
            if stamp != self._stamp:
                self._valid_until = date.fromisoformat(json.loads(self._path.read_bytes())["valid_until"])
                self._stamp = stamp
        except (OSError, ValueError, KeyError, TypeError):
            self._valid_until, self._stamp = None, None
