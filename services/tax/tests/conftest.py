"""The agency on a real PostgreSQL of its own; Kafka only where a test names the bus."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from sekali.rehearsal import rehearsing
from services.tax.inbox import inbox
from services.tax.settings import Settings
from services.tax.tests.office import NOON, ROOT, Office


@pytest.fixture
async def office(migrated_database: Callable[[str], str], tmp_path: Path) -> AsyncIterator[Office]:
    opened = rehearsing(
        "tax", Settings, inbox, database_url=migrated_database("tax"), root=ROOT, keys=tmp_path / "keys"
    )
    async with opened as made:
        made.clock.at = NOON
        yield Office(**vars(made))
