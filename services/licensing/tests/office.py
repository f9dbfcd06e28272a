"""A licensing office on a real database, with a clock that tests turn."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text

from sekali import testing
from sekali.codec import Heard
from sekali.contracts import Catalogue
from sekali.database import Database
from sekali.erasure import Erasures
from sekali.inbox import Inbox, Projection
from sekali.rehearsal import opened
from sekali.sealing import Keyring
from sekali.testing import Clock
from services.licensing import service
from services.licensing.events import TaxKswpAnswered, TaxKswpAnsweredAnswer, TaxKswpAnsweredAnswerResult
from services.licensing.tests import people

EMPTY: dict[str, Any] = {"contact": None, "registration": None}


@dataclass(frozen=True)
class Record:
    """What a projection reads of a Kafka record."""

    timestamp: int


@dataclass
class Office:
    database: Database
    clock: Clock
    catalogue: Catalogue
    keyring: Keyring
    inbox: Inbox
    versions: dict[tuple[str, UUID], int] = field(default_factory=dict)

    async def hear(self, topic: str, key: UUID, groups: dict[str, Any] | None, *, version: int | None = None) -> None:
        """A record of a state topic arrives (None: a tombstone), with its derivation, in one transaction."""
        number = version or self.versions.get((topic, key), 0) + 1
        self.versions[topic, key] = max(number, self.versions.get((topic, key), 0))
        declared = self.inbox.declared[topic]
        assert isinstance(declared, Projection)
        record: Any = Record(int(self.clock.at.timestamp() * 1000))
        heard = Heard(record, key, uuid4(), number, None if groups is None else {**EMPTY, **groups}, None)
        async with self.database.transaction() as session:
            await testing.heard(session, Erasures(self.catalogue, self.inbox.declared), declared, heard)

    async def registered(self, groups: dict[str, Any] | None = None) -> UUID:
        """A resident whose record has arrived."""
        resident_id = uuid4()
        await self.hear("population.resident.v1", resident_id, groups or people.resident())
        return resident_id

    async def apply(self, resident_id: UUID, **changed: Any) -> dict[str, Any]:
        """The receipt of a form that is handed in now."""
        async with self.database.transaction() as session:
            return await service.apply_for_licence(session, resident_id, uuid4(), people.answers(**changed), sla_days=7)

    async def tax_answers(self, resident_id: UUID, request_id: UUID, result: str, reason: str | None = None) -> None:
        answer = TaxKswpAnsweredAnswer.of({"result": TaxKswpAnsweredAnswerResult(result), "reason_code": reason})
        event = TaxKswpAnswered(
            resident_id=resident_id, request_id=request_id, answered_at=self.clock.at, answer=answer
        )
        async with self.database.transaction() as session:
            await service.take_kswp_answer(session, event)

    async def rows(self, query: str, **parameters: Any) -> list[dict[str, Any]]:
        async with self.database.transaction() as session:
            return [dict(row) for row in (await session.execute(text(query), parameters)).mappings()]

    async def said(self, topic: str, key: UUID | None = None) -> list[dict[str, Any]]:
        """What waits to be carried to the topic, opened, oldest first; a tombstone is {"gone": version}."""
        rows = await self.rows("select * from outbox where type = :topic order by position", topic=topic)
        mine = [row for row in rows if key is None or row["aggregateid"] == str(key)]
        return [opened(row, self.catalogue, self.keyring) or {"gone": row["version"]} for row in mine]

    async def last_said(self, topic: str, key: UUID) -> dict[str, Any]:
        return (await self.said(topic, key))[-1]

    async def latest_request(self, application_id: UUID) -> UUID:
        query = "select kswp_request_id from application where application_id = :id"
        async with self.database.transaction() as session:
            found = await session.scalar(text(query), {"id": application_id})
        assert isinstance(found, UUID)
        return found
