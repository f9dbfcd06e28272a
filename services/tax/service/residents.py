"""What a person's new record does to the register: name, family, death, annulment, erasure."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sekali import erasure
from sekali.database import now
from sekali.outbox import put
from sekali.workdays import day_of
from services.tax import outbox
from services.tax.model import Following, Status, follow
from services.tax.service.erasing import erase
from services.tax.service.places import number_places
from services.tax.store import copies, register, tasks


async def residents_changed(session: AsyncSession, keys: list[UUID]) -> None:
    """After the copy of some residents, whose rows this transaction has locked by writing them."""
    for resident_id in await erasure.erased(session, keys):
        await erase(session, resident_id)
    registered = await register.taxpayers(session, keys)
    if not registered:
        return
    people = await copies.people(session, registered)
    for resident_id in sorted(people):
        following = follow(registered[resident_id], people[resident_id])
        if following is not None:
            await _apply(session, following, was=registered[resident_id].status)
    await number_places(session, sorted(registered))


async def _apply(session: AsyncSession, following: Following, *, was: Status) -> None:
    taxpayer, moment = following.taxpayer, now(session)
    await register.save(session, taxpayer, said_at=moment if following.said else None)
    if following.said:
        await put(session, outbox.taxpayer(taxpayer, moment))
    await tasks.close_tasks(session, taxpayer.resident_id, following.close, tasks.MOOT, moment)
    for kind, cause in following.open:
        await tasks.open_task(session, taxpayer.resident_id, kind, cause, moment)
    if taxpayer.status is not Status.AKTIF:
        await register.drop_reminders(session, taxpayer.resident_id)
    elif was is not Status.AKTIF:
        await register.remind(session, day_of(moment).year, taxpayer.resident_id)
