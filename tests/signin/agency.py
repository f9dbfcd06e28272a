"""An agency with three pages over a real database, and a browser at it."""

import re
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx
from fastapi import APIRouter, FastAPI, Request
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import PlainTextResponse, Response

from sekali import migrations
from sekali.database import Database
from sekali.doors import application
from sekali.pages import Page, Pages, ThePage, page_router
from sekali.rights import identities
from sekali.settings import AgencySettings
from sekali.signin import Session, SignedInCitizen, SignedInOfficer, Visitor

ROOT = Path(__file__).parents[2]
HOMES = {"portal": "http://127.0.0.1:8101", "licensing": "http://127.0.0.1:8102"}
HTML = {"accept": "text/html,application/xhtml+xml"}
_TOKEN = re.compile(r'name="csrf" value="([^"]*)"')


@dataclass
class RunningClock:
    """The real time, for a provider that knows no other, and as much later as a test turns it."""

    later: timedelta = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.later

    def turn(self, **by: float) -> None:
        self.later += timedelta(**by)


@dataclass
class Agency:
    """Also the bus that its doors ask for. `kept`: forms that arrived after their session had ended."""

    settings: AgencySettings
    database: Database
    clock: RunningClock
    kept: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def transaction(self) -> AbstractAsyncContextManager[AsyncSession]:
        return self.database.transaction()

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def ready(self) -> dict[str, str]:
        return {"database": "ok"}

    @property
    def home(self) -> str:
        return HOMES[self.settings.agency]

    async def rows(self, query: str, **values: Any) -> list[dict[str, Any]]:
        async with self.transaction() as session:
            return [dict(row) for row in (await session.execute(text(query), values)).mappings()]

    async def do(self, statement: str, **values: Any) -> None:
        async with self.transaction() as session:
            await session.execute(text(statement), values)

    @cached_property
    def app(self) -> FastAPI:
        title = {"id": "Uji", "en": "Test"}
        return application(self, _pages(), title=title, pages=Pages(title, keep=self._keep))

    def restart(self) -> None:
        """What a process remembers is gone."""
        del self.app

    async def _keep(self, request: Request, ended: Session) -> str | None:
        form = {name: str(value) for name, value in (await request.form()).items()}
        self.kept.append((ended.subject, form))
        return "/drafts"

    @asynccontextmanager
    async def browser(self, address: str = "127.0.0.1") -> AsyncIterator["Browser"]:
        transport = httpx.ASGITransport(self.app, client=(address, 50_000))
        async with httpx.AsyncClient(transport=transport, base_url=self.home, headers=HTML) as client:
            yield Browser(client)


def _pages() -> APIRouter:
    router = page_router()

    @router.get("/welcome")
    async def welcome(visitor: Visitor) -> Response:
        return PlainTextResponse(visitor.kind if visitor else "nobody")

    @router.get("/mine")
    async def mine(citizen: SignedInCitizen, page: ThePage) -> Response:
        return _form(page, f"citizen {citizen.resident_id}")

    @router.post("/mine")
    async def change(citizen: SignedInCitizen) -> Response:
        return PlainTextResponse(f"changed by {citizen.resident_id}")

    @router.get("/desk")
    async def desk(officer: SignedInOfficer, page: ThePage) -> Response:
        return _form(page, f"officer {officer.agency} {officer.name} {officer.role}")

    return router


def _form(page: Page, words: str) -> Response:
    return PlainTextResponse(f'{words} name="csrf" value="{page.csrf}"')


@dataclass
class Browser:
    """One citizen's or officer's, at one agency."""

    client: httpx.AsyncClient

    async def get(self, path: str) -> httpx.Response:
        return await self.client.get(path)

    async def get_with(self, name: str, value: str, path: str) -> httpx.Response:
        """With a cookie that no server gave."""
        return await self.client.get(path, headers=[(b"cookie", f"{name}={value}".encode())])

    async def send(self, path: str, form: dict[str, Any] | None = None, **headers: str) -> httpx.Response:
        """As from a page of the agency's own."""
        told = {"origin": str(self.client.base_url).rstrip("/"), "sec-fetch-site": "same-origin"}
        told |= {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.post(path, data=form or {}, headers=told)

    async def token(self, path: str) -> str:
        """The hidden field of a page's form."""
        page = await self.get(path)
        found = _TOKEN.search(page.text)
        assert found, (page.status_code, page.text[:300])
        return found[1]

    async def enter(self, **form: str) -> httpx.Response:
        """By development sign-in."""
        token = await self.token("/sign-in")
        return await self.send("/sign-in/development", {"csrf": token, **form})

    @property
    def cookies(self) -> dict[str, str]:
        return {cookie.name: cookie.value or "" for cookie in self.client.cookies.jar}


@asynccontextmanager
async def open_agency(name: str, url: str, folder: Path, **more: Any) -> AsyncIterator[Agency]:
    """On a fresh database, with identities of its own. `more`: settings."""
    files = identities.Files(folder / "keys", folder / "identities.json")
    clock = RunningClock()
    identities.plan(sorted(HOMES), files, clock()).carry_out()
    settings = AgencySettings(
        agency=name, root=ROOT, database_url=url, kafka_bootstrap="127.0.0.1:1", registry_url="http://127.0.0.1:1",
        keyring=folder / "none.json", identity=files.of(name), identities=files.public, public_url=HOMES[name], **more,
    )  # fmt: skip
    library = Path(migrations.__file__).parent
    database = Database(url, clock=clock)
    await database.migrate([library / "versions"], library)
    yield Agency(settings, database, clock)
    await database.close()
