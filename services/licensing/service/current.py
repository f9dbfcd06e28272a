"""What stands now, for a relay that found a hole: read under the aggregates' locks, said again as it is."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sekali.outbox import Event, Tombstone
from services.licensing import events, outbox
from services.licensing.store import applications, licences


async def current_licences(session: AsyncSession, keys: Sequence[UUID]) -> list[Event | Tombstone]:
    return [outbox.licence(state) for state in await licences.lock_many(session, keys)]


async def current_applications(session: AsyncSession, keys: Sequence[UUID]) -> list[Event | Tombstone]:
    return [outbox.application(state) for state in await applications.lock_many(session, keys)]


CURRENT = {events.Licence.TOPIC: current_licences, events.Application.TOPIC: current_applications}
