"""What the tax agency hears: residents, licences, contact, and the question for KSWP."""

from sqlalchemy.ext.asyncio import AsyncSession

from sekali.inbox import Inbox
from services.tax import events, service
from services.tax.store import copies, endings, tables

inbox = Inbox()
inbox.projection(
    "population.resident.v1",
    into=tables.resident,
    columns=copies.RESIDENT,
    then=service.residents_changed,
    ended=endings.RESIDENT_OVER,
)
inbox.projection(
    "licensing.licence.v1",
    into=tables.licence,
    columns=copies.LICENCE,
    then=service.licences_changed,
    ended=endings.LICENCE_OVER,
    person="holder_id",
)
inbox.projection("portal.contact.v2", into=tables.contact, columns=copies.CONTACT, ended=endings.CONTACT_OVER)


@inbox.effect("licensing.kswp-requested.v1")
async def answer_kswp(session: AsyncSession, event: events.LicensingKswpRequested) -> None:
    await service.answer_kswp(
        session, event.resident_id, event.request_id, service=event.service, requested_at=event.requested_at
    )
