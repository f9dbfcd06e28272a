"""The agency as these tests see it: its real database, its projections and effects, what it has said."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from sekali import rehearsal
from sekali.inbox import Effect
from services.tax import service
from services.tax.prefill.form import open_activation
from services.tax.store import register
from services.tax.tests.people import MELATI, TYPED, answers

ROOT = Path(__file__).parents[3]
RESIDENT, LICENCE, CONTACT = "population.resident.v1", "licensing.licence.v1", "portal.contact.v2"
NOON = datetime(2026, 6, 1, 5, tzinfo=UTC)


@dataclass
class Office(rehearsal.Office):
    async def ask_kswp(self, resident_id: UUID, request_id: UUID | None = None) -> UUID:
        """The effect, in its own transaction. Raises `Awaiting`."""
        effect = self.inbox.declared["licensing.kswp-requested.v1"]
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
