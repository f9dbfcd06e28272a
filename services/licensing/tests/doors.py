"""The doors over a real database, without Kafka: what a door needs of the bus and no more."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.licensing.settings import Settings
from services.licensing.tests.office import Office


@dataclass
class StandingBus:
    office: Office
    settings: Settings

    def clock(self) -> datetime:
        return self.office.clock()

    def transaction(self) -> AbstractAsyncContextManager[AsyncSession]:
        return self.office.database.transaction()

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def ready(self) -> dict[str, str]:
        return {"database": "ok"}
