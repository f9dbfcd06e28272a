"""The agency as these tests see it: its real database, its projections and effects, what it has said."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from sekali import migrations, outbox, testing
from sekali.codec import Heard
from sekali.contracts import Catalogue
from sekali.database import Database
from sekali.erasure import ERASURES, Erasures
from sekali.inbox import Effect, Projection
from sekali.rehearsal import opened
from sekali.rights import keyrings
from sekali.sealing import Keyring
from services.tax import service
from services.tax.inbox import inbox
from services.tax.prefill.form import open_activation
from services.tax.store import register
from services.tax.tests.people import MELATI, TYPED, answers

ROOT = Path(__file__).parents[3]
RESIDENT, LICENCE, CONTACT = "population.resident.v1", "licensing.licence.v1", "portal.contact.v2"
NOON = datetime(2026, 6, 1, 5, tzinfo=UTC)


@dataclass
class Clock:
    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now


@dataclass
class KafkaRecord:
    """What a projection reads of a record."""

    topic: str
    timestamp: int
    partition: int = 0
    offset: int = 0
    key: bytes | None = None
    value: bytes | None = None
    headers: Sequence[Any] = ()


@dataclass
class Office:
    database: Database
    catalogue: Catalogue
    keyring: Keyring
    clock: Clock
    versions: dict[tuple[str, UUID], int] = field(default_factory=dict)

    def transaction(self) -> AbstractAsyncContextManager[AsyncSession]:
        return self.database.transaction()

    async def hear(self, topic: str, key: UUID, value: dict[str, Any] | None, version: int | None = None) -> None:
        """A state arrives: copy and what follows from it, in one transaction."""
        async with self.transaction() as session:
            await self.hear_in(session, topic, key, value, version)

    async def hear_in(
        self, session: AsyncSession, topic: str, key: UUID, value: dict[str, Any] | None, version: int | None = None
    ) -> list[UUID]:
        """`version` by itself is the next one; None as value is a tombstone."""
        projection = inbox.declared[topic]
        assert isinstance(projection, Projection)
        told = self.versions[topic, key] = version or self.versions.get((topic, key), 0) + 1
        record = KafkaRecord(topic, int(self.clock().timestamp() * 1000))
        heard = Heard(record, key, uuid4(), told, value, None)
        return await testing.heard(session, Erasures(self.catalogue, inbox.declared), projection, heard)

    async def ask_kswp(self, resident_id: UUID, request_id: UUID | None = None) -> UUID:
        """The effect, in its own transaction. Raises `Awaiting`."""
        effect = inbox.declared["licensing.kswp-requested.v1"]
        assert isinstance(effect, Effect)
        request_id = request_id or uuid4()
        asked = {"resident_id": resident_id, "request_id": request_id, "service": "PERIZINAN_BERUSAHA"}
        async with self.transaction() as session:
            await effect.handler(session, effect.event.of({**asked, "requested_at": self.clock()}))
        return request_id

    async def activate(self, resident_id: UUID = MELATI, **more: Any) -> dict[str, Any]:
        """She opens the form and types what it leaves open."""
        async with self.transaction() as session:
            opened = await open_activation(session, resident_id)
        more |= {box.name: TYPED[box.name] for box in opened.boxes if box.value is None and box.name in TYPED}
        async with self.transaction() as session:
            return await service.activate_taxpayer(session, resident_id, uuid4(), answers(**more))

    async def serials(self, resident_id: UUID = MELATI) -> list[int]:
        async with self.transaction() as session:
            return [row["serial"] for row in await register.places(session, resident_id)]

    async def rows(self, sql: str, **parameters: Any) -> list[dict[str, Any]]:
        async with self.transaction() as session:
            return [dict(row) for row in (await session.execute(text(sql), parameters)).mappings()]

    async def said(self, topic: str) -> list[dict[str, Any] | None]:
        """What waits in the outbox for a topic, opened, oldest first; None for a tombstone."""
        rows = await self.rows("select * from outbox where aggregatetype = :topic order by position", topic=topic)
        return [opened(row, self.catalogue, self.keyring) for row in rows]


async def open_office(url: str, folder: Path, clock: Clock) -> Office:
    """The agency's database at its present migrations, and its keys."""
    catalogue = Catalogue.load(ROOT)
    rings, _ = keyrings.plan(catalogue, catalogue.contracts.values(), folder)
    keyrings.write(folder, rings)
    keyring = Keyring(folder / "tax.json")
    writer = outbox.Writer("tax", catalogue, keyring, lambda: None)
    database = Database(url, info={outbox.WRITER: writer, ERASURES: Erasures(catalogue, inbox.declared)}, clock=clock)
    library = Path(migrations.__file__).parent
    await database.migrate([library / "versions", ROOT / "services/tax/migrations"], library)
    return Office(database, catalogue, keyring, clock)
