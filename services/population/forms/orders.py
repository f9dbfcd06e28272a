"""Officers' orders: one door for each life event, each in one transaction."""

from fastapi import APIRouter

from sekali.doors import Officer, OfficerCaller, TheBus
from services.population import service
from services.population.forms.answers import Born, Changed
from services.population.model.orders import (
    AnnulmentOrder,
    BirthOrder,
    CorrectionOrder,
    DeathOrder,
    DivorceOrder,
    MarriageOrder,
    MoveOrder,
    NameChangeOrder,
)


def orders(region: str) -> APIRouter:
    """`region`: six digits, for which numbers are issued."""
    router = APIRouter(tags=["life events"])

    def at(caller: OfficerCaller) -> service.Desk:
        return service.Desk(caller.name, region)

    @router.post("/moves")
    async def move(order: MoveOrder, caller: Officer, bus: TheBus) -> Changed:
        """Form F-1.03: the whole card (its number stays), or some members, who get a new card."""
        async with bus.transaction() as session:
            return Changed.of(await service.move(session, order, at(caller)))

    @router.post("/name-changes")
    async def rename(order: NameChangeOrder, caller: Officer, bus: TheBus) -> Changed:
        """By a court's ruling."""
        async with bus.transaction() as session:
            return Changed.of(await service.rename(session, order, at(caller)))

    @router.post("/marriages")
    async def marry(order: MarriageOrder, caller: Officer, bus: TheBus) -> Changed:
        """By a certificate of KUA or Dukcapil."""
        async with bus.transaction() as session:
            return Changed.of(await service.marry(session, order, at(caller)))

    @router.post("/divorces")
    async def divorce(order: DivorceOrder, caller: Officer, bus: TheBus) -> Changed:
        """By a court's ruling."""
        async with bus.transaction() as session:
            return Changed.of(await service.divorce(session, order, at(caller)))

    @router.post("/births", status_code=201)
    async def give_birth(order: BirthOrder, caller: Officer, bus: TheBus) -> Born:
        """A newborn on a parent's card; the NIK is issued here."""
        async with bus.transaction() as session:
            return Born.of(await service.give_birth(session, order, at(caller)))

    @router.post("/deaths")
    async def die(order: DeathOrder, caller: Officer, bus: TheBus) -> Changed:
        """Of a head with others on the card: `succession` says who heads them, or whose card they join."""
        async with bus.transaction() as session:
            return Changed.of(await service.die(session, order, at(caller)))

    @router.post("/corrections")
    async def correct(order: CorrectionOrder, caller: Officer, bus: TheBus) -> Changed:
        """Form F-1.06: one field, with a reason."""
        async with bus.transaction() as session:
            return Changed.of(await service.correct(session, order, at(caller)))

    @router.post("/annulments")
    async def annul(order: AnnulmentOrder, caller: Officer, bus: TheBus) -> Changed:
        """Of a double registration."""
        async with bus.transaction() as session:
            return Changed.of(await service.annul(session, order, at(caller)))

    return router
