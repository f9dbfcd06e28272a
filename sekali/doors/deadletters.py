"""Every agency's doors of its dead letters, for its operators."""

from typing import Annotated, Any, Self

from fastapi import APIRouter, Query
from pydantic import AfterValidator, Field, StringConstraints, model_validator

from sekali import letters
from sekali.doors.bodies import Body
from sekali.doors.callers import Operator
from sekali.doors.running import TheBus
from sekali.letters import Pick, Place
from sekali.lines import Line

Cause = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z_]{0,39}$")]
Written = Annotated[str, AfterValidator(lambda text: str(Place.read(text)))]
Partition = Annotated[int, Query(ge=0, lt=2**31)]
Offset = Annotated[int, Query(ge=0, lt=2**63)]
Limit = Annotated[int, Query(ge=1, le=1_000)]
WHICH = "Name letters, or a topic or a cause whose letters are all meant; not both."


class Order(Body):
    """Which letters, as ``["population.resident.v1[0]@17"]`` or by topic and cause; and why."""

    letters: list[Written] = Field(default_factory=list, max_length=1_000)
    topic: Line | None = None
    cause: Cause | None = None
    reason: Line

    @model_validator(mode="after")
    def names_some(self) -> Self:
        if bool(self.letters) == bool(self.topic or self.cause):
            raise ValueError(WHICH)
        return self

    @property
    def pick(self) -> Pick:
        return Pick([Place.read(one) for one in self.letters], self.topic, self.cause)


def dead_letter_doors() -> APIRouter:
    router = APIRouter(tags=["dead letters"])

    @router.get("/dead-letters")
    async def listed(  # noqa: PLR0917  # filters of a query
        caller: Operator,
        bus: TheBus,
        topic: str | None = None,
        cause: str | None = None,
        settled: bool = False,
        limit: Limit = 100,
    ) -> dict[str, Any]:
        """{counts: by topic and cause, letters: in log order, more}; `settled`: redriven and discarded ones too."""
        async with bus.transaction() as session:
            return await letters.listed(session, topic=topic, cause=cause, settled=settled, limit=limit)

    @router.get("/dead-letters/{topic}")
    async def shown(topic: str, partition: Partition, offset: Offset, caller: Operator, bus: TheBus) -> dict[str, Any]:
        """One letter, what it waits for, and what was done with it: by whom, when and why."""
        async with bus.transaction() as session:
            return await letters.shown(session, Place(topic, partition, offset))

    @router.post("/dead-letters/redriving")
    async def redrive(order: Order, caller: Operator, bus: TheBus) -> dict[str, Any]:
        """{letters}: those that the service now runs again, in the order of their keys."""
        async with bus.transaction() as session:
            return {"letters": await letters.ask(session, order.pick, caller.name, order.reason)}

    @router.post("/dead-letters/discarding")
    async def discard(order: Order, caller: Operator, bus: TheBus) -> dict[str, Any]:
        """{letters}: those that never have an effect here; what waited behind them goes on."""
        async with bus.transaction() as session:
            return {"letters": await letters.discard(session, order.pick, caller.name, order.reason)}

    return router
