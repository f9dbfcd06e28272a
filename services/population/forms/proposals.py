"""Corrections that citizens propose, and officers decide on."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from sekali.doors import Officer, TheBus
from services.population import prefill, service
from services.population.forms.answers import Changed
from services.population.model.orders import DecisionOrder


def proposals(region: str) -> APIRouter:
    router = APIRouter(prefix="/proposals", tags=["proposals"])

    @router.get("")
    async def undecided(
        caller: Officer, bus: TheBus, limit: Annotated[int, Query(ge=1, le=500)] = 100
    ) -> dict[str, Sequence[Mapping[str, Any]]]:
        """{proposals: […]}, the oldest first, each beside what the register says now."""
        async with bus.transaction() as session:
            return {"proposals": await prefill.undecided(session, limit, caller.name)}

    @router.post("/{correction_id}/decision")
    async def decide(correction_id: UUID, order: DecisionOrder, caller: Officer, bus: TheBus) -> Changed:
        """Accepted: the correction is applied at once. The portal hears the decision either way."""
        async with bus.transaction() as session:
            desk = service.Desk(caller.name, region)
            return Changed.of(await service.decide(session, correction_id, order, desk))

    return router
