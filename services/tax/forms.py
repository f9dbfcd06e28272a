"""The doors for people: the citizen's form and card, the officer's desk."""

from typing import Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from sekali import uses
from sekali.doors import AnyCaller, Body, Citizen, FormAnswers, Line, Officer, TheBus
from sekali.errors import not_found
from services.tax import service
from services.tax.model import Category, ReturnState, TaskKind
from services.tax.prefill import card
from services.tax.prefill.form import activation_form, open_activation
from services.tax.store.register import Recorded

citizen = APIRouter(tags=["citizen"])
desk = APIRouter(tags=["officer"])
FORM = "activation"


def _known(name: str) -> None:
    if name != FORM:
        raise not_found("form", "GET /forms lists them.")


@citizen.get("/forms")
async def forms(_caller: AnyCaller) -> dict[str, Any]:
    return {"forms": [{"name": FORM, "title": activation_form().title}]}


@citizen.get("/forms/{name}/declaration")
async def declaration(name: str, _caller: AnyCaller) -> Any:
    """The boxes without values."""
    _known(name)
    return activation_form().declaration()


@citizen.get("/forms/{name}")
async def open_form(name: str, caller: Citizen, bus: TheBus) -> Any:
    """The form filled from this agency's copies, each box with its source and its as of."""
    _known(name)
    async with bus.transaction() as session:
        return await open_activation(session, caller.resident_id)


@citizen.post("/forms/{name}", status_code=201)
async def submit_form(name: str, body: FormAnswers, caller: Citizen, bus: TheBus) -> dict[str, Any]:
    _known(name)
    async with bus.transaction() as session:
        return await service.activate_taxpayer(
            session, caller.resident_id, body.submission_id, body.answers, body.sent_at
        )


@citizen.get("/taxpayers/me")
async def my_card(caller: Citizen, bus: TheBus) -> dict[str, Any]:
    """NPWP, NITKUs with place and serial, status, tasks, reminders."""
    async with bus.transaction() as session:
        return await card.taxpayer_card(session, caller.resident_id, uses.CITIZEN)


class CategoryChoice(Body):
    category: Category


@citizen.post("/taxpayers/me/category")
async def choose_category(body: CategoryChoice, caller: Citizen, bus: TheBus) -> dict[str, Any]:
    async with bus.transaction() as session:
        await service.choose_category(session, caller.resident_id, body.category)
        return await card.taxpayer_card(session, caller.resident_id, uses.CITIZEN)


@citizen.get("/applications")
async def my_applications(caller: Citizen, bus: TheBus) -> dict[str, Any]:
    async with bus.transaction() as session:
        return {"applications": await card.application_list(session, caller.resident_id)}


@desk.get("/taxpayers/{resident_id}")
async def taxpayer(resident_id: UUID, officer: Officer, bus: TheBus) -> dict[str, Any]:
    async with bus.transaction() as session:
        return await card.taxpayer_card(session, resident_id, uses.by_officer(officer.name))


@desk.get("/residents/{resident_id}")
async def resident(resident_id: UUID, officer: Officer, bus: TheBus) -> dict[str, Any]:
    """This agency's copy of a person's record, with its version and as of."""
    async with bus.transaction() as session:
        return await card.resident_copy(session, resident_id, uses.by_officer(officer.name))


@desk.get("/taxpayers/{resident_id}/applications")
async def applications(resident_id: UUID, _officer: Officer, bus: TheBus) -> dict[str, Any]:
    async with bus.transaction() as session:
        await card.refuse_restricted(session, resident_id)
        return {"applications": await card.application_list(session, resident_id)}


@desk.get("/taxpayers/{resident_id}/tasks")
async def tasks_of(resident_id: UUID, _officer: Officer, bus: TheBus) -> dict[str, Any]:
    async with bus.transaction() as session:
        await card.refuse_restricted(session, resident_id)
        return {"tasks": await card.task_list(session, resident_id=resident_id)}


@desk.get("/taxpayers/{resident_id}/kswp")
async def kswp_answers(resident_id: UUID, _officer: Officer, bus: TheBus) -> dict[str, Any]:
    async with bus.transaction() as session:
        await card.refuse_restricted(session, resident_id)
        return {"answers": await card.kswp_list(session, resident_id)}


@desk.get("/taxpayers/{resident_id}/returns")
async def returns(resident_id: UUID, _officer: Officer, bus: TheBus) -> dict[str, Any]:
    async with bus.transaction() as session:
        await card.refuse_restricted(session, resident_id)
        return {"returns": await card.return_list(session, resident_id)}


class ReturnRecord(Body):
    """FILED: the return has come in. DUE: it is asked for, whatever the calendar says."""

    tax_year: int = Field(strict=True, ge=1984, le=2200)
    state: Literal["FILED", "DUE"]
    reason: Line | None = None


@desk.post("/taxpayers/{resident_id}/returns", status_code=201)
async def record_return(resident_id: UUID, body: ReturnRecord, officer: Officer, bus: TheBus) -> dict[str, Any]:
    recorded = Recorded(body.tax_year, ReturnState(body.state), officer.name)
    async with bus.transaction() as session:
        await service.record_return(session, resident_id, recorded, service.By(officer.name, body.reason))
        return {"returns": await card.return_list(session, resident_id)}


class NameHold(Body):
    held: bool = Field(strict=True)
    reason: Line | None = None


@desk.post("/taxpayers/{resident_id}/name-hold")
async def hold_name(resident_id: UUID, body: NameHold, officer: Officer, bus: TheBus) -> dict[str, Any]:
    """Hold the registered name while it is being clarified, or let it follow the civil registry again."""
    async with bus.transaction() as session:
        await service.hold_name(session, resident_id, service.By(officer.name, body.reason), held=body.held)
        return await card.taxpayer_card(session, resident_id, uses.by_officer(officer.name))


class TaskClosing(Body):
    kind: TaskKind
    reason: Line | None = None


@desk.post("/taxpayers/{resident_id}/tasks/closing")
async def close_task(resident_id: UUID, body: TaskClosing, officer: Officer, bus: TheBus) -> dict[str, Any]:
    async with bus.transaction() as session:
        await service.close_task(session, resident_id, body.kind, service.By(officer.name, body.reason))
        return {"tasks": await card.task_list(session, resident_id=resident_id)}


@desk.get("/tasks")
async def open_tasks(_officer: Officer, bus: TheBus) -> dict[str, Any]:
    """What is open, newest first, at most 200."""
    async with bus.transaction() as session:
        return {"tasks": await card.task_list(session, open_only=True)}
