"""The portal on a real database, with a clock that tests turn; Kafka is away."""

import io
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from fastavro import parse_schema, schemaless_reader
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from sekali import testing
from sekali.codec import Heard
from sekali.contracts import Catalogue
from sekali.database import Database
from sekali.erasure import Erasures
from sekali.inbox import Effect, Inbox, Projection
from sekali.sealing import Keyring, version_bytes
from sekali.testing import Clock
from services.portal import service
from services.portal.settings import Settings

RESIDENT, CONTACT, CORRECTION = "population.resident.v1", "portal.contact.v1", "portal.correction.v1"


@dataclass(frozen=True)
class Record:
    """What a projection reads of a Kafka record."""

    timestamp: int


@dataclass
class Office:
    """Also the bus that the doors ask for."""

    database: Database
    clock: Clock
    catalogue: Catalogue
    keyring: Keyring
    inbox: Inbox
    handing: service.Handing
    settings: Settings
    versions: dict[UUID, int] = field(default_factory=dict)

    def transaction(self) -> AbstractAsyncContextManager[AsyncSession]:
        return self.database.transaction()

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def ready(self) -> dict[str, str]:
        return {"database": "ok"}

    async def hear(self, topic: str, key: UUID, value: dict[str, Any] | None, *, version: int | None = None) -> None:
        """A record of a state topic arrives (None: a tombstone), with its derivation, in one transaction."""
        self.versions[key] = version or self.versions.get(key, 0) + 1
        declared = self.inbox.declared[topic]
        assert isinstance(declared, Projection)
        record: Any = Record(int(self.clock.at.timestamp() * 1000))
        heard = Heard(record, key, uuid4(), self.versions[key], value, None)
        async with self.transaction() as session:
            await testing.heard(session, Erasures(self.catalogue, self.inbox.declared), declared, heard)

    async def happens(self, topic: str, event: object) -> None:
        """An event of a fact topic arrives."""
        declared = self.inbox.declared[topic]
        assert isinstance(declared, Effect)
        async with self.transaction() as session:
            await declared.handler(session, event)

    async def melati(self) -> UUID:
        """A resident whom the portal has heard of."""
        resident_id = uuid4()
        await self.hear(RESIDENT, resident_id, {"standing": "VALID"})
        return resident_id

    async def hand_on(self) -> int:
        """One round of the worker."""
        return await self.handing.over_all_due(self.transaction)

    async def rows(self, query: str, **parameters: Any) -> list[dict[str, Any]]:
        async with self.transaction() as session:
            return [dict(row) for row in (await session.execute(text(query), parameters)).mappings()]

    async def said(self, topic: str) -> list[dict[str, Any]]:
        """What waits to be carried to the topic, opened, oldest first; a tombstone is {"gone": version}."""
        query = "select aggregateid, payload, version from outbox where type = :topic order by position"
        rows = await self.rows(query, topic=topic)
        return [self._opened(topic, row["aggregateid"], row["payload"], row["version"]) for row in rows]

    def _opened(self, topic: str, key: str, payload: bytes | None, version: int) -> dict[str, Any]:
        if payload is None:
            return {"gone": version}
        revision = self.catalogue.latest(topic)
        record = _read(revision.schema, payload)
        for group in revision.sealed:
            if record[group.name] is not None:
                subject = version_bytes(version)
                plain = self.keyring.open(topic, group.name, key.encode(), subject, record[group.name])
                record[group.name] = _read(group.inner, plain)
        return record


def _read(schema: dict[str, Any], body: bytes) -> dict[str, Any]:
    record = schemaless_reader(io.BytesIO(body), parse_schema(schema), None)
    assert isinstance(record, dict)
    return record
