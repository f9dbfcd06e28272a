"""The agency's HTTP doors over its real database, with nothing behind them that would need Kafka."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from pathlib import Path

import httpx
from sqlalchemy.ext.asyncio import AsyncSession

from sekali.doors import application
from sekali.settings import AgencySettings
from services.tax import forms
from services.tax.app import TITLE
from services.tax.settings import Settings
from services.tax.store import REGISTERS
from services.tax.tests.office import Office


class DatabaseOnly:
    """What the doors see of a bus."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.settings: AgencySettings = Settings(
            agency="tax",
            database_url="postgresql+asyncpg://unused",
            kafka_bootstrap="unused",
            registry_url="unused",
            keyring=Path("unused"),
            development_sign_in=True,
        )

    def clock(self) -> datetime:
        return self.office.clock()

    def transaction(self) -> AbstractAsyncContextManager[AsyncSession]:
        return self.office.transaction()

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def ready(self) -> dict[str, str]:
        return {"database": "ok"}


@asynccontextmanager
async def doors(office: Office) -> AsyncIterator[httpx.AsyncClient]:
    app = application(DatabaseOnly(office), forms.citizen, forms.desk, title=TITLE, registers=REGISTERS)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://tax") as client:
        yield client
