"""The portal's own form, in the shape that every agency's forms have."""

from typing import Any

from fastapi import APIRouter

from sekali import uses
from sekali.doors import AnyCaller, Citizen, FormAnswers, TheBus
from sekali.forms import Form, OpenedForm
from services.portal import service
from services.portal.prefill import contact_fact


def contact_doors(form: Form) -> APIRouter:
    router = APIRouter(prefix="/forms/portal/contact", tags=["contact"])

    @router.get("/declaration")
    async def declaration(_caller: AnyCaller) -> OpenedForm:
        return form.declaration()

    @router.get("")
    async def opened(caller: Citizen, bus: TheBus) -> OpenedForm:
        """The form with what the citizen said last."""
        async with bus.transaction() as session:
            await service.ensure_standing(session, caller.resident_id)
            facts = await contact_fact(session, caller.resident_id)
            return form.open(facts, uses.opening(session, caller.resident_id))

    @router.post("", status_code=201)
    async def say(sent: FormAnswers, caller: Citizen, bus: TheBus) -> dict[str, Any]:
        """A value not sent stays as it is; at least one of the two must be known in the end."""
        filled = service.Filled(sent.submission_id, caller.resident_id, "portal", form.name, sent.answers)
        async with bus.transaction() as session:
            return await service.say_contact(session, filled, form)

    return router
