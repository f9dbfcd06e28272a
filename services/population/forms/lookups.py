"""Looking up: numbers travel in the body, since a URL is kept in histories and logs."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter

from sekali.doors import AnyCaller, Citizen, Officer, TheBus
from sekali.identity import Kk, Nik
from services.population import prefill
from services.population.forms.answers import CardMembers, Known, Opened, Record
from services.population.model.orders import Order


class FindResident(Order):
    nik: Nik


class FindCard(Order):
    kk_number: Kk


def lookups() -> APIRouter:
    router = APIRouter(tags=["look-ups"])

    @router.post("/residents/find")
    async def find(order: FindResident, caller: Officer, bus: TheBus) -> Known:
        async with bus.transaction() as session:
            return Known.of((await prefill.find(session, order.nik.digits, caller.name)).resident)

    @router.post("/family-cards/find")
    async def find_card(order: FindCard, caller: Officer, bus: TheBus) -> CardMembers:
        """All who stand on the card, the dead and the annulled too."""
        async with bus.transaction() as session:
            card, residents = await prefill.find_card(session, order.kk_number.digits, caller.name)
        return CardMembers(**Opened.of(card).model_dump(), residents=[Known.of(one) for one in residents])

    @router.get("/residents/count")
    async def count(_caller: Officer, bus: TheBus) -> dict[str, int]:
        """{residents, unsaid}: all records, those of the dead and the annulled too; changes on their way to the bus."""
        async with bus.transaction() as session:
            return await prefill.count(session)

    @router.get("/residents/me")
    async def me(caller: Citizen, bus: TheBus) -> Record:
        """What the register says of the citizen."""
        async with bus.transaction() as session:
            found = await prefill.own(session, caller.resident_id)
        return Record.from_found(found, [])

    @router.get("/residents/{resident_id}")
    async def resident(resident_id: UUID, caller: Officer, bus: TheBus) -> Record:
        """The whole record with its deeds."""
        async with bus.transaction() as session:
            found = await prefill.resident(session, resident_id, caller.name)
            return Record.from_found(found, await prefill.history(session, resident_id))

    @router.get("/forms")
    async def forms(_caller: AnyCaller) -> dict[str, list[Any]]:
        """The register has no form of a citizen's; the portal asks every agency the same way."""
        return {"forms": []}

    return router
