"""The citizen's doors: the form, and what became of it."""

from typing import Annotated, Any, cast
from uuid import UUID

from fastapi import APIRouter
from pydantic import AfterValidator, Field

from sekali import uses
from sekali.doors import AnyCaller, Body, Citizen, FormAnswers, TheBus
from sekali.errors import not_found
from sekali.forms import OpenedForm
from sekali.lines import printable_lines
from services.licensing import prefill, service
from services.licensing.service.cases import refuse_unfit
from services.licensing.settings import Settings
from services.licensing.store import applications, copies, licences

citizen = APIRouter(tags=["citizen"])


class InWords(Body):
    """What the applicant says to a return, or why the application is withdrawn; it stays in the case file."""

    text: Annotated[str, Field(max_length=2000), AfterValidator(printable_lines)] | None = None


@citizen.get("/forms")
async def forms(_caller: AnyCaller) -> dict[str, Any]:
    return {"forms": [{"name": prefill.FORM, "title": prefill.business_licence_form().title}]}


@citizen.get("/forms/{name}/declaration")
async def declaration(name: str, _caller: AnyCaller) -> OpenedForm:
    """The boxes without values."""
    _known(name)
    return prefill.business_licence_form().declaration()


@citizen.get("/forms/{name}")
async def open_form(name: str, caller: Citizen, bus: TheBus) -> OpenedForm:
    """The form filled from this agency's copies, each box with its source and its as of."""
    _known(name)
    async with bus.transaction() as session:
        refuse_unfit(await copies.fitness_of(session, caller.resident_id))
        facts = await prefill.facts(session, caller.resident_id)
        return prefill.business_licence_form().open(facts, uses.opening(session, caller.resident_id))


@citizen.post("/forms/{name}", status_code=201)
async def submit_form(name: str, body: FormAnswers, caller: Citizen, bus: TheBus) -> dict[str, Any]:
    _known(name)
    async with bus.transaction() as session:
        return await service.apply_for_licence(
            session,
            caller.resident_id,
            body.submission_id,
            body.answers,
            sla_days=cast(Settings, bus.settings).sla_working_days,
            sent_at=body.sent_at,
        )


@citizen.get("/applications")
async def my_applications(caller: Citizen, bus: TheBus) -> dict[str, Any]:
    async with bus.transaction() as session:
        found = await applications.of_resident(session, caller.resident_id)
        return {"applications": [prefill.summary(one) for one in found]}


@citizen.get("/applications/{application_id}")
async def my_application(application_id: UUID, caller: Citizen, bus: TheBus) -> dict[str, Any]:
    async with bus.transaction() as session:
        return await prefill.application_card(session, application_id, only_of=caller.resident_id)


@citizen.post("/applications/{application_id}/answer")
async def answer(application_id: UUID, body: InWords, caller: Citizen, bus: TheBus) -> dict[str, Any]:
    """The applicant has mended what was asked; where KSWP was the cause, tax is asked again."""
    async with bus.transaction() as session:
        return prefill.summary(await service.answer_return(session, application_id, caller.resident_id, body.text))


@citizen.post("/applications/{application_id}/withdraw")
async def withdraw(application_id: UUID, body: InWords, caller: Citizen, bus: TheBus) -> dict[str, Any]:
    """The applicant takes it back while nothing is decided; it cannot be undone."""
    async with bus.transaction() as session:
        return prefill.summary(await service.withdraw(session, application_id, caller.resident_id, body.text))


@citizen.get("/licences")
async def my_licences(caller: Citizen, bus: TheBus) -> dict[str, Any]:
    async with bus.transaction() as session:
        found = await licences.of_holder(session, caller.resident_id)
        return {"licences": [prefill.licence_card(one) for one in found]}


def _known(name: str) -> None:
    if name != prefill.FORM:
        raise not_found("form", "GET /forms lists them.")
