"""The portal, joined: the only place where its parts are built."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from fastapi import FastAPI

from sekali import spans, tracing
from sekali.bus import Bus, Worker
from sekali.contracts import Catalogue
from sekali.doors import application, serve
from sekali.tokens import Speaker
from services.portal import forms, service
from services.portal.inbox import hearing
from services.portal.model import CORRECTION_TOPIC
from services.portal.pages import TITLE, citizens_pages, pages
from services.portal.prefill import Agencies, contact_form
from services.portal.settings import Settings
from services.portal.store import REGISTERS

UNSAMPLED = "00-00000000000000000000000000000001-0000000000000001-00"


def build(settings: Settings | None = None) -> FastAPI:
    settings = settings or Settings()
    catalogue = Catalogue.load(settings.root)
    agencies = Agencies(_others(settings), settings.door_timeout, Speaker(settings))
    handing = service.Handing(
        agencies=agencies,
        deciders=[agency for agency, topic in catalogue.contracts if topic == CORRECTION_TOPIC],
        lease=2 * settings.door_timeout,
        first=settings.retry_first,
        most=settings.retry_most,
        patience=settings.not_heard_patience,
    )
    bus = Bus(
        settings,
        inbox=hearing(catalogue),
        current=service.CURRENT,
        workers=workers(settings, agencies, handing),
    )
    own = contact_form()

    @asynccontextmanager
    async def client() -> AsyncIterator[None]:
        yield
        await agencies.close()

    # The portal's own form stands before the pattern that it would also match.
    routers = (forms.contact_doors(own), forms.agencies_doors(agencies, handing, own), forms.mine())
    shown = citizens_pages(catalogue, settings.root, agencies, handing, own)
    drawn = pages(agencies, handing, own)
    return application(bus, *routers, *shown, title=TITLE, lifespan=[client], pages=drawn, registers=REGISTERS)


def workers(settings: Settings, agencies: Agencies, handing: service.Handing) -> list[Worker]:
    """What the portal does by itself, beside what people and other agencies ask of it."""

    async def hand_on(bus: Bus) -> None:
        await handing.over_all_due(bus.transaction)

    async def read_ahead(bus: Bus) -> None:
        with spans.carrying(UNSAMPLED):
            await service.read_ahead(bus.transaction, agencies)

    async def bury(bus: Bus) -> None:
        async with bus.transaction() as session:
            await service.bury_old_corrections(session)

    async def forget_drafts(bus: Bus) -> None:
        async with bus.transaction() as session:
            await service.bury_old_drafts(session, settings.drafts_kept)

    async def succeed(bus: Bus) -> None:
        for say in (service.say_on_v2, service.bury_v1):
            said = 1
            while said:
                async with bus.transaction() as session:
                    said = await say(session)

    return [
        Worker("hand on kept submissions", every=settings.retry_first / 2, run=hand_on),
        Worker("read forms ahead", every=settings.declarations_every, run=read_ahead),
        Worker("say contacts on their new topic", every=timedelta(seconds=1), run=succeed),
        Worker("forget old drafts", every=timedelta(minutes=10), run=forget_drafts),
        Worker("end old corrections", every=timedelta(minutes=1), run=bury),
    ]


def _others(settings: Settings) -> dict[str, str]:
    return {agency: url for agency, url in settings.doors.items() if agency != settings.agency}


def main() -> None:
    settings = Settings()
    tracing.setup(settings.agency)
    serve(lambda: build(settings), settings)


if __name__ == "__main__":
    main()
