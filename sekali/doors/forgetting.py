"""What doors leave in the database goes by itself: tokens that were taken once, and what signing in leaves behind.

The bus does not do it: a process that only hears loads no doors, which would be a sixth of its memory.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sekali.doors import once
from sekali.doors.running import RunningBus

logger = logging.getLogger(__name__)
FIRST_SECONDS = 60.0
EVERY_SECONDS = 3600.0


@asynccontextmanager
async def forgetting(
    bus: RunningBus, first: float = FIRST_SECONDS, every: float = EVERY_SECONDS
) -> AsyncIterator[None]:
    """Once an hour, as long as the doors are open."""
    task = asyncio.create_task(_repeat(bus, first, every), name="forget")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _repeat(bus: RunningBus, first: float, every: float) -> None:
    from sekali.signin import sweeping  # it needs the doors' own parts

    await asyncio.sleep(first)
    while True:
        try:
            async with bus.transaction() as session:
                await once.forget(session)
                await sweeping.sweep(session, bus.settings)
        except Exception as error:
            logger.warning("Old tokens and sessions wait for the next sweep: %s", type(error).__name__)
        await asyncio.sleep(every)
