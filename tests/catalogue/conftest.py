"""The site of this checkout, built once for all tests of a session."""

from pathlib import Path

import pytest

from sekali import catalogue_site

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("site")
    catalogue_site.write(ROOT, out)
    return out
