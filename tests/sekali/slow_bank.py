"""The bank as a process of its own, that stands still in the middle of a transaction where it is told to.

What it is told comes as JSON on its standard input: `settings`, and `stands_at`, a visit of its handlers, or 0.
"""

import asyncio
import json
import sys
import types
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from sekali import generate, listening
from sekali.bus import Bus
from sekali.contracts import Catalogue
from sekali.inbox import Inbox
from sekali.settings import AgencySettings
from tests.sekali.town import Town, bank_parcel

ROOT = Path(__file__).parents[2]
STANDS, STANDS_SECONDS = b"stands\n", 60.0
AT_ONCE = 25
"""Records of a poll, so that a topic takes several."""
FOLLOW = text("insert into followed select parcel_id, version from parcel where parcel_id = any(:keys)")
ENTER = text("insert into survey (parcel_id, square_metres) values (:id, :area)")


class Standing:
    def __init__(self, at: int) -> None:
        self._left = at

    async def visit(self) -> None:
        self._left -= 1
        if self._left == 0:
            sys.stdout.buffer.write(STANDS)
            sys.stdout.buffer.flush()
            await asyncio.Event().wait()


def _inbox(settings: AgencySettings, standing: Standing) -> Inbox:
    catalogue, declared = Catalogue.load(settings.root), Inbox()
    parcels, surveys = sorted(topic for agency, topic in catalogue.contracts if agency == settings.agency)
    events = types.ModuleType("events")
    exec(generate.module(catalogue, settings.agency), events.__dict__)

    async def follow(session: AsyncSession, keys: list[UUID]) -> None:
        await session.execute(FOLLOW, {"keys": keys})
        await standing.visit()

    async def enter(session: AsyncSession, event: Any) -> None:
        await session.execute(ENTER, {"id": event.parcel_id, "area": event.square_metres})
        await standing.visit()

    declared.projection(parcels, into=bank_parcel, columns={"use": "use", "owner": "owner.name"}, then=follow)
    enter.__annotations__["event"] = getattr(events, generate.class_name(surveys, heard=True))
    declared.effect(surveys)(enter)
    return declared


async def _run() -> None:
    told = json.load(sys.stdin)
    settings = AgencySettings(**told["settings"])
    listening.MOST_RECORDS = AT_ONCE
    await Bus(settings, inbox=_inbox(settings, Standing(told["stands_at"]))).start()
    await asyncio.Event().wait()


@asynccontextmanager
async def running(town: Town, stands_at: int = 0) -> AsyncIterator[asyncio.subprocess.Process]:
    """Its process; at the end kill -9."""
    settings = town.settings(town.bank)
    secrets = {"kafka_password": settings.kafka_password.get_secret_value()}
    told = {"settings": settings.model_dump(mode="json", exclude_unset=True) | secrets, "stands_at": stands_at}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", __name__, cwd=ROOT, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdin is not None
        process.stdin.write(json.dumps(told).encode())
        process.stdin.close()
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def killed_in_the_middle(town: Town, visit: int) -> None:
    """It works until so many visits of its handlers, stands still behind what it has written there, and is killed."""
    async with running(town, visit) as process:
        assert process.stdout is not None
        async with asyncio.timeout(STANDS_SECONDS):
            assert await process.stdout.readline() == STANDS, "it has ended by itself"


if __name__ == "__main__":
    asyncio.run(_run())
