"""A fresh portal for each test: its own database on the session's PostgreSQL; one agency beside it."""

from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import cast

import httpx
import pytest

from sekali.contracts import Catalogue
from sekali.doors import application
from sekali.rehearsal import Office as Rehearsal
from sekali.rehearsal import rehearsing
from sekali.tokens import Speaker
from services.portal import forms, service
from services.portal.inbox import hearing
from services.portal.pages import TITLE, citizens_pages, pages
from services.portal.prefill import Agencies, contact_form
from services.portal.settings import Settings
from services.portal.tests.counter import Counter
from services.portal.tests.office import Office


@pytest.fixture(scope="session")
def catalogue(pytestconfig: pytest.Config) -> Catalogue:
    return Catalogue.load(pytestconfig.rootpath)


@pytest.fixture
def counter() -> Iterator[Counter]:
    running = Counter()
    yield running
    running.shut()


@pytest.fixture
async def rehearsal(
    migrated_database: Callable[[str], str], catalogue: Catalogue, tmp_path: Path, pytestconfig: pytest.Config
) -> AsyncIterator[Rehearsal]:
    """The portal without its neighbours."""
    opened = rehearsing(
        "portal", Settings, hearing(catalogue), database_url=migrated_database("portal"), root=pytestconfig.rootpath,
        keys=tmp_path / "keys", door_timeout=timedelta(seconds=2),
    )  # fmt: skip
    async with opened as made:
        yield made


@pytest.fixture
def settings(rehearsal: Rehearsal) -> Settings:
    return cast(Settings, rehearsal.settings)


@pytest.fixture
def neighbours() -> dict[str, str]:
    """Further agencies beside the counter: name -> base URL; a module of tests gives its own."""
    return {}


@pytest.fixture
async def agencies(counter: Counter, neighbours: dict[str, str], settings: Settings) -> AsyncIterator[Agencies]:
    made = Agencies({"counter": counter.url, **neighbours}, settings.door_timeout, Speaker(settings))
    yield made
    await made.close()


@pytest.fixture
def office(rehearsal: Rehearsal, settings: Settings, agencies: Agencies) -> Office:
    handing = service.Handing(
        agencies=agencies,
        deciders=["population"],
        lease=timedelta(seconds=10),
        first=settings.retry_first,
        most=settings.retry_most,
        patience=settings.not_heard_patience,
    )
    return Office(**vars(rehearsal), handing=handing)


@pytest.fixture
async def door(office: Office, agencies: Agencies) -> AsyncIterator[httpx.AsyncClient]:
    own = contact_form()
    routers = (forms.contact_doors(own), forms.agencies_doors(agencies, office.handing, own), forms.mine())
    shown = citizens_pages(office.catalogue, office.settings.root, agencies, office.handing, own)
    app = application(office, *routers, *shown, title=TITLE, pages=pages(agencies, office.handing, own))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://portal") as client:
        yield client
