"""The door where other agencies ask *match / no match*: no value leaves the register here."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field, StringConstraints

from sekali.doors import Body, Line, PeerAgency, TheBus
from sekali.errors import Problem
from sekali.verifying import Permits
from services.population import service
from services.population.model.verifying import Guessing

MOST_FIELDS = 10
Path = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$", max_length=80)]


class Question(Body):
    """What somebody answered at the asking agency's counter: dotted field -> answer."""

    resident_id: UUID
    answers: dict[Path, Line] = Field(min_length=1, max_length=MOST_FIELDS, repr=False)


class Matches(BaseModel):
    """Dotted field -> match."""

    resident_id: UUID
    matches: dict[str, bool] = Field(repr=False)


def verifying(permits: Permits, guessing: Guessing) -> APIRouter:
    router = APIRouter(tags=["verify"])

    @router.post("/verify")
    async def verify(question: Question, caller: PeerAgency, bus: TheBus) -> Matches:
        """*Match / no match* for each field that the caller's contract lists under `verify`, while it stands.

        Recorded before the answer. 404 alike for the unknown, the annulled and the withdrawn.
        """
        permits.check(caller.agency, question.answers)
        async with bus.transaction() as session:
            matched = await service.verify(session, caller.agency, question.resident_id, question.answers, guessing)
        if matched is None:  # outside, because the question is recorded all the same
            raise Problem(
                404, "no-record-in-force", "No record in force",
                "The register holds no record in force under this id. Ask the person to go to a Dukcapil office.",
                detail_id="Tidak ada data yang berlaku dengan ID ini. Mohon yang bersangkutan datang ke Dukcapil.",
            )  # fmt: skip
        return Matches(resident_id=question.resident_id, matches=matched)

    return router
