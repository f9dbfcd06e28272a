"""What time brings: the reminders of a new tax year, the end of old applications on the bus."""

from sqlalchemy.ext.asyncio import AsyncSession

from sekali.database import now
from sekali.outbox import kept_after_end, put
from sekali.workdays import day_of
from services.tax import events, outbox
from services.tax.store import applications, register

AT_ONCE = 500


async def remind_of_returns(session: AsyncSession) -> int:
    """Reminders of this tax year's return for all who are active; rows made. A second run makes none."""
    return await register.remind(session, day_of(now(session)).year)


async def bury_applications(session: AsyncSession) -> int:
    """Takes applications off the bus that ended as long ago as their topic's card says; how many, at most `AT_ONCE`."""
    moment = now(session)
    buried = await applications.bury_ended(
        session, moment - kept_after_end(session, events.Application.TOPIC), moment, AT_ONCE
    )
    await put(session, *(outbox.application_tombstone(key, version) for key, version in buried))
    return len(buried)
