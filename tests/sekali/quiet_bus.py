"""A bus without Kafka behind it: doors are tested against its protocol, and a database only where one is meant."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from sekali.settings import AgencySettings

NOWHERE = "postgresql+asyncpg://nobody:hidden@127.0.0.1:1/none"


def settings(**changes: Any) -> AgencySettings:
    given: dict[str, Any] = {
        "agency": "licensing",
        "database_url": NOWHERE,
        "kafka_bootstrap": "127.0.0.1:1",
        "registry_url": "http://127.0.0.1:1",
        "keyring": Path("none"),
        "development_sign_in": True,
    }
    return AgencySettings(**(given | changes))


class QuietBus:
    """Starts and stops, remembers both, and opens transactions on a database that does not answer."""

    def __init__(self, parts: dict[str, str] | None = None, **changes: Any) -> None:
        self.settings = settings(**changes)
        self.parts = parts if parts is not None else {"database": "ok", "kafka": "ok"}
        self.life: list[str] = []

    def clock(self) -> datetime:
        return datetime.now(UTC)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        engine = create_async_engine(self.settings.database_url)
        async with AsyncSession(engine) as session, session.begin():
            await session.connection()
            yield session

    async def start(self) -> None:
        self.life.append("started")

    async def stop(self) -> None:
        self.life.append("stopped")

    async def ready(self) -> dict[str, str]:
        return self.parts
