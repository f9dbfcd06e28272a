"""The present state of keys, for the relay that mends its own log: under the aggregates' locks."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sekali.log import Current
from sekali.outbox import Event, Tombstone
from services.tax import events, outbox
from services.tax.store import applications, register


async def current_taxpayers(session: AsyncSession, keys: Sequence[UUID]) -> list[Event | Tombstone]:
    found = await register.taxpayers(session, keys)
    said: list[Event | Tombstone] = []
    for resident_id, taxpayer in found.items():
        row = await register.taxpayer_row(session, resident_id)
        assert row is not None
        said.append(outbox.taxpayer(taxpayer, row["said_at"]))
    return said


async def current_applications(session: AsyncSession, keys: Sequence[UUID]) -> list[Event | Tombstone]:
    return [outbox.application(row) for row in await applications.locked(session, keys)]


CURRENT: Mapping[str, Current] = {
    events.Taxpayer.TOPIC: current_taxpayers,
    events.Application.TOPIC: current_applications,
}
