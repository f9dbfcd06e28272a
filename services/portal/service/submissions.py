"""A submission's way through the portal: kept, then taken or refused by its agency, or put off."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from sekali.database import now
from sekali.errors import TYPE_PREFIX, FieldError, Problem, conflict, invalid
from sekali.forms import Form
from services.portal.model import Answer, State, is_storable, proposals, receipt, without_values
from services.portal.service.contact import say_in_form, say_in_own_form
from services.portal.service.corrections import propose
from services.portal.service.drafts import draft_comes_back
from services.portal.store import drafts, submissions

SHOWN = ("type", "title", "status", "detail", "fields")


@dataclass(frozen=True, slots=True)
class Filled:
    """A form as a citizen sent it."""

    submission_id: UUID
    resident_id: UUID
    agency: str
    form: str
    answers: Mapping[str, Any] = field(repr=False)


async def keep(
    session: AsyncSession,
    filled: Filled,
    own: Form,
    boxes: Sequence[Mapping[str, Any]],
    *,
    traceparent: str | None,
    lease: timedelta,
) -> RowMapping:
    """Keeps a submission until its agency has taken it, and says its contact boxes; gives the row to hand on.

    `lease` is the time in which the door hands it on itself, before the worker does.
    The same form again while it is kept changes nothing. With other answers it raises `already-kept`: nobody can
    tell whether the agency has the first ones already, when its receipt was lost on the way.
    Raises `already-submitted` for an id that was taken before, 422 for a contact box that is not right.
    """
    ensure_storable(filled.answers, boxes)
    kept = await refuse_a_second_time(session, filled.submission_id, filled.resident_id)
    if kept is not None:
        if any(kept[name] != value for name, value in _sent(filled).items()):
            raise _already_kept()
        return kept
    # Before what is said with it: an agency tells by this time that the citizen did not see those facts.
    at = now(session)
    await say_in_form(session, own, filled.resident_id, boxes, filled.answers)
    await submissions.forget_refusal(session, filled.submission_id)
    row = _sent(filled) | {
        "traceparent": traceparent,
        "kept_at": at,
        "next_attempt_at": at + lease,
    }
    return await submissions.keep(session, row)


def ensure_storable(answers: Mapping[str, Any], boxes: Sequence[Mapping[str, Any]]) -> None:
    """Raises 422 for what cannot be kept: each box holds one printable value. The agency's own rules come later."""
    declared = {box["name"] for box in boxes}
    wrong = [name if name in declared else "answers" for name, value in answers.items() if not is_storable(name, value)]
    if wrong:
        detail = "It is not one value that can be printed."
        raise invalid(*(FieldError(name, detail, "Send one text, number, yes or no.") for name in sorted(set(wrong))))


async def say_contact(session: AsyncSession, filled: Filled, own: Form) -> dict[str, Any]:
    """The portal's own form; gives its receipt."""
    if await refuse_a_second_time(session, filled.submission_id, filled.resident_id) is not None:
        raise _already_kept()
    counts = await say_in_own_form(session, own, filled.resident_id, filled.answers)
    told: dict[str, Any] = {
        "submission_id": str(filled.submission_id),
        "application_id": None,
        "status": "SAID",
        "counts": counts,
        "corrected": [],
    }
    outcome = _named(filled) | {"state": State.TAKEN, "counts": counts, "receipt": told, "settled_at": now(session)}
    await submissions.settle(session, outcome)
    await drafts.end(session, filled.submission_id)
    return told


async def refuse_a_second_time(session: AsyncSession, submission_id: UUID, resident_id: UUID) -> RowMapping | None:
    """The resident's own submission of this id that is kept still. Whoever sends the id too waits for this transaction.

    Raises `already-submitted` with the first outcome; somebody else's id tells nothing but that it is in use.
    """
    await submissions.claim(session, submission_id)
    # In this order: what is settled meanwhile leaves the one and stands in the other.
    kept = await submissions.under_way(session, submission_id)
    settled = await submissions.settled(session, submission_id)
    if any(row is not None and row["resident_id"] != resident_id for row in (settled, kept)):
        raise conflict("submission-id-in-use", "submission_id", "This id is in use.", "Send the form with a new id.")
    if settled is not None and settled["state"] == State.TAKEN:
        application_id = str(settled["application_id"]) if settled["application_id"] else None
        raise conflict(
            "already-submitted",
            "submission_id",
            "This form was sent before and has been taken.",
            "Look at the application; for a new one, open the form again.",
            application_id=application_id,
            receipt=settled["receipt"],
        )
    return kept


async def take(session: AsyncSession, submission_id: UUID, answer: Answer, deciders: Sequence[str]) -> None:
    """The agency has it: the submission's values go, ids and counts stay, corrections are proposed to their owners."""
    row = await submissions.take_out(session, submission_id)
    if row is None:
        return
    await drafts.end(session, submission_id)
    told = receipt(answer)
    application_id = told.get("application_id")
    outcome = {
        "state": State.TAKEN,
        "application_id": UUID(application_id) if application_id else None,
        "counts": told.get("counts"),
        "receipt": without_values(told),
    }
    await submissions.settle(session, _settled(row, session) | outcome)
    wanted = proposals(submission_id, row["answers"], told.get("corrected") or (), deciders)
    await propose(session, row["resident_id"], wanted)


async def refuse(session: AsyncSession, submission_id: UUID, problem: Mapping[str, Any]) -> None:
    """The agency does not want it so: its values go, the contact stands; a page's draft comes back to be mended."""
    row = await submissions.take_out(session, submission_id)
    if row is None:
        return
    await draft_comes_back(session, submission_id, problem.get("fields") or ())
    shown = {name: problem[name] for name in SHOWN if name in problem}
    if "slug" in problem:
        shown["type"] = TYPE_PREFIX + problem["slug"]
    await submissions.settle(session, _settled(row, session) | {"state": State.REFUSED, "problem": shown})


async def put_off(
    session: AsyncSession, submission_id: UUID, detail: str, wait: timedelta, not_heard_since: datetime | None
) -> None:
    """The agency is down, or has not heard of the citizen: the submission stays and is handed on later."""
    await submissions.put_off(session, submission_id, now(session) + wait, detail, not_heard_since)


def _already_kept() -> Problem:
    return conflict(
        "already-kept",
        "submission_id",
        "A form with this id is kept, with other answers. Nothing was changed.",
        "Wait until GET /submissions/{id} says TAKEN or REFUSED; a refused form may be sent again, mended.",
    )


def _sent(filled: Filled) -> dict[str, Any]:
    return _named(filled) | {"answers": dict(filled.answers)}


def _named(filled: Filled) -> dict[str, Any]:
    return {
        "submission_id": filled.submission_id,
        "resident_id": filled.resident_id,
        "agency": filled.agency,
        "form": filled.form,
    }


def _settled(row: Mapping[Any, Any], session: AsyncSession) -> dict[str, Any]:
    names = ("submission_id", "resident_id", "agency", "form")
    return {name: row[name] for name in names} | {"settled_at": now(session)}
