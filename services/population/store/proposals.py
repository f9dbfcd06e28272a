"""The copy of citizens' proposals, and what was decided on them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.population.store.tables import decision, proposal, resident


async def lock(session: AsyncSession, correction_id: UUID) -> Any | None:
    """The row of the copy, locked, so that its closing waits for the decision; None if it has not been heard."""
    wanted = select(proposal).where(proposal.c.correction_id == correction_id, proposal.c.version > 0)
    return (await session.execute(wanted.with_for_update())).one_or_none()


async def is_decided(session: AsyncSession, correction_id: UUID) -> bool:
    wanted = select(decision.c.correction_id).where(decision.c.correction_id == correction_id)
    return (await session.execute(wanted)).one_or_none() is not None


async def decide(session: AsyncSession, **fields: Any) -> None:
    """`fields`: correction_id, decision, reason_code, officer, decided_at."""
    await session.execute(insert(decision).values(**fields))


async def one(session: AsyncSession, correction_id: UUID) -> Any | None:
    """A proposal with the record it is about and the decision on it, unlocked; None if it has not been heard."""
    wanted = (
        select(
            proposal, resident.c.version.label("resident_version"), decision.c.decision, decision.c.reason_code,
            decision.c.officer, decision.c.decided_at,
        )
        .outerjoin(resident, resident.c.resident_id == proposal.c.resident_id)
        .outerjoin(decision, decision.c.correction_id == proposal.c.correction_id)
        .where(proposal.c.correction_id == correction_id, proposal.c.version > 0)
    )  # fmt: skip
    return (await session.execute(wanted)).one_or_none()


async def decided_of(session: AsyncSession, resident_id: UUID) -> Sequence[Any]:
    """What was decided on a resident's proposals, the oldest first."""
    wanted = (
        select(decision, proposal.c.field)
        .join(proposal, proposal.c.correction_id == decision.c.correction_id)
        .where(proposal.c.resident_id == resident_id)
        .order_by(decision.c.decided_at)
    )
    return (await session.execute(wanted)).all()


async def undecided(session: AsyncSession, limit: int) -> Sequence[Any]:
    """Open proposals, the oldest first, with the version and the standing of the record that they are about."""
    wanted = (
        select(proposal, resident.c.version.label("resident_version"), resident.c.standing.label("resident_standing"))
        .outerjoin(resident, resident.c.resident_id == proposal.c.resident_id)
        .outerjoin(decision, decision.c.correction_id == proposal.c.correction_id)
        .where(proposal.c.standing == "OPEN", decision.c.correction_id.is_(None))
        .order_by(proposal.c.said_at, proposal.c.correction_id)
        .limit(limit)
    )
    return (await session.execute(wanted)).all()
