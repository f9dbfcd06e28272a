"""A business place gets its NITKU: derived from the licences' state, by whichever of the facts comes last."""

from collections.abc import Collection
from dataclasses import replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sekali.database import now
from sekali.inbox import hold
from services.tax.model import Status, Taxpayer, places_due
from services.tax.store import copies, register
from services.tax.store.tables import resident


async def licences_changed(session: AsyncSession, keys: list[UUID]) -> None:
    """After the copy of some licences: their holders' places.

    The holders' rows are locked first, with a placeholder for one not heard yet: an activation that runs at the same
    time would see no licence, and this transaction no taxpayer.
    """
    holders = await copies.holders(session, keys)
    await hold(session, resident, holders)
    await number_places(session, holders)


async def number_places(session: AsyncSession, resident_ids: Collection[UUID]) -> None:
    """Give the next serials to licence places that have none. The caller holds the residents' rows."""
    if not resident_ids:
        return
    found = await register.taxpayers(session, resident_ids)
    active = {key: one for key, one in found.items() if one.status is Status.AKTIF}
    if not active:
        return
    permits = await copies.permits(session, active)
    numbered = await register.numbered(session, [one.licence_id for held in permits.values() for one in held])
    for resident_id, held in sorted(permits.items()):
        await _number(session, active[resident_id], places_due(held, numbered))


async def _number(session: AsyncSession, taxpayer: Taxpayer, licence_ids: list[UUID]) -> None:
    if not licence_ids:
        return
    moment = now(session)
    for serial, licence_id in enumerate(licence_ids, taxpayer.next_serial):
        await register.number(session, taxpayer.resident_id, serial, licence_id, moment)
    await register.save(session, replace(taxpayer, next_serial=taxpayer.next_serial + len(licence_ids)))
