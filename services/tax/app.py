"""The tax agency, joined: the only place where its parts are built."""

from fastapi import FastAPI

from sekali import tracing
from sekali.bus import Bus, Worker
from sekali.database import Clock, utc_now
from sekali.doors import application, serve
from sekali.pages import Names, Pages
from services.tax import forms, pages, service
from services.tax.inbox import inbox
from services.tax.prefill.form import activation_form
from services.tax.settings import Settings
from services.tax.store import REGISTERS

TITLE = {"id": "Direktorat Jenderal Pajak", "en": "The tax agency"}


def build(settings: Settings | None = None, clock: Clock = utc_now) -> FastAPI:
    settings = settings or Settings()
    activation_form()  # a form that breaks a law stops the start, not the first citizen
    bus = Bus(settings, inbox=inbox, current=service.CURRENT, workers=workers(settings), clock=clock)
    rooms = pages.desk(Names(bus.catalogue, settings.root)), pages.acting()
    shown = Pages(TITLE, pages.ROOM)
    return application(bus, forms.citizen, forms.desk, *rooms, title=TITLE, pages=shown, registers=REGISTERS)


def workers(settings: Settings) -> list[Worker]:
    """What the agency does by itself, beside what people and other agencies ask of it."""

    async def bury(bus: Bus) -> None:
        async with bus.transaction() as session:
            await service.bury_applications(session)

    async def remind(bus: Bus) -> None:
        async with bus.transaction() as session:
            await service.remind_of_returns(session)

    return [
        Worker("end old applications", every=settings.bury_every, run=bury),
        Worker("remind of returns", every=settings.remind_every, run=remind),
    ]


def main() -> None:
    settings = Settings()
    tracing.setup(settings.agency)
    serve(lambda: build(settings), settings)


if __name__ == "__main__":
    main()
