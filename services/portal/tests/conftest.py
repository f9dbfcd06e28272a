"""A fresh portal for each test: its own database, migrated, on the session's PostgreSQL; one agency beside it."""

import base64
import json
import os
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from sekali import migrations
from sekali.contracts import Catalogue
from sekali.database import Database
from sekali.doors import application
from sekali.erasure import ERASURES, Erasures
from sekali.outbox import WRITER, Writer
from sekali.sealing import Keyring
from sekali.testing import Clock
from sekali.tokens import Speaker
from services.portal import forms, service
from services.portal.inbox import hearing
from services.portal.pages import TITLE, citizens_pages, pages
from services.portal.prefill import Agencies, contact_form
from services.portal.settings import Settings
from services.portal.tests.counter import Counter
from services.portal.tests.office import Office

START = datetime(2026, 11, 20, 3, tzinfo=UTC)


@pytest.fixture(scope="session")
def catalogue(pytestconfig: pytest.Config) -> Catalogue:
    return Catalogue.load(pytestconfig.rootpath)


@pytest.fixture
def counter() -> Iterator[Counter]:
    running = Counter()
    yield running
    running.shut()


@pytest.fixture
def settings(tmp_path: Path, catalogue: Catalogue, pytestconfig: pytest.Config) -> Settings:
    """With keys for what the portal seals."""
    keysets = {
        f"{card.topic}/{group.name}": {"current": 1, "keys": {"1": base64.b64encode(os.urandom(32)).decode()}}
        for card in catalogue.says("portal")
        for group in catalogue.latest(card.topic).sealed
    }
    path = tmp_path / "portal.json"
    path.write_text(json.dumps({"keysets": keysets}), "utf-8")
    return Settings(
        agency="portal",
        root=pytestconfig.rootpath,
        database_url="postgresql+asyncpg://unused",
        kafka_bootstrap="127.0.0.1:0",
        registry_url="http://127.0.0.1:0",
        keyring=path,
        door_timeout=timedelta(seconds=2),
        development_sign_in=True,
    )


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
async def office(
    migrated_database: Callable[[str], str], catalogue: Catalogue, settings: Settings, agencies: Agencies
) -> AsyncIterator[Office]:
    clock, keyring = Clock(START), Keyring(settings.keyring)
    writer = Writer("portal", catalogue, keyring, lambda: None)
    inbox = hearing(catalogue)
    info = {WRITER: writer, ERASURES: Erasures(catalogue, inbox.declared)}
    database = Database(migrated_database("portal"), info=info, clock=clock)
    library = Path(migrations.__file__).parent
    await database.migrate([library / "versions", settings.root / "services" / "portal" / "migrations"], library)
    handing = service.Handing(
        agencies=agencies,
        deciders=["population"],
        lease=timedelta(seconds=10),
        first=settings.retry_first,
        most=settings.retry_most,
        patience=settings.not_heard_patience,
    )
    yield Office(database, clock, catalogue, keyring, inbox, handing, settings)
    await database.close()


@pytest.fixture
async def door(office: Office, agencies: Agencies) -> AsyncIterator[httpx.AsyncClient]:
    own = contact_form()
    routers = (forms.contact_doors(own), forms.agencies_doors(agencies, office.handing, own), forms.mine())
    shown = citizens_pages(office.catalogue, office.settings.root, agencies, office.handing, own)
    app = application(office, *routers, *shown, title=TITLE, pages=pages(agencies, office.handing, own))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://portal") as client:
        yield client
