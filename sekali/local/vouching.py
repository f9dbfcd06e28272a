"""An operator at an agency's doors: who may read the agency's identity may speak as its officer."""

from collections.abc import Generator
from typing import Any

import httpx
from joserfc.jwk import OKPKey

from sekali.database import utc_now
from sekali.errors import SekaliError
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


def asked(
    door: httpx.Client, method: str, path: str, error: type[SekaliError], *, may_miss: bool = False, **request: Any
) -> dict[str, Any]:
    """What the door answers; where it refuses, or does not answer, an `error` with its words.

    `may_miss`: what is not there is an empty answer.
    """
    try:
        answer = door.request(method, path, **request)
        document: dict[str, Any] = answer.json()
    except (httpx.TransportError, ValueError) as wrong:
        raise error(
            f"The door at {door.base_url.host}:{door.base_url.port} does not answer ({type(wrong).__name__}): "
            "look at `sekali doctor`."
        ) from None
    if answer.is_success:
        return document
    if may_miss and answer.status_code == httpx.codes.NOT_FOUND:
        return {}
    # A problem's texts hold no value, and its fields are names.
    fields = [f"{one['field']}: {one['detail']} {one.get('way_out', '')}".strip() for one in document.get("fields", [])]
    raise error(" ".join([document.get("title", ""), document.get("detail", ""), *fields]).strip())
