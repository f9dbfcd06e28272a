"""What tests of dead letters do again and again: say surveys, wait for letters, ask for them, cut the line."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from sekali import letters, outbox
from sekali.bus import Bus
from sekali.letters import Pick, Place
from sekali.testing import eventually
from tests.sekali.test_inbox import survey_rows
from tests.sekali.town import Town, rows

REASON = "Perbaikan CONTOH/2026/3"


async def a_parcel(town: Town, land: Bus, bank: Bus) -> UUID:
    """Registered, and heard of by the bank."""
    async with land.transaction() as session:
        parcel_id = await town.register(session, "garden", "MELATI CONTOH")

    async def arrived() -> bool:
        return any(row.parcel_id == parcel_id for row in await rows(bank, "parcel"))

    await eventually(arrived, "the parcel arrives")
    return parcel_id


async def say(town: Town, land: Bus, parcel_id: UUID, *areas: int) -> None:
    async with land.transaction() as session:
        await outbox.put(session, *(town.survey(parcel_id, area) for area in areas))


async def waiting(bank: Bus, number: int) -> list[Any]:
    """The letters that wait, in the order of the log, when there are so many."""

    async def look() -> list[Any]:
        found = [row for row in await rows(bank, "dead_letter", "partition, record_offset") if row.state == "WAITING"]
        return found if len(found) == number else []

    return await eventually(look, f"{number} letters wait")


async def ask(bank: Bus, *found: Any) -> list[str]:
    async with bank.transaction() as session:
        places = [Place(one.topic, one.partition, one.record_offset) for one in found]
        return await letters.ask(session, Pick(places), "joko", REASON)


def surveys(bank: Bus, *areas: int) -> Callable[[], Awaitable[bool]]:
    async def look() -> bool:
        return await survey_rows(bank) == list(areas)

    return look


async def states(bank: Bus) -> list[str]:
    return [row.state for row in await rows(bank, "dead_letter", "partition, record_offset")]


async def shown(bank: Bus, letter: Any) -> dict[str, Any]:
    async with bank.transaction() as session:
        return await letters.shown(session, Place(letter.topic, letter.partition, letter.record_offset))


async def rewind(bank: Bus) -> None:
    """The whole log comes again, to the next process."""
    async with bank.transaction() as session:
        await session.execute(text("update inbox_offset set next_offset = 0"))


async def none_left(bank: Bus) -> bool:
    return await rows(bank, "dead_letter") == []


async def stands_still(bank: Bus, topic: str) -> bool:
    return (await bank.ready())[topic] != "ok"


async def has_tried(log: pytest.LogCaptureFixture) -> bool:
    return "A parked effect or a dead letter waits: The schema registry" in log.text


class Cut:
    """The database ends our connection after a survey was written, before the commit, so many times."""

    def __init__(self, town: Town, times: int) -> None:
        self._enter, self.times = town.enter, times

    async def enter(self, session: AsyncSession, event: Any) -> None:
        await self._enter(session, event)
        if self.times:
            self.times -= 1
            await session.execute(text("select pg_terminate_backend(pg_backend_pid())"))


@asynccontextmanager
async def not_running(town: Town, **told: Any) -> AsyncIterator[Bus]:
    """The bank before its start, with its database."""
    settings = town.settings(town.bank).model_copy(update=told)
    bank = Bus(settings, inbox=town.inbox(), clock=lambda: town.now)
    try:
        yield bank
    finally:
        await bank.stop()


@asynccontextmanager
async def without_registry(town: Town) -> AsyncIterator[Bus]:
    async with not_running(town, registry_url="http://127.0.0.1:9") as bank:
        await bank.start()
        yield bank
