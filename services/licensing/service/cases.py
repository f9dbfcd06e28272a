"""Opening a case: an application, its licence and its applicant, all locked, always in this order.

The applicant's copy row comes first: a use case and the news of a death decide from each other's rows.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sekali.erasure import absent
from sekali.errors import Problem, conflict, not_found, not_heard_yet, stale_version
from sekali.inbox import hold
from services.licensing.model import Application, Fitness, Licence, NotPossible
from services.licensing.prefill import RESIDENT
from services.licensing.store import applications, casefile, copies, licences, tables


@dataclass(frozen=True, slots=True)
class Case:
    application: Application
    licence: Licence
    fitness: Fitness


async def take(session: AsyncSession, application_id: UUID, *, only_of: UUID | None = None) -> Case:
    """The case under lock; Problem 404 if there is none, or it is not the citizen's own (`only_of`)."""
    seen = await applications.get(session, application_id)
    if seen is None:
        raise await absent(session, application_id, "application")
    if only_of not in (None, seen.resident_id):
        raise not_found("application")
    await hold(session, tables.resident, [seen.resident_id])
    application = await applications.lock(session, application_id)
    licence = await licences.lock(session, seen.licence_id)
    if application is None or licence is None:  # its applicant was erased while this waited for the lock
        raise await absent(session, application_id, "application")
    return Case(application, licence, await copies.fitness_of(session, seen.resident_id))


async def is_repeated(
    session: AsyncSession, application_id: UUID, seen: int | None, version: int, act: tuple[str, str]
) -> bool:
    """Whether this same act is the one that followed on the version `seen`: a form that was sent twice.

    Problem 409 where something else followed: the officer has decided on what stands there no more.
    """
    if seen is None or seen == version:
        return False
    if seen == version - 1 and await casefile.last_act(session, application_id) == act:
        return True
    raise stale_version()


@contextmanager
def as_problem() -> Iterator[None]:
    """What the rules refuse, as a problem document."""
    try:
        yield
    except NotPossible as refusal:
        raise conflict("not-possible", "status", str(refusal), "Read the case again; it may have moved on.") from None


def refuse_unfit(fitness: Fitness) -> None:
    """Problem 409 unless the copy says that the person is alive and the record stands."""
    if fitness is Fitness.FIT:
        return
    if fitness is Fitness.NOT_HEARD:
        raise not_heard_yet(RESIDENT)
    slug, detail = {
        Fitness.DEAD: ("applicant-died", "The population registry has recorded this person's death."),
        Fitness.ANNULLED: ("applicant-annulled", "The population registry has annulled or erased this record."),
        Fitness.UNCLEAR: ("applicant-unclear", "The population registry's record of this person is not clear here."),
    }[fitness]
    raise Problem(409, slug, "This person cannot hold a licence", f"{detail} Please turn to the population office.")
