"""What this agency hears: residents, contacts and taxpayers as copies, KSWP answers as effects."""

from sqlalchemy.ext.asyncio import AsyncSession

from sekali.inbox import Inbox
from services.licensing import events, service
from services.licensing.prefill.facts import COLUMNS, RESIDENT
from services.licensing.store import endings, tables

inbox = Inbox()
inbox.projection(
    RESIDENT,
    into=tables.resident,
    columns=COLUMNS[RESIDENT],
    then=service.residents_changed,
    ended=endings.RESIDENT_OVER,
)
inbox.projection(
    "portal.contact.v1", into=tables.contact, columns=COLUMNS["portal.contact.v1"], ended=endings.CONTACT_OVER
)
inbox.projection(
    "tax.taxpayer.v1", into=tables.taxpayer, columns=COLUMNS["tax.taxpayer.v1"], ended=endings.TAXPAYER_OVER
)


@inbox.effect("tax.kswp-answered.v1")
async def take_kswp_answer(session: AsyncSession, event: events.TaxKswpAnswered) -> None:
    await service.take_kswp_answer(session, event)
