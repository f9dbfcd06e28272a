"""Erasing a person: the order. Every agency's confirmation is at `GET /erasures/{person}`, here the receipt."""

from typing import Any

from fastapi import APIRouter

from sekali.doors import Officer, TheBus
from services.population import service
from services.population.model.orders import ErasureOrder


def erasures(region: str) -> APIRouter:
    router = APIRouter(tags=["erasure"])

    @router.post("/erasures")
    async def erase(order: ErasureOrder, caller: Officer, bus: TheBus) -> dict[str, Any]:
        """The receipt as it stands: who has confirmed, who has not yet. Ordered again, nothing is done twice."""
        async with bus.transaction() as session:
            return await service.erase(session, order, service.Desk(caller.name, region))

    return router
