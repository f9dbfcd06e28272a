"""An operator speaks at an agency's doors by the agency's own key, with development sign-in or without."""

from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from sekali.errors import Problem, Unavailable
from sekali.local.place import Place
from sekali.local.vouching import AsOfficer
from sekali.rights import identities
from sekali.tokens import OfficerCaller, Verifier


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = Place(tmp_path, tmp_path / ".sekali")
    identities.plan(["population", "tax"], made.identities, datetime.now(UTC)).carry_out()
    return made


def tokens(who: httpx.Auth, count: int) -> list[str]:
    """What a door is shown at so many requests."""
    seen: list[str] = []

    def door(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers["authorization"].removeprefix("Bearer "))
        return httpx.Response(200)

    with httpx.Client(base_url="http://population", auth=who, transport=httpx.MockTransport(door)) as client:
        for _ in range(count):
            client.get("/")
    return seen


def verifier(place: Place, agency: str) -> Verifier:
    return Verifier(agency, place.identities.public, frozenset(), lambda: datetime.now(UTC))


def test_each_request_has_a_token_of_its_own_that_the_agency_believes(place: Place) -> None:
    shown = tokens(AsOfficer(place, "population", "WULAN CONTOH", "data-protection"), 2)
    told = [verifier(place, "population").verify(token) for token in shown]
    assert {one.caller for one in told} == {OfficerCaller("population", "WULAN CONTOH", "data-protection")}
    assert len({one.jti for one in told}) == 2


def test_no_other_agency_believes_it(place: Place) -> None:
    (shown,) = tokens(AsOfficer(place, "population", "WULAN CONTOH", "data-protection"), 1)
    with pytest.raises(Problem, match="another agency's doors"):
        verifier(place, "tax").verify(shown)


def test_without_the_agencys_key_the_way_out_is_named(place: Place) -> None:
    place.identities.of("population").unlink()
    with pytest.raises(Unavailable, match="run `sekali rights apply`"):
        tokens(AsOfficer(place, "population", "wulan", "data-protection"), 1)
