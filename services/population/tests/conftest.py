"""The office on a real PostgreSQL of its own; Kafka is away, which disturbs no officer."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from services.population.tests.office import Office, open_office


@pytest.fixture
async def office(migrated_database: Callable[[str], str], tmp_path: Path) -> AsyncIterator[Office]:
    opened = await open_office(migrated_database("population"), tmp_path / "keys")
    yield opened
    await opened.door.aclose()
    await opened.bus.registry.close()
    await opened.bus.database.close()
