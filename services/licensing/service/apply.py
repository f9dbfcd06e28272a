"""A person applies for a licence by the form of 33 boxes."""

import secrets
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import uuid_utils.compat as uuids
from sqlalchemy.ext.asyncio import AsyncSession

from sekali import outbox as bus
from sekali.database import now
from sekali.errors import FieldError, conflict, invalid
from sekali.forms import Fact, Form, Submission
from sekali.inbox import hold
from sekali.workdays import day_of
from services.licensing import outbox
from services.licensing.model import Application, Licence, Place, kbli_table, scale_of
from services.licensing.model.licence import documents_for, first_status, needs_verification
from services.licensing.prefill import RESIDENT, business_licence_form, facts
from services.licensing.service import cases, saying
from services.licensing.store import applications, copies, licences, tables

CONTACT, TAXPAYER = "portal.contact.v1", "tax.taxpayer.v1"
NIB_TRIES = 20


async def apply_for_licence(
    session: AsyncSession,
    resident_id: UUID,
    submission_id: UUID,
    answers: Mapping[str, Any],
    *,
    sla_days: int,
    sent_at: datetime | None = None,
) -> dict[str, Any]:
    """Check, decide by risk, store and say; returns the receipt.

    The applicant's copy row is locked first and read afterwards, so that no licence is issued beside the news of
    a death. Problem 409 for an applicant who cannot apply, a submission seen before, an activity held already;
    422 with all wrong boxes.
    """
    await hold(session, tables.resident, [resident_id])
    await _refuse_second_time(session, resident_id, submission_id)
    cases.refuse_unfit(await copies.fitness_of(session, resident_id))
    known, form, at = await facts(session, resident_id), business_licence_form(), now(session)
    submission = form.check(answers, known, today=day_of(at), sent_at=sent_at)
    _refuse_others_numbers(submission, known)
    licence = await _licence(session, resident_id, submission.values, at)
    application = _application(licence, at, sla_days)
    receipt = _receipt(application, licence, submission)
    submitted = applications.Submitted(
        submission_id, _own_answers(form, submission), {topic: fact.version for topic, fact in known.items()}, receipt
    )
    await licences.add(session, licence)
    if not await applications.add(session, application, submitted):
        raise _already(None)
    await bus.put(session, outbox.licence(licence), outbox.application(application))
    if application.is_open:
        await saying.ask_tax(session, application, at)
    return receipt


def _refuse_others_numbers(submission: Submission, known: Mapping[str, Fact]) -> None:
    """What tax says of the NPWP stands; what the applicant types must be the own NIK (PMK 112/2022)."""
    own = known[RESIDENT].values["identity.nik"]
    wrong = []
    if submission.values["nik"].digits != own:
        wrong.append(FieldError("nik", "This is not your own NIK.", "Type the NIK on your own KTP-el.",
                                "Ini bukan NIK Anda."))  # fmt: skip
    npwp = submission.values["npwp"]
    typed = {one.proposed for one in submission.corrected if one.box == "npwp"}
    if npwp is not None and (TAXPAYER not in known or known[TAXPAYER].values["registration.npwp"] is None):
        typed.add(npwp.digits)
    if typed - {own}:
        wrong.append(FieldError("npwp", "This is not your own NPWP: a resident's NPWP is the NIK.",
                                "Type your NIK, or leave the box as it was.", "Ini bukan NPWP Anda."))  # fmt: skip
    if wrong:
        raise invalid(*wrong)


async def _refuse_second_time(session: AsyncSession, resident_id: UUID, submission_id: UUID) -> None:
    first = await applications.by_submission(session, submission_id)
    if first is not None:
        own = first["resident_id"] == resident_id
        raise _already({"application_id": str(first["application_id"]), "receipt": first["receipt"]} if own else None)


def _already(first: Mapping[str, Any] | None) -> Exception:
    """`first`: the first answer, given to its own applicant only."""
    return conflict(
        "already-submitted", "submission_id", "A form with this submission_id has been handed in before.",
        "For another application make a new submission_id.", **(first or {}),
    )  # fmt: skip


async def _licence(session: AsyncSession, holder: UUID, boxes: Mapping[str, Any], at: datetime) -> Licence:
    table = kbli_table()
    place = _place(boxes)
    if await licences.is_held(session, holder, (table.version, boxes["kbli"]), place):
        raise conflict(
            "already-licensed", "kbli", "You have this activity at this place already, applied for or in force.",
            "Choose another activity or another place, or look at your applications.",
        )  # fmt: skip
    scale = scale_of(Decimal(boxes["capital_plan"]))
    risk = table.activities[boxes["kbli"]].risk(scale, boxes["land_area"])
    return Licence(
        licence_id=uuids.uuid7(), holder_id=holder, nib=await _nib(session, holder, at),
        status=first_status(risk), resumes_as=None,
        kbli_version=table.version, kbli_code=boxes["kbli"], scale=scale, risk=risk,
        documents=documents_for(risk, scale), issued_on=day_of(at),
        trade_name=boxes["trade_name"], employee_count=boxes["employee_count"], place=place,
        version=1, said_at=at,
    )  # fmt: skip


def _place(boxes: Mapping[str, Any]) -> Place:
    return Place(
        street=boxes["business_street"],
        village_code=boxes["business_village"],
        district_code=boxes["business_district"],
        regency_code=boxes["business_regency"],
        province_code=boxes["business_province"],
        postal_code=boxes["business_postal_code"],
    )


async def _nib(session: AsyncSession, resident_id: UUID, at: datetime) -> str:
    """The person's one NIB; at first 13 random digits that nobody has (PP 28/2025 art. 206)."""
    held = await licences.nib_of(session, resident_id)
    if held is not None:
        return held
    for _ in range(NIB_TRIES):
        digits = f"{secrets.randbelow(10**13):013d}"
        if await licences.take_nib(session, resident_id, digits, at):
            return digits
    raise AssertionError("no free NIB was drawn")


def _application(licence: Licence, at: datetime, sla_days: int) -> Application:
    application = Application.submit(
        application_id=uuids.uuid7(), resident_id=licence.holder_id, licence_id=licence.licence_id, at=at
    )
    if needs_verification(licence.risk):
        return application.start_waiting(uuids.uuid7(), at, sla_days)
    return application.issue_at_once(at)


def _own_answers(form: Form, submission: Submission) -> dict[str, Any]:
    """What was asked here, and the contact given with it; facts of the other owners stay in their copies."""
    kept = {box.name for box in form.boxes if not box.key and (box.source is None or box.source.topic == CONTACT)}
    return {name: value for name, value in submission.json_values().items() if name in kept}


def _receipt(application: Application, licence: Licence, submission: Submission) -> dict[str, Any]:
    due_on = application.clock.due_on
    return {
        "application_id": str(application.application_id),
        "licence_id": str(licence.licence_id),
        "status": application.status.value,
        "licence_status": licence.status.value,
        "nib": licence.nib,
        "scale": licence.scale.value,
        "risk": licence.risk.value,
        "documents": [document.value for document in licence.documents],
        "due_on": due_on.isoformat() if due_on else None,
        "counts": asdict(submission.counts),
        "corrected": [
            {"box": one.box, "topic": one.topic, "field": one.field, "seen_version": one.seen_version}
            for one in submission.corrected
        ],
    }
