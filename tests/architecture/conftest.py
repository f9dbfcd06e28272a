"""The made-up tree that each law is shown to fail on."""

from pathlib import Path

import pytest

from tests.architecture.village import Village


@pytest.fixture
def village(tmp_path: Path) -> Village:
    built = Village(tmp_path)
    built.build()
    return built
