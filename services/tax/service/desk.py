"""What an officer records and a taxpayer chooses."""

from dataclasses import replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sekali.database import now
from sekali.erasure import absent
from sekali.errors import FieldError, conflict, invalid, not_found
from sekali.inbox import hold
from sekali.workdays import day_of
from services.tax.model import Category, ReturnState, Status, TaskKind, Taxpayer
from services.tax.service.acting import By, is_repeated, note
from services.tax.store import copies, register, tasks
from services.tax.store.register import Recorded
from services.tax.store.tables import resident


async def record_return(session: AsyncSession, resident_id: UUID, recorded: Recorded, by: By) -> None:
    """A year's return was filed, or is marked due. Years before the activation are no one's duty: 422."""
    taxpayer = await _living(session, resident_id)
    if await is_repeated(session, by):
        return
    moment = now(session)
    if not taxpayer.activated_on.year <= recorded.tax_year <= day_of(moment).year:
        raise invalid(FieldError(
            "tax_year", "No return is due for this year.", "Take a year from the activation up to this one.",
            "Tidak ada SPT untuk tahun ini.",
        ))  # fmt: skip
    await register.record_return(session, resident_id, recorded, moment)
    await note(session, resident_id, by, f"return_{recorded.state.lower()}", str(recorded.tax_year))
    if recorded.state is ReturnState.FILED:
        await register.drop_reminders(session, resident_id, recorded.tax_year)
    else:
        await register.remind(session, recorded.tax_year, resident_id)


async def hold_name(session: AsyncSession, resident_id: UUID, by: By, *, held: bool) -> None:
    """While held, the register's name does not follow population's, and KSWP says that the names differ.

    For a name that is being clarified. Released, the register takes over the name as population has it.
    """
    taxpayer = await _living(session, resident_id)
    if await is_repeated(session, by):
        return
    person = (await copies.people(session, [resident_id])).get(resident_id)
    current = person.full_name if person and person.full_name else taxpayer.registered_name
    name = taxpayer.registered_name if held else current
    await register.save(session, replace(taxpayer, name_held=held, registered_name=name))
    await note(session, resident_id, by, "hold_name" if held else "release_name")


async def choose_category(session: AsyncSession, resident_id: UUID, category: Category) -> None:
    """The taxpayer's own choice; it closes the task that asked for it."""
    taxpayer = await _living(session, resident_id)
    if category is not Category.OP and taxpayer.marital_status != "KAWIN":
        raise invalid(FieldError("category", "PH, MT and HB are for the married.", "Choose OP."))
    await register.save(session, replace(taxpayer, category=category))
    await tasks.close_tasks(session, resident_id, [TaskKind.PILIH_KATEGORI], tasks.DONE, now(session))


async def close_task(session: AsyncSession, resident_id: UUID, kind: TaskKind, by: By) -> None:
    """An officer has done what a task asks for; 404 where none is open."""
    await hold(session, resident, [resident_id])
    if await is_repeated(session, by):
        return
    if not await tasks.close_tasks(session, resident_id, [kind], tasks.DONE, now(session)):
        raise not_found("open task of this kind")
    await note(session, resident_id, by, "close_task", kind.value)


async def _living(session: AsyncSession, resident_id: UUID) -> Taxpayer:
    """An active taxpayer, locked; 404 or 409."""
    await hold(session, resident, [resident_id])
    found = (await register.taxpayers(session, [resident_id])).get(resident_id)
    if found is None:
        raise await absent(session, resident_id, "taxpayer")
    if found.status is not Status.AKTIF:
        raise conflict("not-active", "status", "This taxpayer is not active.", "The heirs' task says what is open.")
    return found
