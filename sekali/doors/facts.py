"""Every agency's door of the citizen's right: which of my facts are held here, as of when, under which contract."""

from typing import Any

from fastapi import APIRouter

from sekali import held
from sekali.doors.callers import Citizen
from sekali.doors.running import TheBus


def facts_door(registers: held.Registers) -> APIRouter:
    """`registers`: where the agency's own records of people stand."""
    router = APIRouter(tags=["facts"])

    @router.get("/facts/me")
    async def mine(caller: Citizen, bus: TheBus) -> dict[str, Any]:
        """{copies: [{topic, owner, as_of, heard_at, version, fields, contract}], owns: [{topic, tells}]}; no value.

        Names of fields only, so looking is no use. `fields` are those that hold something.
        `owns`: the agency's own topics that hold a record of the caller.
        """
        async with bus.transaction() as session:
            copies = await held.copies_of(session, caller.resident_id)
            owns = await held.owned_of(session, caller.resident_id, registers)
            return {"copies": copies, "owns": owns}

    return router
