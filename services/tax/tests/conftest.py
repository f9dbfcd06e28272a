"""The agency on a real PostgreSQL of its own; Kafka only where a test names the bus."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from services.tax.tests.office import Clock, Office, open_office


@pytest.fixture
async def office(migrated_database: Callable[[str], str], tmp_path: Path) -> AsyncIterator[Office]:
    opened = await open_office(migrated_database("tax"), tmp_path / "keys", Clock())
    yield opened
    await opened.database.close()
