"""Batches on their way to Kafka, in row order, with room for so many rows."""

import asyncio
import logging
import weakref
from collections.abc import Sequence
from contextlib import suppress

from sekali.sending import Sending

ROOM = 8_000
ENOUGH = 2_000
"""So many rows are not waited for any longer."""
SILENT_SECONDS = 10.0
"""So long Kafka may acknowledge nothing before it is said; a broker that begins again takes less.
The client itself tries again without end and without a word."""

logger = logging.getLogger(__name__)


class Flight:
    """The relay puts, and whoever deletes takes; nothing flies where both have come to the end."""

    def __init__(self) -> None:
        self._put: list[Sending] = []
        self._rows_put = self._rows = 0
        self._some, self._enough, self._room = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._room.set()
        self._watch: asyncio.TimerHandle | None = None

    @property
    def is_empty(self) -> bool:
        return self._rows == 0

    async def put(self, sendings: Sequence[Sending]) -> None:
        """Waits for room behind them."""
        self._put += sendings
        rows = sum(len(one.positions) for one in sendings)
        self._rows_put += rows
        self._rows += rows
        if self._watch is None:
            self._begin_watch()
        self._some.set()
        if self._rows_put >= ENOUGH:
            self._enough.set()
        if self._rows >= ROOM:
            self._room.clear()
        await self._room.wait()

    async def take(self, seconds: float) -> list[Sending]:
        """All that was put, when there is something and it is enough or so long a time has gone by."""
        await self._some.wait()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._enough.wait()
        taken, self._put, self._rows_put = self._put, [], 0
        self._some.clear()
        self._enough.clear()
        return taken

    def landed(self, sendings: Sequence[Sending]) -> None:
        """Taken before, and deleted."""
        self._rows -= sum(len(one.positions) for one in sendings)
        if self._rows < ROOM:
            self._room.set()
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None
        if not self.is_empty:
            self._begin_watch()

    def _begin_watch(self) -> None:
        self._watch = asyncio.get_running_loop().call_later(SILENT_SECONDS, _say, weakref.ref(self))

    def say(self) -> None:
        logger.warning("Kafka has acknowledged nothing for %.0f s: %d rows wait for it.", SILENT_SECONDS, self._rows)


def _say(flight: "weakref.ref[Flight]") -> None:
    """A relay that has failed has given its flight up."""
    if (one := flight()) is not None:
        one.say()
