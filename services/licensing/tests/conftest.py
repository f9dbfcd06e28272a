"""A fresh office for each test: its own database, migrated, on the session's PostgreSQL."""

import base64
import json
import os
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from sekali import migrations
from sekali.contracts import Catalogue
from sekali.database import Database
from sekali.doors import application
from sekali.outbox import WRITER, Writer
from sekali.sealing import Keyring
from sekali.testing import Clock
from services.licensing.app import TITLE
from services.licensing.forms import citizen, desk
from services.licensing.inbox import inbox
from services.licensing.settings import Settings
from services.licensing.tests.doors import StandingBus
from services.licensing.tests.office import Office

# Friday; Saturday and Sunday follow, and no holiday until 25 December 2026.
START = datetime(2026, 11, 20, 3, tzinfo=UTC)


@pytest.fixture(scope="session")
def catalogue(pytestconfig: pytest.Config) -> Catalogue:
    return Catalogue.load(pytestconfig.rootpath)


@pytest.fixture
def keyring(tmp_path: Path, catalogue: Catalogue) -> Keyring:
    """Keys for what licensing seals."""
    keysets = {
        f"{card.topic}/{group.name}": {"current": 1, "keys": {"1": base64.b64encode(os.urandom(32)).decode()}}
        for card in catalogue.says("licensing")
        for group in catalogue.latest(card.topic).sealed
    }
    path = tmp_path / "licensing.json"
    path.write_text(json.dumps({"keysets": keysets}), "utf-8")
    return Keyring(path)


@pytest.fixture
async def office(
    migrated_database: Callable[[str], str], catalogue: Catalogue, keyring: Keyring, pytestconfig: pytest.Config
) -> AsyncIterator[Office]:
    clock = Clock(START)
    writer = Writer("licensing", catalogue, keyring, lambda: None)
    database = Database(migrated_database("licensing"), info={WRITER: writer}, clock=clock)
    library = Path(migrations.__file__).parent
    own = pytestconfig.rootpath / "services" / "licensing" / "migrations"
    await database.migrate([library / "versions", own], library)
    yield Office(database, clock, catalogue, keyring, inbox)
    await database.close()


@pytest.fixture
def bus(office: Office, tmp_path: Path, pytestconfig: pytest.Config) -> StandingBus:
    settings = Settings(
        root=pytestconfig.rootpath,
        database_url="postgresql+asyncpg://unused",
        kafka_bootstrap="127.0.0.1:0",
        registry_url="http://127.0.0.1:0",
        keyring=tmp_path / "licensing.json",
        development_sign_in=True,
    )
    return StandingBus(office, settings)


@pytest.fixture
async def door(bus: StandingBus) -> AsyncIterator[httpx.AsyncClient]:
    app = application(bus, citizen, desk, title=TITLE)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://licensing") as client:
        yield client
