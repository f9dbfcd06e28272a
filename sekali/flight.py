"""Batches on their way to Kafka, in row order, with room for so many rows."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from sekali.sending import Sending

ROOM = 8_000
ENOUGH = 2_000
"""So many rows are not waited for any longer."""


class Flight:
    """The relay puts, and whoever deletes takes; nothing flies where both have come to the end."""

    def __init__(self) -> None:
        self._put: list[Sending] = []
        self._rows_put = self._rows = 0
        self._some, self._enough, self._room = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._room.set()

    @property
    def is_empty(self) -> bool:
        return self._rows == 0

    async def put(self, sendings: Sequence[Sending]) -> None:
        """Waits for room behind them."""
        self._put += sendings
        rows = sum(len(one.positions) for one in sendings)
        self._rows_put += rows
        self._rows += rows
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
