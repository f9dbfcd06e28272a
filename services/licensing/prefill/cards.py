"""What citizens and officers are shown of applications and licences, as JSON."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sekali import uses
from sekali.erasure import absent, erased, restricted
from sekali.errors import not_found, not_heard_yet
from services.licensing.model import Application, Licence
from services.licensing.prefill.facts import COLUMNS, RESIDENT
from services.licensing.store import applications, casefile, copies, licences
from services.licensing.store.tables import PLACE


def summary(application: Application) -> dict[str, Any]:
    """What the tracker shows of an application."""
    return {
        "application_id": application.application_id,
        "licence_id": application.licence_id,
        "status": application.status,
        "steps": [{"status": step.status, "at": step.at} for step in application.steps],
        "clock": application.clock.state,
        "due_on": application.clock.due_on,
        "next_actor": application.next_actor,
        "reason_code": application.reason_code,
        "kswp": application.kswp,
        "version": application.version,
    }


def licence_card(licence: Licence) -> dict[str, Any]:
    return {
        "licence_id": licence.licence_id,
        "nib": licence.nib,
        "status": licence.status,
        "kbli_version": licence.kbli_version,
        "kbli_code": licence.kbli_code,
        "scale": licence.scale,
        "risk": licence.risk,
        "documents": licence.documents,
        "issued_on": licence.issued_on,
        "verified_on": licence.verified_on,
        "verified_by": licence.verified_by,
        "trade_name": licence.trade_name,
        "employee_count": licence.employee_count,
        "place": {name: getattr(licence.place, name) for name in PLACE},
        "version": licence.version,
    }


async def application_card(session: AsyncSession, application_id: UUID, *, only_of: UUID) -> dict[str, Any]:
    """A citizen's own application with its licence, the latest KSWP reason and what an officer asked for.

    `may_withdraw`: whether the portal offers it.
    """
    application = await applications.get(session, application_id)
    if application is None or application.resident_id != only_of:
        raise not_found("application")
    licence = await licences.get(session, application.licence_id)
    assert licence is not None
    asked = await casefile.questions(session, application_id)
    acts = await casefile.acts(session, application_id)
    said = [act for act in acts if act["deed"] in {"return", "reject"}]
    return summary(application) | {
        "licence": licence_card(licence),
        "kswp_reason_code": asked[-1]["reason_code"] if asked else None,
        "officer_says": said[-1]["reason"] if said else None,
        "may_withdraw": application.is_open,
    }


async def case_card(session: AsyncSession, application_id: UUID) -> dict[str, Any]:
    """The whole case file, for an officer."""
    application = await applications.get(session, application_id)
    if application is None:
        raise await absent(session, application_id, "application")
    licence = await licences.get(session, application.licence_id)
    assert licence is not None
    file = await applications.case_file(session, application_id)
    return summary(application) | {
        "resident_id": application.resident_id,
        "kswp_check_due": application.kswp_check_due,
        "licence": licence_card(licence),
        "answers": file["answers"],
        "facts": file["facts"],
        "kswp_questions": [dict(row) for row in await casefile.questions(session, application_id)],
        "acts": [dict(row) for row in await casefile.acts(session, application_id)],
    }


async def copy_card(session: AsyncSession, resident_id: UUID, who: uses.Who) -> dict[str, Any]:
    """This agency's copies of a person's records, for an officer: topic -> row. A use, which is recorded."""
    known = await copies.of_resident(session, resident_id)
    if RESIDENT not in known:
        if await erased(session, [resident_id]):
            raise await absent(session, resident_id, "resident", "The person was erased.")
        raise not_heard_yet(RESIDENT)
    shown = {topic: uses.filled(row, COLUMNS[topic]) for topic, row in known.items()}
    uses.record(session, who, resident_id, shown)
    return {topic: dict(row) for topic, row in known.items()}


async def licence_list(session: AsyncSession, holder_id: UUID) -> list[dict[str, Any]]:
    """A person's licences, for an officer; 451 where a law holds those of an erased person."""
    found = await licences.of_holder(session, holder_id)
    if not found and (held := await restricted(session, holder_id)):
        raise held
    return [licence_card(one) for one in found]
