"""Every agency's door of the citizen's right: which of my facts are held here, as of when, under which contract."""

from typing import Any

from fastapi import APIRouter

from sekali import held
from sekali.doors.callers import Citizen
from sekali.doors.running import TheBus


def facts_door() -> APIRouter:
    router = APIRouter(tags=["facts"])

    @router.get("/facts/me")
    async def mine(caller: Citizen, bus: TheBus) -> dict[str, Any]:
        """{copies: [{topic, owner, as_of, heard_at, version, fields, contract}], owns: [{topic, tells}]}; no value.

        Names of fields only, so looking is no use. `fields` are those that hold something.
        """
        async with bus.transaction() as session:
            copies = await held.copies_of(session, caller.resident_id)
            return {"copies": copies, "owns": held.owned(session)}

    return router
