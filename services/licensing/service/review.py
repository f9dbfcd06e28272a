"""What follows from an applicant's record, derived from the copy's row and this agency's own rows.

Never from a kind of change: it is right after a skipped version, after a rebuild, and does nothing the second time.
"""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sekali import erasure
from sekali.database import now
from services.licensing.model import Fitness, LicenceStatus, Reason
from services.licensing.model.licence import IN_FORCE
from services.licensing.service import saying
from services.licensing.service.erasing import erase
from services.licensing.store import applications, copies, licences

WHY = {Fitness.DEAD: Reason.APPLICANT_DIED, Fitness.ANNULLED: Reason.APPLICANT_ANNULLED}


async def residents_changed(session: AsyncSession, keys: list[UUID]) -> None:
    """The dead's and the annulled's open applications halt, their licences in force come under review; the erased go.

    The copy rows of `keys` are locked by the projection that calls.
    """
    erased = await erasure.erased(session, keys)
    for person in erased:
        await erase(session, person)
    unfit = await copies.unfit(session, [key for key in keys if key not in erased])
    if not unfit:
        return
    at = now(session)
    halted = [
        application.halt(at, WHY[unfit[application.resident_id]])
        for application in await applications.lock_open_of(session, unfit)
    ]
    reviewed = [
        licence.become(LicenceStatus.DITINJAU, at)
        for licence in await licences.lock_of_holders(session, unfit, IN_FORCE)
    ]
    await saying.change_many(session, halted, reviewed)
