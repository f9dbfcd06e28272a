"""The officer at the counter asks who stands there: the civil registry says match or no match, never a value."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field, StringConstraints

from sekali import uses
from sekali.asking import Asking
from sekali.doors import Body, Line, Officer, TheBus
from services.licensing.prefill import RESIDENT

FieldPath = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$", max_length=80)]


class Answers(Body):
    """What the person said at the counter: dotted field of population.resident.v1 -> answer."""

    answers: dict[FieldPath, Line] = Field(min_length=1, max_length=10, repr=False)


def verifying(registry: Asking) -> APIRouter:
    router = APIRouter(tags=["officer"])

    @router.post("/desk/residents/{resident_id}/verify")
    async def verify(resident_id: UUID, body: Answers, officer: Officer, bus: TheBus) -> dict[str, Any]:
        """{resident_id, matches: {field: true | false}}; 503 while the registry does not answer.

        Asked before our own transaction, so that no connection is held meanwhile. Nothing but the question is kept.
        """
        matches = await registry.verify(resident_id, body.answers)
        async with bus.transaction() as session:
            asked = {RESIDENT: list(body.answers)}
            uses.record(session, uses.by_officer(officer.name), resident_id, asked, way=uses.VERIFY)
        return {"resident_id": resident_id, "matches": matches}

    return router
