"""What the tax agency hears: residents, licences, contact, and the question for KSWP."""

from sqlalchemy.ext.asyncio import AsyncSession

from sekali.inbox import Inbox
from services.tax import events, service
from services.tax.store import copies, tables

inbox = Inbox()
inbox.projection(
    "population.resident.v1", into=tables.resident, columns=copies.RESIDENT, then=service.residents_changed
)
inbox.projection("licensing.licence.v1", into=tables.licence, columns=copies.LICENCE, then=service.licences_changed)
inbox.projection("portal.contact.v2", into=tables.contact, columns=copies.CONTACT)


@inbox.effect("licensing.kswp-requested.v1")
async def answer_kswp(session: AsyncSession, event: events.LicensingKswpRequested) -> None:
    await service.answer_kswp(
        session, event.resident_id, event.request_id, service=event.service, requested_at=event.requested_at
    )
