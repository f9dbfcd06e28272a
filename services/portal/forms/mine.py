"""What a citizen finds of their own: applications at every agency, corrections, submissions."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter

from sekali import uses
from sekali.doors import Citizen, TheBus
from sekali.errors import not_found
from services.portal.model import PROGRESS, TRACKED, State
from services.portal.store import corrections, submissions, tracker


def mine() -> APIRouter:
    router = APIRouter(tags=["mine"])

    @router.get("/applications")
    async def applications(caller: Citizen, bus: TheBus) -> dict[str, Any]:
        """{applications: [{application_id, agency, service, status, steps, due_on, clock, next_actor, …, as_of}]}"""
        async with bus.transaction() as session:
            held = await tracker.of_resident(session, caller.resident_id)
            rows = [row for row in held if uses.has_ground(session, f"{row['agency']}{TRACKED}")]
            for row in rows:
                shown = {f"{row['agency']}{TRACKED}": uses.filled(row, PROGRESS)}
                uses.record(session, uses.CITIZEN, caller.resident_id, shown)
        return {"applications": [_shown(row, "gone", "heard_at", "resident_id") for row in rows]}

    @router.get("/corrections")
    async def proposals(caller: Citizen, bus: TheBus) -> dict[str, Any]:
        """{corrections: [{correction_id, topic, field, proposed, standing, decision, reason_code, decided_at, …}]}"""
        async with bus.transaction() as session:
            rows = await corrections.of_resident(session, caller.resident_id)
        return {"corrections": [_shown(row, "gone", "resident_id") | {"standing": _standing(row)} for row in rows]}

    @router.get("/submissions/{submission_id}")
    async def submission(submission_id: UUID, caller: Citizen, bus: TheBus) -> dict[str, Any]:
        """{submission_id, agency, form, state: KEPT | TAKEN | REFUSED, …}; never the answers."""
        async with bus.transaction() as session:
            kept = await submissions.under_way(session, submission_id)
            settled = await submissions.settled(session, submission_id)
        if kept is not None and kept["resident_id"] == caller.resident_id:
            return _shown(kept, "answers", "resident_id", "traceparent") | {"state": State.KEPT}
        if settled is not None and settled["resident_id"] == caller.resident_id:
            return _shown(settled, "resident_id")
        raise not_found("submission", "Look at the id that was sent with the form.")

    return router


def _standing(row: Mapping[Any, Any]) -> str:
    return "CLOSED" if row["closed_at"] else "OPEN"


def _shown(row: Mapping[Any, Any], *hidden: str) -> dict[str, Any]:
    return {str(name): value for name, value in row.items() if name not in hidden}
