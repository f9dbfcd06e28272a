"""The contact, the proposals and the pending submissions of the annulled and the erased are withdrawn."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sekali import outbox as said
from sekali.database import now
from services.portal import outbox
from services.portal.service.submissions import refuse
from services.portal.store import contact, corrections, submissions


async def withdraw_for_the_annulled(session: AsyncSession, keys: list[UUID]) -> None:
    """Derived from the copies' present rows: right after a skip or a rebuild, and nothing the second time."""
    residents = await contact.withdrawn(session, keys)
    if not residents:
        return
    at = now(session)
    tombstones = outbox.contact_tombstones(await contact.withdraw(session, residents, at))
    closed = [outbox.correction(row) for row in await corrections.close_all(session, residents, at)]
    await said.put(session, *tombstones, *closed)
    for submission_id in await submissions.of_residents(session, residents):
        await refuse(session, submission_id, {"slug": "resident-not-in-force"})
