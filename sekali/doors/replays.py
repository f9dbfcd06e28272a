"""Every agency's doors of its replays, for its operators."""

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import AfterValidator, Field

from sekali import replays
from sekali.doors.bodies import Body
from sekali.doors.callers import Operator
from sekali.doors.running import TheBus
from sekali.lines import Line
from sekali.replays import Beginning


def _beginning(written: str) -> str:
    Beginning.read(written)
    return written


class Order(Body):
    """Which topic is read again, from where (`start`, `offset:81`, `time:2026-11-20T10:00:00+07:00`), and why."""

    topic: Line
    from_: Annotated[Line, AfterValidator(_beginning)] = Field(alias="from")
    partition: Annotated[int, Field(ge=0, lt=2**31)] | None = None
    reason: Line


def replay_doors() -> APIRouter:
    router = APIRouter(tags=["replays"])

    @router.get("/replays")
    async def listed(caller: Operator, bus: TheBus, topic: str | None = None) -> dict[str, Any]:
        """{replays}: the last first; from where to where, how far each is, and who asked for it and why."""
        async with bus.transaction() as session:
            return {"replays": await replays.listed(session, topic)}

    @router.post("/replays")
    async def replay(order: Order, caller: Operator, bus: TheBus) -> dict[str, Any]:
        """{replays: [{partition, begin, until}]}: what the service now reads again; nobody else does."""
        meant = replays.Order(order.topic, Beginning.read(order.from_), order.partition, caller.name, order.reason)
        async with bus.transaction() as session:
            found = await replays.borders(session, bus.settings, meant)
        async with bus.transaction() as session:
            return {"replays": await replays.ask(session, bus.settings, meant, found)}

    return router
