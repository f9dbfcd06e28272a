"""Every agency found on disk as its app.py joins it: its own migrated database, identities, no development sign-in."""

import importlib
import json
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from joserfc.jwk import OKPKey
from sqlalchemy import text

from sekali import migrations
from sekali.bus import Bus
from sekali.contracts import Catalogue
from sekali.doors.open import OPEN_DOORS
from sekali.doors.walk import who_may_enter
from sekali.rights import identities, keyrings
from sekali.signin import sessions
from sekali.signin.sessions import Lasting
from sekali.tokens import Caller, CitizenCaller, OfficerCaller, mint

ROOT = Path(__file__).parents[2]
AGENCIES = sorted(app.parent.name for app in (ROOT / "services").glob("*/app.py"))
HOME = "http://127.0.0.1:8101"
NOWHERE = "http://127.0.0.1:9"
_PART = re.compile(r"\{(\w+)[^}]*\}")


@dataclass(frozen=True)
class Door:
    """`types`: names of what its route declares, as `signed_in_officer`. `identified`: its path has a UUID."""

    method: str
    path: str
    types: frozenset[str]
    identified: bool

    def address(self, ids: Mapping[str, UUID] | None = None) -> str:
        """Somewhere behind the door: given ids, else new ones; other parts are a plain word."""
        known = ids or {}
        return _PART.sub(lambda part: str(known.get(part[1], uuid4())) if self.identified else "x", self.path)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass
class House:
    """One agency's doors, and who comes to them."""

    agency: str
    app: FastAPI
    files: identities.Files

    @property
    def bus(self) -> Bus:
        found: Bus = self.app.state.bus
        return found

    @property
    def doors(self) -> list[Door]:
        """All but those that are open to anyone, which are listed by hand (`OPEN_DOORS`)."""
        return list(_doors(self.app))

    def token(self, issuer: str, caller: Caller) -> dict[str, str]:
        """Fresh: shown where something changes, a token is worth nothing afterwards."""
        key = OKPKey.import_key(json.loads(self.files.of(issuer).read_bytes()))
        return {"Authorization": f"Bearer {mint(key, issuer, self.agency, caller, datetime.now(UTC))}"}

    async def session(self, who: CitizenCaller | OfficerCaller) -> tuple[dict[str, str], str]:
        """The cookie of somebody who has signed in, and the hidden field of their forms."""
        gateway = self.app.state.gateway
        lasting: Lasting = gateway.lasting
        async with self.bus.transaction() as session:
            new = await sessions.begin(session, who, lasting, by_provider=False, old=None)
            found = await sessions.find(session, new, lasting)
        assert found is not None
        return {"Cookie": f"{gateway.session_cookie}={new}"}, found.csrf

    async def rows(self, query: str, **values: Any) -> list[dict[str, Any]]:
        async with self.bus.transaction() as session:
            return [dict(row) for row in (await session.execute(text(query), values)).mappings()]

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=HOME)


def _doors(app: FastAPI) -> Iterator[Door]:
    for context in iter_route_contexts(app.routes):
        route, path = context.original_route, context.path or ""
        if path in OPEN_DOORS:
            continue
        assert isinstance(route, APIRoute), path
        identified = any(one.field_info.annotation is UUID for one in route.dependant.path_params)
        types = frozenset(one.__name__ for one in who_may_enter(route))
        for method in sorted(set(context.methods or route.methods or ()) - {"HEAD", "OPTIONS"}):
            yield Door(method, path, types, identified)


@asynccontextmanager
async def open_house(agency: str, url: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    """Nothing is started: what its doors want to say stays in the outbox."""
    files, catalogue = identities.Files(folder / "keys", folder / "identities.json"), Catalogue.load(ROOT)
    identities.plan(AGENCIES, files, datetime.now(UTC)).carry_out()
    rings, _ = keyrings.plan(catalogue, catalogue.contracts.values(), folder / "rings")
    keyrings.write(folder / "rings", rings)
    told = {
        "AGENCY": agency, "ROOT": str(ROOT), "DATABASE_URL": url, "KAFKA_BOOTSTRAP": "127.0.0.1:9",
        "REGISTRY_URL": NOWHERE, "KEYRING": str(folder / "rings" / f"{agency}.json"),
        "IDENTITY": str(files.of(agency)), "IDENTITIES": str(files.public), "DEVELOPMENT_SIGN_IN": "false",
        "PUBLIC_URL": HOME, "OIDC_ISSUER": NOWHERE, "OIDC_CLIENT_ID": "sekali",
    }  # fmt: skip
    for name, value in told.items():
        monkeypatch.setenv(f"SEKALI_{name}", value)
    app: FastAPI = importlib.import_module(f"services.{agency}.app").build()
    house, library = House(agency, app, files), Path(migrations.__file__).parent
    await house.bus.database.migrate([library / "versions", ROOT / "services" / agency / "migrations"], library)
    yield house
    await house.bus.database.close()
