"""A citizen's NIK becomes an active taxpayer number (UU HPP, PMK 112/2022, PER-7/PJ/2025)."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from sekali.database import now
from sekali.errors import FieldError, conflict, invalid
from sekali.forms import Fact, Submission, as_json, fact_value
from sekali.inbox import hold
from sekali.outbox import put
from sekali.workdays import day_of
from services.tax import outbox
from services.tax.model import HOME, Category, Status, Taxpayer, nitku
from services.tax.prefill.form import activation_form, applicant_row, facts
from services.tax.service.places import number_places
from services.tax.store import applications, register
from services.tax.store.tables import resident

SERVICE = "AKTIVASI_NPWP"
DECLARED = ("taxpayer_type", "phone", "fax", "bookkeeping")
ACTIVITY = ("klu", "trade_name", "employee_count")


async def activate_taxpayer(
    session: AsyncSession,
    resident_id: UUID,
    submission_id: UUID,
    answers: Mapping[str, Any],
    sent_at: datetime | None = None,
) -> dict[str, Any]:
    """The receipt: {application_id, status, counts, corrected, npwp, nitkus}. Problem 409 or 422 where refused."""
    await hold(session, resident, [resident_id])
    await _refuse_repeated(session, resident_id, submission_id)
    applicant = await applicant_row(session, resident_id)
    known = await facts(session, applicant)
    submission = activation_form().check(answers, known, today=day_of(now(session)), sent_at=sent_at)
    _refuse_unfit(submission, applicant)
    if await register.taxpayer_row(session, resident_id) is not None:
        raise conflict(
            "already-activated", "nik", "This taxpayer number is active already.", "See it at GET /taxpayers/me."
        )
    moment = now(session)
    taxpayer = _taxpayer(applicant, Category(submission.values["category"]), moment)
    await register.register(session, taxpayer, _declared(submission, known), moment)
    await register.number(session, resident_id, HOME, None, moment)
    await number_places(session, [resident_id])
    await register.remind(session, taxpayer.activated_on.year, resident_id)
    await put(session, outbox.taxpayer(taxpayer, moment))
    return await _finish(session, taxpayer, submission_id, submission)


async def _refuse_repeated(session: AsyncSession, resident_id: UUID, submission_id: UUID) -> None:
    """The same submission again gets its first answer, and only the one who sent it gets to see that."""
    earlier = await applications.submitted(session, submission_id)
    if earlier is None:
        return
    detail = "This submission has arrived before."
    way_out = "Nothing is lost; a new submission needs a new submission_id."
    if earlier["resident_id"] != resident_id:
        raise conflict("already-submitted", "submission_id", detail, way_out)
    raise conflict(
        "already-submitted", "submission_id", detail, way_out,
        application_id=str(earlier["application_id"]), receipt=earlier["receipt"],
    )  # fmt: skip


def _refuse_unfit(submission: Submission, applicant: Mapping[str, Any]) -> None:
    wrong: list[FieldError] = []
    if as_json(submission.values["nik"]) != applicant["nik"]:
        wrong.append(FieldError("nik", "This is not the NIK of the person who is signed in.", "Enter your own NIK."))
    if submission.values["category"] != Category.OP and applicant["marital_status"] != "KAWIN":
        wrong.append(FieldError("category", "PH, MT and HB are for the married.", "Choose OP."))
    if submission.values["taxpayer_type"] != "ORANG_PRIBADI":
        wrong.append(FieldError("taxpayer_type", "A living person activates as ORANG_PRIBADI.", "Choose it."))
    if wrong:
        raise invalid(*wrong)


def _taxpayer(applicant: Mapping[str, Any], category: Category, moment: datetime) -> Taxpayer:
    return Taxpayer(
        resident_id=applicant["resident_id"],
        version=1,
        status=Status.AKTIF,
        npwp=applicant["nik"],
        registered_name=applicant["full_name"],
        activated_on=day_of(moment),
        category=category,
        marital_status=applicant["marital_status"],
        relationship=applicant["relationship"],
        heard_version=applicant["version"],
    )


def _declared(submission: Submission, known: Mapping[str, Fact]) -> dict[str, Any]:
    """Only what no other agency owns is kept: of the activity boxes those that no licence filled."""
    form = activation_form()
    filled = {box.name for box in form.boxes if fact_value(box, known) is not None}
    kept = {name: submission.values[name] for name in (*DECLARED, *(name for name in ACTIVITY if name not in filled))}
    return {name: as_json(value) for name, value in kept.items() if value is not None}


async def _finish(
    session: AsyncSession, taxpayer: Taxpayer, submission_id: UUID, submission: Submission
) -> dict[str, Any]:
    """The application is decided with its submission: both steps stand in its first version."""
    assert taxpayer.npwp is not None
    moment, application_id = now(session), uuid4()
    given = await register.places(session, taxpayer.resident_id)
    receipt = {
        "application_id": str(application_id),
        "status": "DISETUJUI",
        "counts": asdict(submission.counts),
        "corrected": [
            {"box": one.box, "topic": one.topic, "field": one.field, "seen_version": one.seen_version}
            for one in submission.corrected
        ],
        "npwp": taxpayer.npwp,
        "nitkus": [nitku(taxpayer.npwp, row["serial"]) for row in given],
    }
    row = await applications.add(session, {
        "application_id": application_id,
        "version": 1,
        "resident_id": taxpayer.resident_id,
        "submission_id": submission_id,
        "service": SERVICE,
        "status": "DISETUJUI",
        "steps": [{"status": status, "at": moment.isoformat()} for status in ("DIAJUKAN", "DISETUJUI")],
        "said_at": moment,
        "ended_at": moment,
        "receipt": receipt,
    })  # fmt: skip
    await put(session, outbox.application(row))
    return receipt
