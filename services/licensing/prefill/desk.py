"""What officers are shown on pages, beside the cards."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sekali import uses
from sekali.database import now
from sekali.erasure import absent, erased
from sekali.errors import FieldError, Problem, not_found, not_heard_yet
from sekali.forms import OpenedForm
from sekali.workdays import day_of, working_days_between
from services.licensing.model import Application, ApplicationStatus, Fitness, Licence
from services.licensing.prefill.cards import licence_card, summary
from services.licensing.prefill.facts import RESIDENT, facts
from services.licensing.prefill.form import business_licence_form
from services.licensing.store import applications, casefile, copies, licences

Shown = dict[str, Any]


async def waiting(session: AsyncSession, status: ApplicationStatus | None, limit: int) -> list[Shown]:
    """Open applications, the most urgent first, each with its licence and what its clock leaves. Nobody's facts."""
    return await _listed(session, await applications.at_desk(session, status, limit))


async def later_checks(session: AsyncSession, limit: int) -> list[Shown]:
    return await _listed(session, await applications.to_check(session, limit))


async def _listed(session: AsyncSession, found: list[Application]) -> list[Shown]:
    held = await licences.of_ids(session, [one.licence_id for one in found])
    today = day_of(now(session))
    return [_line(one, held[one.licence_id], today) for one in found]


def _line(application: Application, licence: Licence, today: date) -> Shown:
    return summary(application) | {
        "days_left": days_left(application, today), "trade_name": licence.trade_name, "kbli_code": licence.kbli_code,
        "risk": licence.risk, "village_code": licence.place.village_code,
    }  # fmt: skip


def days_left(application: Application, today: date) -> int | None:
    """Working days after today until the licence issues itself, below 0 late; None for a clock that has ended."""
    due_on = application.clock.due_on
    if due_on is None:
        return application.clock.days_left if application.is_open else None
    return working_days_between(today, due_on) if due_on >= today else -working_days_between(due_on, today)


async def applicant(session: AsyncSession, resident_id: UUID, officer: str) -> OpenedForm:
    """What this agency's copies say of a person, as the boxes of the form that they fill. A use, which is recorded."""

    def note(_title: uses.Texts, shown: uses.Shown) -> None:
        uses.record(session, uses.by_officer(officer), resident_id, shown)

    return business_licence_form().show(await facts(session, resident_id), note)


async def case_today(session: AsyncSession, application_id: UUID) -> Shown:
    """How the case stands today: {days_left, decisions, fitness}."""
    application = await applications.get(session, application_id)
    if application is None:
        raise await absent(session, application_id, "application")
    return {
        "days_left": days_left(application, day_of(now(session))),
        "decisions": application.decisions,
        "fitness": await copies.fitness_of(session, application.resident_id),
    }


async def person(session: AsyncSession, resident_id: UUID) -> Shown:
    """{fitness, applications, licences} of a person; Problem where nobody is known here under the id."""
    fitness = await copies.fitness_of(session, resident_id)
    if fitness is Fitness.NOT_HEARD:
        raise not_heard_yet(RESIDENT)
    if await erased(session, [resident_id]):
        raise await absent(session, resident_id, "resident", "The person was erased.")
    found = await applications.of_resident(session, resident_id)
    held = await licences.of_holder(session, resident_id)
    return {
        "fitness": fitness,
        "applications": await _listed(session, found),
        "licences": list(map(licence_card, held)),
    }


async def find(session: AsyncSession, nik: str, officer: str) -> UUID:
    """Whose NIK this is, as it was heard; that it was asked is recorded."""
    found = await copies.by_nik(session, nik)
    if found is None:
        missing = not_found("person here")
        raise Problem(
            missing.status, missing.slug, missing.title, missing.detail,
            [FieldError("nik", "Nobody with this NIK is known here.", "Check the digits on the KTP-el.",
                        "NIK ini tidak dikenal di sini.")],
        )  # fmt: skip
    uses.record(session, uses.by_officer(officer), found, {RESIDENT: ["identity.nik"]})
    return found


async def licence_file(session: AsyncSession, licence_id: UUID) -> Shown:
    """One licence with its holder, its application, what was done with both, and what may be done now."""
    licence = await licences.get(session, licence_id)
    if licence is None:
        raise await absent(session, licence_id, "licence")
    application_id = await applications.of_licence(session, licence_id)
    return licence_card(licence) | {
        "holder_id": licence.holder_id,
        "application_id": application_id,
        "changes": licence.changes,
        "acts": [dict(row) for row in await casefile.acts(session, application_id)],
    }
