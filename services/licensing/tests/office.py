"""A licensing office on a real database, with a clock that tests turn."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text

from sekali import rehearsal
from services.licensing import service
from services.licensing.events import TaxKswpAnswered, TaxKswpAnsweredAnswer, TaxKswpAnsweredAnswerResult
from services.licensing.settings import Settings
from services.licensing.tests import people

EMPTY: dict[str, Any] = {"contact": None, "registration": None}


@dataclass
class Office(rehearsal.Office):
    settings: Settings

    async def hear(self, topic: str, key: UUID, value: dict[str, Any] | None, *, version: int | None = None) -> None:
        """Groups that a topic's contract names and a test leaves out are None."""
        await super().hear(topic, key, None if value is None else {**EMPTY, **value}, version=version)

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

    async def last_said(self, topic: str, key: UUID) -> dict[str, Any]:
        return (await self.said(topic, key))[-1]

    async def latest_request(self, application_id: UUID) -> UUID:
        query = "select kswp_request_id from application where application_id = :id"
        async with self.database.transaction() as session:
            found = await session.scalar(text(query), {"id": application_id})
        assert isinstance(found, UUID)
        return found
