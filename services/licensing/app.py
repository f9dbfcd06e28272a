"""The licensing agency, joined: the only place where its parts are built."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncSession

from sekali import tracing
from sekali.asking import Asking
from sekali.bus import Bus, Worker
from sekali.database import now, utc_now
from sekali.doors import application, serve
from sekali.pages import Names, Pages
from sekali.workdays import day_of
from services.licensing import pages, prefill, service
from services.licensing.forms import citizen, desk, verifying
from services.licensing.inbox import inbox
from services.licensing.settings import Settings
from services.licensing.store import REGISTERS, applications

REGISTRY = "population"
TITLE = {"id": "Perizinan berusaha", "en": "Business licensing"}
Find = Callable[[AsyncSession], Awaitable[list[UUID]]]
Act = Callable[[AsyncSession, UUID], Awaitable[bool]]

logger = logging.getLogger(__name__)


def build(settings: Settings | None = None, clock: Callable[[], datetime] = utc_now) -> FastAPI:
    settings = settings or Settings()
    prefill.business_licence_form()  # a form or table that breaks a law stops the start, not the first citizen
    bus = Bus(settings, inbox=inbox, current=service.CURRENT, workers=workers(settings), clock=clock)
    registry = Asking(bus.speaker, REGISTRY, settings.doors.get(REGISTRY), settings.verify_timeout)

    @asynccontextmanager
    async def client() -> AsyncIterator[None]:
        yield
        await registry.close()

    names = Names(bus.catalogue, settings.root)
    desks = (
        desk,
        verifying(registry),
        pages.lists(),
        pages.cases(names),
        pages.licences(),
        pages.people(names, registry),
    )
    return application(
        bus, citizen, *desks, title=TITLE, lifespan=[client], pages=Pages(TITLE, pages.ROOM), registers=REGISTERS
    )


def workers(settings: Settings) -> list[Worker]:
    """What time brings about."""

    async def overdue(session: AsyncSession) -> list[UUID]:
        return await applications.overdue(session, day_of(now(session)))

    async def silent(session: AsyncSession) -> list[UUID]:
        return await applications.unanswered_since(session, now(session) - settings.kswp_repeat_after)

    async def ask_again(session: AsyncSession, application_id: UUID) -> bool:
        return await service.repeat_question(session, application_id, settings.kswp_repeat_after)

    async def over(session: AsyncSession) -> list[UUID]:
        return await applications.ended_before(session, now(session) - service.kept_on_the_bus(session))

    every = settings.worker_every
    return [
        Worker("deemed approval", every, each(overdue, service.approve_by_deadline)),
        Worker("ask tax again", every, each(silent, ask_again)),
        Worker("end old applications", every, each(over, service.take_off_the_bus)),
    ]


def each(find: Find, act: Act) -> Callable[[Bus], Awaitable[None]]:
    """One transaction for each case that is found: one that fails does not hold up the others."""

    async def run(bus: Bus) -> None:
        async with bus.transaction() as session:
            found = await find(session)
        for application_id in found:
            try:
                async with bus.transaction() as session:
                    await act(session, application_id)
            except Exception as error:
                logger.warning("A case waits for the next round: %s", type(error).__name__)

    return run


def main() -> None:
    settings = Settings()
    tracing.setup(settings.agency)
    serve(lambda: build(settings), settings)


if __name__ == "__main__":
    main()
