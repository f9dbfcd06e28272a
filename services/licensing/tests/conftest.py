"""A fresh office for each test: its own database on the session's PostgreSQL; Kafka is away."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest

from sekali.contracts import Catalogue
from sekali.doors import application
from sekali.rehearsal import rehearsing
from services.licensing.app import TITLE
from services.licensing.forms import citizen, desk
from services.licensing.inbox import inbox
from services.licensing.settings import Settings
from services.licensing.tests.office import Office


@pytest.fixture(scope="session")
def catalogue(pytestconfig: pytest.Config) -> Catalogue:
    return Catalogue.load(pytestconfig.rootpath)


@pytest.fixture
async def office(
    migrated_database: Callable[[str], str], tmp_path: Path, pytestconfig: pytest.Config
) -> AsyncIterator[Office]:
    """It is a Friday; Saturday and Sunday follow, and no holiday until 25 December 2026."""
    url = migrated_database("licensing")
    opened = rehearsing(
        "licensing", Settings, inbox, database_url=url, root=pytestconfig.rootpath, keys=tmp_path / "keys"
    )
    async with opened as made:
        yield Office(**vars(made))


@pytest.fixture
async def door(office: Office) -> AsyncIterator[httpx.AsyncClient]:
    app = application(office, citizen, desk, title=TITLE)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://licensing") as client:
        yield client
