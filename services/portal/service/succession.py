"""portal.contact.v2 beside v1: filled from the portal's own table, and v1 emptied after its sunset.

The card of v1 names the day; `outbox.put` keeps silent about a topic whose last day is over.
"""

from sqlalchemy.ext.asyncio import AsyncSession

from sekali import outbox as said
from services.portal import outbox
from services.portal.model import CONTACT_V1
from services.portal.store import contact

AT_ONCE = 500


async def say_on_v2(session: AsyncSession) -> int:
    """Says on v2 what only v1 has, and gives how much; nothing the second time.

    That is what was said before v2 was there, or is said now by code that does not know it (a rolling upgrade, a
    rollback). Graves are said too: an agency that moved may never have read v1's tombstone.
    """
    behind = await contact.say_behind(session, AT_ONCE)
    await said.put(session, *(outbox.contact_v2(row) for row in behind))
    return len(behind)


async def bury_v1(session: AsyncSession) -> int:
    """After v1's sunset: a tombstone for each contact that still stands there; gives how many.

    Its contracts ended by that day, so nobody reads on: what would stay there is personal data without a purpose.
    """
    if not said.is_silent(session, CONTACT_V1):
        return 0
    buried = await contact.bury_on_v1(session, AT_ONCE)
    await said.put(session, *(outbox.contact_v1(row) for row in buried))
    return len(buried)
