"""Queries on the corrections that citizens propose."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.portal.model import Decision, Proposal
from services.portal.store.tables import correction

GRAVE = {
    "version": correction.c.version + 1,
    "gone": True,
    **dict.fromkeys(("resident_id", "topic", "field", "seen_version", "proposed")),
    **dict.fromkeys(("decision", "reason_code", "decided_at", "closed_at")),
}


async def open_(
    session: AsyncSession, resident_id: UUID, proposals: Sequence[Proposal], at: datetime
) -> Sequence[RowMapping]:
    """New rows at version 1; a proposal that is there already is left out of the answer."""
    rows = [
        {
            "correction_id": proposal.correction_id,
            "version": 1,
            "said_at": at,
            "resident_id": resident_id,
            "topic": proposal.topic,
            "field": proposal.field,
            "seen_version": proposal.seen_version,
            "proposed": proposal.proposed,
        }
        for proposal in proposals
    ]
    statement = insert(correction).values(rows).on_conflict_do_nothing().returning(correction)
    opened: Sequence[RowMapping] = (await session.execute(statement)).mappings().all()
    return opened


async def close(session: AsyncSession, correction_id: UUID, at: datetime, decision: Decision) -> RowMapping | None:
    """The closed row with its next version, emptied of what was proposed; None when it was closed already."""
    found = await session.execute(
        update(correction)
        .where(correction.c.correction_id == correction_id, correction.c.closed_at.is_(None))
        .values(_closing(at) | _decided(decision))
        .returning(correction)
    )
    closed: RowMapping | None = found.mappings().one_or_none()
    return closed


async def decide_late(session: AsyncSession, correction_id: UUID, decision: Decision) -> bool:
    """Notes the decision on a correction that was closed before it came; False when there is no such correction."""
    found = await session.execute(
        update(correction)
        .where(correction.c.correction_id == correction_id)
        .values(_decided(decision))
        .returning(correction.c.correction_id)
    )
    return found.first() is not None


async def close_all(session: AsyncSession, residents: Sequence[UUID], at: datetime) -> Sequence[RowMapping]:
    """Closes the open corrections of these residents, undecided."""
    found = await session.execute(
        update(correction)
        .where(correction.c.resident_id.in_(residents), correction.c.closed_at.is_(None))
        .values(_closing(at))
        .returning(correction)
    )
    return sorted(found.mappings().all(), key=lambda row: row["correction_id"].int)


async def bury(session: AsyncSession, closed_before: datetime, limit: int = 500) -> list[tuple[UUID, int]]:
    """Empties rows whose keeping time is over; gives their keys with the versions of the tombstones, in key order."""
    due = (
        select(correction.c.correction_id)
        .where(correction.c.closed_at < closed_before, ~correction.c.gone)
        .order_by(correction.c.correction_id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    emptied = await session.execute(
        update(correction)
        .where(correction.c.correction_id.in_((await session.scalars(due)).all()))
        .values(GRAVE)
        .returning(correction.c.correction_id, correction.c.version)
    )
    return sorted((row.correction_id, row.version) for row in emptied)


async def end_all(session: AsyncSession, resident_id: UUID, at: datetime) -> list[tuple[UUID, int]]:
    """Empties all corrections of an erased resident, open and closed; keys and versions of the tombstones."""
    emptied = await session.execute(
        update(correction)
        .where(correction.c.resident_id == resident_id, ~correction.c.gone)
        .values(GRAVE | {"said_at": at})
        .returning(correction.c.correction_id, correction.c.version)
    )
    return sorted((row.correction_id, row.version) for row in emptied)


async def of_resident(session: AsyncSession, resident_id: UUID) -> Sequence[RowMapping]:
    """A citizen's corrections, the newest first."""
    found = await session.execute(
        select(correction)
        .where(correction.c.resident_id == resident_id)
        .order_by(correction.c.said_at.desc(), correction.c.correction_id)
    )
    return found.mappings().all()


async def locked(session: AsyncSession, keys: Sequence[UUID]) -> Sequence[RowMapping]:
    """The rows of `keys`, locked in key order, graves too."""
    found = await session.execute(
        select(correction)
        .where(correction.c.correction_id.in_(keys))
        .order_by(correction.c.correction_id)
        .with_for_update()
    )
    return found.mappings().all()


def _decided(decision: Decision) -> dict[str, object]:
    return {
        "decision": decision.decision,
        "reason_code": decision.reason_code,
        "decided_at": decision.decided_at,
    }


def _closing(at: datetime) -> dict[str, object]:
    return {"version": correction.c.version + 1, "closed_at": at, "said_at": at, "proposed": None, "seen_version": None}
