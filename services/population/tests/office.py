"""A Dukcapil office as these tests see it: its doors, its real database, and what it has said."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import text

from sekali import migrations
from sekali.bus import Bus
from sekali.contracts import Catalogue
from sekali.database import Clock, utc_now
from sekali.rehearsal import opened
from sekali.rights import keyrings
from sekali.sealing import Keyring
from services.population.app import build
from services.population.settings import Settings

ROOT = Path(__file__).parents[3]
OFFICER = {"Authorization": "Bearer officer:population:wulan"}
DECIDER = {"Authorization": "Bearer officer:population:ratna"}
"""Who registers does not decide on what the citizen says of it."""
RESIDENT = "population.resident.v1"
DECIDED = "population.correction-decided.v1"
NOWHERE = "127.0.0.1:1"


@dataclass
class Office:
    app: FastAPI
    door: httpx.AsyncClient
    keyring: Keyring

    @property
    def bus(self) -> Bus:
        bus = self.app.state.bus
        assert isinstance(bus, Bus)
        return bus

    async def order(self, path: str, body: Any, expected: int = 200) -> dict[str, Any]:
        """What an officer sends; the answer's body."""
        answer = await self.door.post(path, json=body, headers=who_sends(path))
        assert answer.status_code == expected, answer.text
        document: dict[str, Any] = answer.json()
        return document

    async def refused(self, path: str, body: Any, status: int = 422) -> dict[str, str]:
        """What is wrong with an order, by field; nothing of it may have been stored or said."""
        before = await self.everything()
        answer = await self.door.post(path, json=body, headers=who_sends(path))
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert await self.everything() == before
        document = answer.json()
        assert all(field["way_out"] for field in document["fields"] if document["type"].endswith("invalid") is False)
        return {field["field"]: field["detail"] for field in document["fields"]}

    async def register(self, card: dict[str, Any]) -> list[UUID]:
        """Ids of the members, in the order of the card."""
        answer = await self.order("/family-cards", card, 201)
        return [UUID(resident["resident_id"]) for resident in answer["residents"]]

    async def record(self, resident_id: UUID) -> dict[str, Any]:
        """The whole record as an officer sees it."""
        answer = await self.door.get(f"/residents/{resident_id}", headers=OFFICER)
        assert answer.status_code == 200, answer.text
        document: dict[str, Any] = answer.json()
        return document

    async def rows(self, sql: str, **parameters: Any) -> list[dict[str, Any]]:
        async with self.bus.transaction() as session:
            return [dict(row) for row in (await session.execute(text(sql), parameters)).mappings()]

    async def everything(self) -> list[dict[str, Any]]:
        return await self.rows(
            "select (select count(*) from outbox) as said, (select count(*) from family_card) as cards,"
            " (select count(*) from deed) as deeds, (select count(*) from decision) as decisions,"
            " (select coalesce(sum(version), 0) from resident) as versions"
        )

    async def said(self, resident_id: UUID) -> list[dict[str, Any]]:
        """All states of a resident that wait in the outbox, opened, in the order in which they will be carried."""
        rows = await self.rows("select * from outbox where aggregateid = :key order by position", key=str(resident_id))
        return [self._opened(row) for row in rows]

    async def last_said(self, resident_id: UUID) -> dict[str, Any]:
        return (await self.said(resident_id))[-1]

    async def decisions(self) -> list[dict[str, Any]]:
        rows = await self.rows("select * from outbox where aggregatetype = :topic order by position", topic=DECIDED)
        return [self._opened(row) for row in rows]

    def _opened(self, row: dict[str, Any]) -> dict[str, Any]:
        record = opened(row, self.bus.catalogue, self.keyring)
        assert record is not None
        return record


def who_sends(path: str) -> dict[str, str]:
    return DECIDER if path.endswith("/decision") else OFFICER


async def open_office(url: str, folder: Path, clock: Clock = utc_now) -> Office:
    """The service as `app.build` joins it, its relay not started: what it says stays in the outbox to be looked at."""
    catalogue = Catalogue.load(ROOT)
    rings, _ = keyrings.plan(catalogue, catalogue.contracts.values(), folder)
    keyrings.write(folder, rings)
    settings = Settings(
        agency="population",
        root=ROOT,
        database_url=url,
        kafka_bootstrap=NOWHERE,
        kafka_username="population",
        kafka_password=SecretStr("not asked"),
        registry_url=f"http://{NOWHERE}",
        keyring=folder / "population.json",
        development_sign_in=True,
    )
    app = build(settings, clock)
    door = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://population")
    office = Office(app, door, Keyring(settings.keyring))
    library = Path(migrations.__file__).parent
    await office.bus.database.migrate([library / "versions", ROOT / "services/population/migrations"], library)
    return office
