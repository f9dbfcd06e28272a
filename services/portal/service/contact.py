"""A citizen says how to be reached: in the contact form, or in the contact boxes of any agency's form."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from sekali import outbox as said
from sekali.database import now
from sekali.errors import FieldError, Problem, invalid, not_heard_yet
from sekali.forms import Form
from sekali.inbox import hold
from services.portal import outbox
from services.portal.model import contact_boxes
from services.portal.prefill import contact_fact
from services.portal.store import contact, tables


async def say_contact(session: AsyncSession, resident_id: UUID, email: str | None, mobile: str | None) -> None:
    """Says the contact if it differs from what was said last. The caller holds the resident's copy."""
    if await contact.say(session, resident_id, email, mobile, now(session)) is not None:
        row = await contact.read(session, resident_id)
        assert row is not None
        await said.put(session, *outbox.contact(row))


async def say_in_form(
    session: AsyncSession, own: Form, resident_id: UUID, boxes: Sequence[Mapping[str, Any]], answers: Mapping[str, Any]
) -> None:
    """Checks and says the contact boxes of another agency's form, by the rules of the portal's own form.

    `boxes`: the form's declared boxes. A contact box that was not answered stays as it was.
    Raises 422 with the names that the boxes have in that form.
    """
    names = contact_boxes(boxes)
    given = {mine: answers[theirs] for theirs, mine in names.items() if answers.get(theirs) not in (None, "")}
    if not given:
        return
    await hold_standing(session, resident_id)
    try:
        checked = own.check(given, await contact_fact(session, resident_id))
    except Problem as problem:
        raise _in_their_words(problem, {mine: theirs for theirs, mine in names.items()}) from None
    await say_contact(session, resident_id, checked.values.get("email"), checked.values.get("mobile"))


async def say_in_own_form(
    session: AsyncSession, own: Form, resident_id: UUID, answers: Mapping[str, Any]
) -> dict[str, int]:
    """The contact form; gives the counts of its boxes. Raises 422 when neither value is known in the end."""
    await hold_standing(session, resident_id)
    checked = own.check(answers, await contact_fact(session, resident_id))
    email, mobile = checked.values.get("email"), checked.values.get("mobile")
    if email is None and mobile is None:
        raise invalid(FieldError("email", "Neither is given.", "Give an e-mail address or a mobile number."))
    await say_contact(session, resident_id, email, mobile)
    return asdict(checked.counts)


async def hold_standing(session: AsyncSession, resident_id: UUID) -> None:
    """Locks the resident's copy: an annulment that arrives meanwhile is handled after this use case, not beside it."""
    await hold(session, tables.resident, [resident_id])
    await ensure_standing(session, resident_id)


async def ensure_standing(session: AsyncSession, resident_id: UUID) -> None:
    """Raises a problem for a resident who is annulled, erased or not heard of yet."""
    copy = await contact.standing(session, resident_id)
    if copy is None or not is_known(copy):
        raise not_heard_yet("population.resident.v1")
    if copy["gone"] or copy["standing"] == "ANNULLED":
        raise Problem(
            409,
            "resident-not-in-force",
            "This record is not in force",
            "The civil register has annulled or erased this record. Ask population which record holds.",
        )


def is_known(copy: RowMapping | None) -> bool:
    """Whether the resident's record has arrived; a placeholder has version 0."""
    return copy is not None and copy["version"] > 0


def _in_their_words(problem: Problem, theirs: Mapping[str, str]) -> Problem:
    fields = [
        FieldError(theirs.get(one.field, one.field), one.detail, one.way_out, one.detail_id) for one in problem.fields
    ]
    return invalid(*fields)
