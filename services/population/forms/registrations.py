"""Registering family cards, one or many."""

from fastapi import APIRouter

from sekali.doors import Officer, TheBus
from services.population import service
from services.population.forms.answers import RegisteredCard, RegisteredCards, warnings
from services.population.model.orders import CardOrder, CardsOrder


def registrations(region: str) -> APIRouter:
    router = APIRouter(prefix="/family-cards", tags=["registration"])

    @router.post("", status_code=201)
    async def register(order: CardOrder, caller: Officer, bus: TheBus) -> RegisteredCard:
        """Form F-1.01: a family card with its members, all or nothing."""
        async with bus.transaction() as session:
            new = await service.register_cards(session, [("", order)], service.Desk(caller.name, region))
        (card,) = RegisteredCards.of(new).cards
        return card.model_copy(update={"warnings": warnings(order)})

    @router.post("/batch", status_code=201)
    async def register_batch(order: CardsOrder, caller: Officer, bus: TheBus) -> RegisteredCards:
        """Up to 500 cards in one transaction: all or nothing."""
        numbered = [(f"cards.{index}.", card) for index, card in enumerate(order.cards)]
        async with bus.transaction() as session:
            return RegisteredCards.of(
                await service.register_cards(session, numbered, service.Desk(caller.name, region))
            )

    return router
