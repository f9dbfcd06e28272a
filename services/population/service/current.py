"""The present state of what the register says, for the relay that finds a hole in its log."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sekali.outbox import Tombstone
from services.population import events, outbox
from services.population.store import register


async def current_residents(session: AsyncSession, keys: Sequence[UUID]) -> Sequence[events.Resident | Tombstone]:
    """The present states of these residents, under their locks; the withdrawn get their tombstone again."""
    return [outbox.state(resident, card) for resident, card in await register.lock_states(session, keys)]


CURRENT = {events.Resident.TOPIC: current_residents}
