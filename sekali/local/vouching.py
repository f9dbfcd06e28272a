"""An operator at an agency's doors: who may read the agency's identity may speak as its officer."""

from collections.abc import Generator

import httpx
from joserfc.jwk import OKPKey

from sekali.database import utc_now
from sekali.local.place import Place
from sekali.tokens import OfficerCaller, Watched, mint


class AsOfficer(httpx.Auth):
    """Each request under a token of its own, for the agency's own doors: a token changes something only once."""

    def __init__(self, place: Place, agency: str, name: str, role: str) -> None:
        """`name` stands beside what is done. The identity is the one that `sekali rights apply` writes."""
        self._key = Watched(place.identities.of(agency), OKPKey.import_key, "The identity")
        self._agency, self._caller = agency, OfficerCaller(agency, name, role)

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Raises `Unavailable` with the way out where the identity cannot be read."""
        token = mint(self._key.read(), self._agency, self._agency, self._caller, utc_now())
        request.headers["Authorization"] = f"Bearer {token}"
        yield request
