"""Waiting in measures: looked at every few milliseconds, with a limit, and the moment is told."""

import asyncio
import time
from collections.abc import Awaitable, Callable

LIMIT_SECONDS = 300.0
LOOK_SECONDS = 0.01


async def until(done: Callable[[], Awaitable[bool]], limit: float = LIMIT_SECONDS) -> float:
    """The machine's monotonic time when `done` first said so; processes may compare theirs. TimeoutError."""
    async with asyncio.timeout(limit):
        while not await done():  # noqa: ASYNC110  # what is awaited lies in another process
            await asyncio.sleep(LOOK_SECONDS)
    return time.monotonic()
