"""Something done so many times a second, by the clock: what takes longer delays nothing that comes after it."""

import asyncio
import time
from collections.abc import Awaitable, Callable


async def paced(work: Callable[[int], Awaitable[None]], count: int, per_second: float) -> float:
    """Call `work(0)`, `work(1)` …, each at its moment in a task of its own; returns how many were done a second."""
    begun = time.monotonic()
    async with asyncio.TaskGroup() as group:
        for number in range(count):
            await asyncio.sleep(max(0.0, begun + number / per_second - time.monotonic()))
            group.create_task(_awaited(work, number))
    return count / (time.monotonic() - begun)


async def _awaited(work: Callable[[int], Awaitable[None]], number: int) -> None:
    await work(number)
