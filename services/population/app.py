"""The register, joined: the only place where its parts are built."""

from datetime import timedelta

from fastapi import FastAPI

from sekali import tracing
from sekali.bus import Bus, Worker
from sekali.database import Clock, utc_now
from sekali.doors import application, serve
from sekali.pages import Names, Pages
from sekali.verifying import Permits
from services.population import forms, pages, service
from services.population.inbox import inbox
from services.population.model.verifying import Guessing
from services.population.prefill import RESIDENT
from services.population.settings import Settings
from services.population.store import REGISTERS

TITLE = {"id": "Register kependudukan (Dukcapil)", "en": "The population registry"}


def build(settings: Settings | None = None, clock: Clock = utc_now) -> FastAPI:
    settings = settings or Settings()
    bus = Bus(settings, inbox=inbox, current=service.CURRENT, workers=workers(settings), clock=clock)
    permits = Permits(bus.catalogue, RESIDENT, settings.root, clock)
    guessing = Guessing(settings.verify_misses, settings.verify_window)
    region = settings.issuing_region
    routers = forms.registrations(region), forms.orders(region), forms.erasures(region), forms.lookups()
    asked = forms.proposals(region), forms.verifying(permits, guessing)
    names = Names(bus.catalogue, settings.root)
    desk = pages.proposals(names, region), pages.finding(names), pages.registering(region)
    events = pages.reporting(names, region)
    shown = Pages(TITLE, pages.ROOM)
    return application(bus, *routers, *asked, *desk, events, title=TITLE, pages=shown, registers=REGISTERS)


def workers(settings: Settings) -> list[Worker]:
    """What the register does by itself."""

    async def forget(bus: Bus) -> None:
        async with bus.transaction() as session:
            await service.forget_misses(session, settings.verify_window)

    return [Worker("forget old mismatches", every=timedelta(hours=1), run=forget)]


def main() -> None:
    settings = Settings()
    tracing.setup(settings.agency)
    serve(lambda: build(settings), settings)


if __name__ == "__main__":
    main()
