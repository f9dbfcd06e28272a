"""One provider for a session; a fresh agency for each test."""

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from tests.oidc.running import CLIENT, SCOPE, SECRET, RealProvider, Visit
from tests.signin.agency import HOMES, Agency, open_agency

MELATI = "01a20230-df74-7157-999b-448c645b9c3d"
PEOPLE: dict[str, dict[str, Any]] = {
    "melati": {"name": "MELATI PUSPA CONTOH", "resident_id": MELATI},
    "dewi": {"name": "DEWI CONTOH", "agency": "licensing", "role": "officer"},
    "two-desks": {"name": "SRI CONTOH", "agency": ["tax", "licensing"], "role": "supervisor"},
    "elsewhere": {"name": "BUDI CONTOH", "agency": "tax", "role": "officer"},
    "cleaner": {"name": "TONO CONTOH", "agency": "licensing", "role": "cleaner"},
    "several-roles": {"name": "RINI CONTOH", "agency": "licensing", "role": ["cleaner", "supervisor"]},
    "without-a-role": {"name": "AGUS CONTOH", "agency": "licensing"},
    "without-a-claim": {"name": "RANGGA CONTOH"},
    "no-uuid": {"name": "WATI CONTOH", "resident_id": "9999990101200001"},
}


@pytest.fixture(scope="session")
def provider() -> Iterator[RealProvider]:
    running = RealProvider(list(HOMES.values()), PEOPLE)
    yield running
    running.shut()


@pytest.fixture
def oidc(provider: RealProvider) -> dict[str, object]:
    """Settings of an agency that is the provider's client."""
    return {
        "oidc_issuer": provider.issuer,
        "oidc_client_id": CLIENT,
        "oidc_client_secret": SecretStr(SECRET),
        "oidc_scope": SCOPE,
    }


@pytest.fixture
async def portal(agency_database: Callable[[], str], tmp_path: Path, oidc: dict[str, object]) -> AsyncIterator[Agency]:
    """It signs citizens in."""
    async with open_agency("portal", agency_database(), tmp_path, **oidc) as made:
        yield made


@pytest.fixture
async def licensing(
    agency_database: Callable[[], str], tmp_path: Path, oidc: dict[str, object]
) -> AsyncIterator[Agency]:
    async with open_agency(
        "licensing", agency_database(), tmp_path, officer_roles="officer, supervisor", **oidc
    ) as made:
        yield made


@pytest.fixture
async def at_home(agency_database: Callable[[], str], tmp_path: Path) -> AsyncIterator[Agency]:
    """A portal with development sign-in, and no provider."""
    async with open_agency("portal", agency_database(), tmp_path, development_sign_in=True) as made:
        yield made


@pytest.fixture
async def visit() -> AsyncIterator[Visit]:
    """The browser's other tab, at the provider."""
    made = Visit()
    yield made
    await made.close()
