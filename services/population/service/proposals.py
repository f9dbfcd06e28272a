"""Deciding on what citizens propose."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sekali import outbox as bus
from sekali.database import now
from sekali.errors import conflict, not_found, stale_version
from services.population import outbox
from services.population.model import corrections
from services.population.model import proposals as rules
from services.population.model.codes import ChangeKind, Decision, Reason
from services.population.model.dates import day_of
from services.population.model.orders import DecisionOrder
from services.population.service.keeping import Deed, Desk, Done, keep
from services.population.store import deeds, proposals, register


async def decide(session: AsyncSession, correction_id: UUID, order: DecisionOrder, desk: Desk) -> Done:
    """Accepted: the correction is applied in this same transaction. What was decided is said to the portal.

    Nobody judges their own work: who registered the resident, or a change of them, does not decide.
    What the register says already is accepted as ALREADY_RIGHT, and nothing is said of the resident again.
    """
    proposal = await proposals.lock(session, correction_id)
    if proposal is None:
        raise not_found("proposal")
    if await proposals.is_decided(session, correction_id):
        raise conflict("already-decided", "decision", "This proposal has been decided.", "Nothing needs to be done.")
    if proposal.gone or proposal.standing != "OPEN":
        raise conflict("proposal-closed", "decision", "The citizen's proposal is closed.", "Nothing needs to be done.")
    if proposal.resident_id and await deeds.is_registrar(session, proposal.resident_id, desk.officer):
        raise conflict("own-registration", "decision", "You registered this record, or a change of it.",
                       "Another officer decides on what the citizen says of it.")  # fmt: skip
    at = now(session)
    held = await register.hold(session, {proposal.resident_id}, at)
    resident = held.residents.get(proposal.resident_id)
    rules.check_decision(order.decision, order.reason_code, resident)
    done, reason = Done((), ()), order.reason_code
    if order.decision is Decision.ACCEPTED and resident is not None:
        if order.version is not None and order.version != resident.version:
            raise stale_version()
        right = corrections.Correction(proposal.field, proposal.proposed, is_proposal=True)
        if rules.is_right_already(held, resident, right):
            reason = Reason.ALREADY_RIGHT
        else:
            corrections.correct(held, resident, right, day_of(at))
            deed = Deed(ChangeKind.BIODATA_DIPERBARUI, None, {"correction_id": str(correction_id)}, reason)
            done = await keep(session, held, deed, desk)
    fields = {"decision": order.decision, "reason_code": reason}
    await proposals.decide(session, correction_id=correction_id, officer=desk.officer, decided_at=at, **fields)
    await bus.put(session, outbox.decided(correction_id, order.decision, reason, at))
    return done
