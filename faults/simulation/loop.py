"""An event loop whose time is simulated: it stands still while anybody has something to do."""

import asyncio
import selectors
from collections.abc import Callable
from contextvars import Context
from selectors import SelectorKey
from typing import Any

Events = list[tuple[SelectorKey, int]]
BEGIN = 1_000.0
"""Seconds. Each story begins there, so that the same times come out of the same additions."""
APART = 1e-8
"""Two timers are never due at the same moment: a heap keeps no order among equals.

All timers are the story's: what speaks to a server beside it sets none.
"""


class Still(selectors.DefaultSelector):
    """What the loop asks when nothing is ready: `idle` answers it."""

    def __init__(self) -> None:
        super().__init__()
        self.idle: Callable[[float | None], Events] = self.real

    def select(self, timeout: float | None = None) -> Events:
        if timeout is not None and timeout <= 0:
            return []  # What is ready goes first, whatever a server has answered meanwhile.
        return self.idle(timeout)

    def real(self, timeout: float | None = None) -> Events:
        return super().select(timeout)


class SimulatedLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self.still = Still()
        self.now = BEGIN
        self.outside = 0
        """Above zero while a server is spoken to beside the story, which changes none of its times."""
        self._timers: list[asyncio.TimerHandle] = []
        super().__init__(self.still)

    def time(self) -> float:
        return self.now

    def call_at(  # type: ignore[override]
        self, when: float, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        timer = super().call_at(when + APART * len(self._timers), callback, *args, context=context)
        self._timers.append(timer)
        return timer

    def anew(self) -> None:
        """Back to the beginning; nothing of before is due any more."""
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()
        self.now = BEGIN
