"""The portal on a real database, with a clock that tests turn; Kafka is away."""

from dataclasses import dataclass
from uuid import UUID, uuid4

from sekali import rehearsal
from sekali.inbox import Effect
from services.portal import service
from services.portal.settings import Settings

RESIDENT, CONTACT, CORRECTION = "population.resident.v1", "portal.contact.v1", "portal.correction.v1"


@dataclass(kw_only=True)
class Office(rehearsal.Office):
    settings: Settings
    handing: service.Handing

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
