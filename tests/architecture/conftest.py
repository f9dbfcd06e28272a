"""The made-up tree that each law is shown to fail on."""

import shutil
from pathlib import Path

import pytest

from tests.architecture.village import Village


@pytest.fixture(scope="session")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("village")
    Village(root).build()
    return root


@pytest.fixture
def village(untouched: Path, tmp_path: Path) -> Village:
    """A copy of its own for each test to spoil."""
    shutil.copytree(untouched, tmp_path, dirs_exist_ok=True)
    return Village(tmp_path)
