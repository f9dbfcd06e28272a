"""KSWP: is this person's tax status in order? Asked and answered by events."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sekali.database import now
from sekali.inbox import Awaiting
from sekali.outbox import put
from sekali.workdays import day_of
from services.tax import outbox
from services.tax.model import kswp
from services.tax.store import applications, register


async def answer_kswp(
    session: AsyncSession, resident_id: UUID, request_id: UUID, *, service: str, requested_at: datetime
) -> None:
    """Raises `Awaiting` while the resident's record has not arrived: without it no name can be compared."""
    found = await register.person_and_taxpayer(session, resident_id)
    if found == "not heard":
        raise Awaiting("population.resident.v1", resident_id)
    person, taxpayer = found
    moment = now(session)
    reason = kswp(taxpayer, person, await register.returns(session, resident_id), day_of(moment))
    await applications.record_answer(session, {
        "request_id": request_id,
        "resident_id": resident_id,
        "service": service,
        "result": "NOT_VALID" if reason else "VALID",
        "reason_code": reason,
        "requested_at": requested_at,
        "answered_at": moment,
    })  # fmt: skip
    await put(session, outbox.kswp_answered(resident_id, request_id, reason, moment))
