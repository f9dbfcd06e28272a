"""Who acts, and the trail that it leaves."""

from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sekali.database import now
from sekali.errors import FieldError, invalid
from sekali.lines import printable
from services.tax.store import acts

LONGEST = 500


@dataclass(frozen=True, slots=True)
class By:
    """An officer, why, and the id of the form that was sent: what it says is done once."""

    officer: str
    reason: str | None = field(default=None, repr=False)
    once: UUID | None = None


async def is_repeated(session: AsyncSession, by: By) -> bool:
    """Asked under the lock of the person's row, so that two at a time are one."""
    return by.once is not None and await acts.is_done(session, by.once)


async def note(session: AsyncSession, resident_id: UUID, by: By, deed: str, about: str | None = None) -> None:
    await acts.note(
        session, resident_id=resident_id, officer=by.officer, deed=deed, about=about, reason=by.reason, once=by.once,
        done_at=now(session),
    )  # fmt: skip


def reason_of(written: str, *, required: bool) -> str | None:
    """What was written as a reason; Problem 422 where one is needed and missing."""
    try:
        kept = printable(" ".join(written.split()))
    except ValueError:
        raise invalid(FieldError("reason", "It holds a sign that cannot be printed.", "Type it again.",
                                 "Ada karakter yang tidak dapat dicetak.")) from None  # fmt: skip
    if len(kept) > LONGEST:
        raise invalid(FieldError("reason", f"It is longer than {LONGEST} signs.", "Shorten it.",
                                 f"Lebih dari {LONGEST} karakter."))  # fmt: skip
    if required and not kept:
        raise invalid(FieldError("reason", "The reason is missing.", "Write it in words; it stays here.",
                                 "Alasan belum diisi."))  # fmt: skip
    return kept or None
