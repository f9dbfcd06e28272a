"""The doors of erasure that every agency has: its confirmation, at the owner the receipt; what a law holds."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter

from sekali.doors.bodies import Body
from sekali.doors.callers import AgencyCaller, AnyCaller, Officer, OfficerCaller
from sekali.doors.running import TheBus
from sekali.erasure import confirmation
from sekali.erasure.holds import opened
from sekali.errors import forbidden, not_found
from sekali.lines import Line

REFUSED = "Only an officer here and the agency that ordered the erasure enter."


class Opening(Body):
    """The article as it is listed, and what the record is needed for."""

    article: Line
    reason: Line


def erasure_doors() -> APIRouter:
    router = APIRouter(tags=["erasure"])

    @router.get("/erasures/{person}")
    async def erased(person: UUID, caller: AnyCaller, bus: TheBus) -> dict[str, Any]:
        """{topic, version, erased_at, cleared, holds}; at the owner also {complete, agencies, missing}."""
        own = isinstance(caller, OfficerCaller) and caller.agency == bus.settings.agency
        if not own and not isinstance(caller, AgencyCaller):
            raise forbidden(REFUSED)
        async with bus.transaction() as session:
            found = await confirmation(session, person)
        if found is None:
            raise not_found("erasure here", "An agency confirms once it has heard of it.")
        if isinstance(caller, AgencyCaller) and not found["topic"].startswith(f"{caller.agency}."):
            raise forbidden(REFUSED)
        return found

    @router.post("/holds/{hold_id}/opening")
    async def open_hold(hold_id: UUID, body: Opening, caller: Officer, bus: TheBus) -> dict[str, Any]:
        """The held record, under the article it is held for; who opened it and why is noted."""
        async with bus.transaction() as session:
            return await opened(session, hold_id, caller.name, article=body.article, reason=body.reason)

    return router
