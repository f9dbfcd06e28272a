"""The register, joined: the only place where its parts are built."""

from fastapi import FastAPI

from sekali import tracing
from sekali.bus import Bus
from sekali.doors import application, serve
from services.population import forms, service
from services.population.inbox import inbox
from services.population.settings import Settings

TITLE = {"id": "Register kependudukan (Dukcapil)", "en": "The population registry"}


def build(settings: Settings | None = None) -> FastAPI:
    settings = settings or Settings()
    bus = Bus(settings, inbox=inbox, current=service.CURRENT)
    region = settings.issuing_region
    return application(
        bus, forms.registrations(), forms.orders(region), forms.lookups(), forms.proposals(region), title=TITLE
    )


def main() -> None:
    settings = Settings()
    tracing.setup(settings.agency)
    serve(lambda: build(settings), settings)


if __name__ == "__main__":
    main()
