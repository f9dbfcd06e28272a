"""Fixtures of the library's tests: a town of two agencies on the real platform."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from secrets import token_hex

import pytest

from sekali.database import Database
from sekali.local.platform import Platform
from tests.sekali import notebook as notebooks
from tests.sekali.town import Town


@pytest.fixture
async def town(platform: Platform, tmp_path: Path, agency_database: Callable[[], str]) -> Town:
    name = f"x{token_hex(3)}"
    databases = {f"land{name}": agency_database(), f"bank{name}": agency_database()}
    made = Town(platform, tmp_path, databases, name)
    made.write()
    await made.publish()
    return made


@pytest.fixture
async def notebook(agency_database: Callable[[], str]) -> AsyncIterator[Database]:
    made = await notebooks.opened(agency_database())
    yield made
    await made.close()
