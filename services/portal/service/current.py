"""What the portal's state topics should hold now, for the keys of a hole that another writer left in the log."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sekali.outbox import Event, Tombstone
from services.portal import outbox
from services.portal.model import CONTACT_TOPIC, CONTACT_V1, CORRECTION_TOPIC
from services.portal.store import contact, corrections


async def current_contacts_v1(session: AsyncSession, keys: Sequence[UUID]) -> Sequence[Event | Tombstone]:
    return [outbox.contact_v1(row) for row in await contact.locked(session, keys)]


async def current_contacts(session: AsyncSession, keys: Sequence[UUID]) -> Sequence[Event | Tombstone]:
    return [outbox.contact_v2(row) for row in await contact.locked(session, keys)]


async def current_corrections(session: AsyncSession, keys: Sequence[UUID]) -> Sequence[Event | Tombstone]:
    return [outbox.correction(row) for row in await corrections.locked(session, keys)]


CURRENT = {CONTACT_V1: current_contacts_v1, CONTACT_TOPIC: current_contacts, CORRECTION_TOPIC: current_corrections}
