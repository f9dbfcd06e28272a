"""What a door needs of the bus behind it, and how a route gets it."""

from contextlib import AbstractAsyncContextManager
from typing import Annotated, Protocol, cast

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from sekali.database import Clock
from sekali.settings import AgencySettings


class RunningBus(Protocol):
    """``sekali.bus.Bus`` as the doors see it."""

    @property
    def settings(self) -> AgencySettings: ...

    @property
    def clock(self) -> Clock: ...

    def transaction(self) -> AbstractAsyncContextManager[AsyncSession]:
        """One use case: commits on success, rolls back on an error."""
        ...

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def ready(self) -> dict[str, str]:
        """Part -> "ok", or what is wrong with it in words without personal data."""
        ...


async def the_bus(request: Request) -> RunningBus:
    return cast(RunningBus, request.app.state.bus)


TheBus = Annotated[RunningBus, Depends(the_bus)]
