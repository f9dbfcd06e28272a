"""What citizens said of themselves is withdrawn with an annulled record, and erased with an erased one."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sekali import erasure
from sekali import outbox as said
from sekali.database import now
from services.portal import outbox
from services.portal.service.submissions import refuse
from services.portal.store import contact, corrections, drafts, submissions


async def residents_changed(session: AsyncSession, keys: list[UUID]) -> None:
    """Derived from the copies' present rows: right after a skip or a rebuild, and nothing the second time."""
    if annulled := await contact.annulled(session, keys):
        await _withdraw(session, annulled)
    for resident_id in await erasure.erased(session, keys):
        await _erase(session, resident_id)


async def _withdraw(session: AsyncSession, residents: list[UUID]) -> None:
    """The contact goes, proposals close, forms under way are let go; the citizen still sees that it was so."""
    at = now(session)
    tombstones = outbox.contact_tombstones(await contact.withdraw(session, residents, at))
    closed = [outbox.correction(row) for row in await corrections.close_all(session, residents, at)]
    await said.put(session, *tombstones, *closed)
    await drafts.forget(session, residents)
    for submission_id in await submissions.of_residents(session, residents):
        await refuse(session, submission_id, {"slug": "resident-not-in-force"})


async def _erase(session: AsyncSession, resident_id: UUID) -> None:
    """No law makes the portal keep anything."""
    at = now(session)
    contacts = outbox.contact_tombstones(await contact.withdraw(session, [resident_id], at))
    ended = outbox.correction_tombstones(await corrections.end_all(session, resident_id, at))
    under_way, settled = await submissions.forget(session, resident_id)
    begun = await drafts.forget(session, [resident_id])
    cleared = {
        "contacts": len({one.key for one in contacts}),
        "corrections": len(ended),
        "submissions": under_way,
        "outcomes": settled,
        "drafts": begun,
    }
    await erasure.end_own(session, resident_id, ended=[*contacts, *ended], cleared=cleared)
