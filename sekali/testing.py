"""For tests of an agency: wait with a limit, never by a bare pause."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sekali.codec import Heard
from sekali.erasure import Erasures
from sekali.inbox import Projection
from sekali.projection import Copy

T = TypeVar("T")
LOOK_SECONDS = 0.02


@dataclass
class Clock:
    """Aware UTC; stands still until it is turned."""

    at: datetime

    def __call__(self) -> datetime:
        return self.at

    def turn(self, **by: float) -> None:
        """By what `timedelta` takes: days=8."""
        self.at += timedelta(**by)


class NeverHappened(AssertionError):
    """What was waited for did not come within its limit."""


async def eventually(look: Callable[[], Awaitable[T]], what: str, seconds: float = 20.0) -> T:
    """Look again and again until the answer is true; returns it. Raises `NeverHappened` with `what` in words."""
    until = time.monotonic() + seconds
    while True:
        found = await look()
        if found:
            return found
        if time.monotonic() > until:
            raise NeverHappened(f"In {seconds:.0f} s it never happened: {what}.")
        await asyncio.sleep(LOOK_SECONDS)


async def heard(session: AsyncSession, erasures: Erasures, projection: Projection, event: Heard) -> list[UUID]:
    """A record of a state topic arrives, as a subscription takes it; the keys whose row changed."""
    copy = Copy(projection)
    read = replace(event, value=event.value and copy.shape.of(event.value))
    changed, _ = await copy.apply(session, [read])
    await erasures.heard(session, projection, [event], changed)
    if projection.then is not None and changed:
        await projection.then(session, changed)
    return changed
