"""What a citizen types is kept from the first button on, until its agency has it, or it is discarded or forgotten."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sekali.database import now
from sekali.errors import conflict
from services.portal.store import drafts


@dataclass(frozen=True, slots=True)
class Typed:
    """A page's form as it was posted. `answers`: the boxes that were answered or corrected, as JSON.

    `shown`: box -> mark of the fact that stood in it. `checked`: errors are to be told.
    """

    submission_id: UUID
    resident_id: UUID
    agency: str
    form: str
    answers: Mapping[str, Any] = field(repr=False)
    shown: Mapping[str, str]
    checked: bool


async def save_draft(session: AsyncSession, typed: Typed) -> None:
    """Raises `submission-id-in-use` for somebody else's id."""
    row = {
        "submission_id": typed.submission_id,
        "resident_id": typed.resident_id,
        "agency": typed.agency,
        "form": typed.form,
        "answers": dict(typed.answers),
        "shown": dict(typed.shown),
        "checked": typed.checked,
        "sent": False,
        "fields": None,
        "saved_at": now(session),
    }
    if not await drafts.save(session, row):
        raise conflict("submission-id-in-use", "submission_id", "This id is in use.", "Open the form again.")


async def draft_is_sent(session: AsyncSession, submission_id: UUID) -> None:
    """Handed over, not taken yet: it comes back as a draft if its agency refuses it."""
    await drafts.mark(session, submission_id, sent=True, fields=None)


async def draft_comes_back(
    session: AsyncSession, submission_id: UUID, found_wrong: Sequence[Mapping[str, Any]] = ()
) -> None:
    """Refused: what was typed is there to be mended, with what the agency says of each box."""
    names = ("field", "detail", "way_out", "detail_id")
    told = [{name: one[name] for name in names if name in one} for one in found_wrong]
    await drafts.mark(session, submission_id, sent=False, checked=True, fields=told or None)


async def bury_old_drafts(session: AsyncSession, kept: timedelta) -> int:
    """Forms that were begun and forgotten; gives how many."""
    return await drafts.bury(session, now(session) - kept)
