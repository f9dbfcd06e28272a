"""Every agency's door of the citizen's right: who used which of my facts here, when, for what, on which ground."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from sekali import uses
from sekali.doors.callers import Citizen
from sekali.doors.running import RunningBus, TheBus

Before = Annotated[int | None, Query(ge=1, le=2**53, description="Entries older than this number.")]
Limit = Annotated[int, Query(ge=1, le=200)]


def uses_door() -> APIRouter:
    router = APIRouter(tags=["uses"])

    @router.get("/uses")
    async def mine(caller: Citizen, bus: TheBus, before: Before = None, limit: Limit = 50) -> dict[str, Any]:
        """The citizen's own entries, newest first: {uses: [{number, at, by, topic, fields, way, purpose, …}], next}.

        `next` is what `before` takes for the next page; null on the last one.
        """
        return await uses_told(bus, caller.resident_id, before=before, limit=limit)

    return router


async def uses_told(
    bus: RunningBus, resident_id: UUID, *, before: int | None = None, limit: int = 50
) -> dict[str, Any]:
    """What the door answers, for an agency that shows its own record on a page."""
    async with bus.transaction() as session:
        found = await uses.of_resident(session, resident_id, before=before, limit=limit + 1)
    page = found[:limit]
    return {"uses": page, "next": page[-1]["number"] if len(found) > limit else None}
