"""A citizen proposes a correction, its owner decides, and after a year it ends."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sekali import outbox as said
from sekali.database import now
from sekali.errors import SekaliError
from services.portal import outbox
from services.portal.model import CORRECTION_TOPIC, Decision, Proposal
from services.portal.store import corrections


class UnknownCorrection(SekaliError):
    """A decision on a correction that the portal never proposed."""


async def propose(session: AsyncSession, resident_id: UUID, proposals: Sequence[Proposal]) -> None:
    if proposals:
        rows = await corrections.open_(session, resident_id, proposals, now(session))
        await said.put(session, *(outbox.correction(row) for row in rows))


async def close_correction(session: AsyncSession, correction_id: UUID, decision: Decision) -> None:
    """The owner has decided: the proposal closes, and its content leaves the bus."""
    row = await corrections.close(session, correction_id, now(session), decision)
    if row is not None:
        await said.put(session, outbox.correction(row))
    elif not await corrections.decide_late(session, correction_id, decision):
        raise UnknownCorrection("A decision came on a correction that the portal never proposed.")


async def bury_old_corrections(session: AsyncSession) -> int:
    """Ends closed corrections whose keeping time on the bus is over; gives how many."""
    ended = await corrections.bury(session, now(session) - said.kept_after_end(session, CORRECTION_TOPIC))
    await said.put(session, *outbox.correction_tombstones(ended))
    return len(ended)
