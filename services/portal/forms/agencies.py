"""Every agency's forms behind one door. A door that is down is said in words, and the others work."""

import asyncio
from typing import Any

from fastapi import APIRouter
from starlette.responses import JSONResponse

from sekali import tracing
from sekali.doors import AnyCaller, Citizen, CitizenCaller, FormAnswers, TheBus
from sekali.errors import not_found
from sekali.forms import Form
from services.portal import service
from services.portal.model import Answer, State, Verdict, is_form_name, why_kept
from services.portal.prefill import Agencies

PROBLEM = "application/problem+json"


def agencies_doors(agencies: Agencies, handing: service.Handing, own: Form) -> APIRouter:
    router = APIRouter(prefix="/forms", tags=["forms"])

    @router.get("")
    async def listed(caller: AnyCaller) -> dict[str, Any]:
        """{agencies: [{agency, state: UP, forms: [{name, title}]} | {agency, state: DOWN, detail}]}"""
        names = agencies.names
        citizen = caller if isinstance(caller, CitizenCaller) else None
        answers = await asyncio.gather(*(agencies.forms(name, citizen) for name in names))
        mine = {"agency": "portal", "state": "UP", "forms": [{"name": own.name, "title": own.title}]}
        return {"agencies": [mine, *(_state(name, answer) for name, answer in zip(names, answers, strict=True))]}

    @router.get("/{agency}/{form}")
    async def opened(agency: str, form: str, caller: Citizen, bus: TheBus) -> JSONResponse:
        """The agency's form, filled from its own copies."""
        _ensure_known(agencies, agency, form)
        known = await service.known_or_asked(bus.transaction, agencies, agency, form)
        answer = await agencies.opened(agency, form, caller)
        if answer.status == 0 or answer.status >= 500:
            raise service.door_down(agency, answer)
        if answer.status == 200:
            await service.remember_news(bus.transaction, agency, form, answer.body["boxes"], known)
        return _passed_on(answer)

    @router.post("/{agency}/{form}", status_code=201)
    async def send(agency: str, form: str, sent: FormAnswers, caller: Citizen, bus: TheBus) -> JSONResponse:
        """201 the agency's receipt, 202 kept until the agency's door is up again, or the agency's problem document."""
        _ensure_known(agencies, agency, form)
        boxes = await service.known_or_asked(bus.transaction, agencies, agency, form)
        filled = service.Filled(sent.submission_id, caller.resident_id, agency, form, sent.answers)
        async with bus.transaction() as session:
            trace = tracing.traceparent()
            kept = await service.keep(session, filled, own, boxes, traceparent=trace, lease=handing.lease)
        meaning, answer = await handing.over(bus.transaction, kept, promised=kept["attempts"] > 0)
        return _kept(sent, agency, answer) if meaning in {Verdict.DOWN, Verdict.UNHEARD} else _passed_on(answer)

    return router


def _state(agency: str, answer: Answer) -> dict[str, Any]:
    if answer.status == 200:
        return {"agency": agency, "state": "UP", "forms": answer.body["forms"]}
    if answer.status == 404:
        return {"agency": agency, "state": "UP", "forms": []}
    return {"agency": agency, "state": "DOWN", "detail": answer.cause or f"The door of {agency} refuses the portal."}


def _kept(sent: FormAnswers, agency: str, answer: Answer) -> JSONResponse:
    detail = f"{why_kept(agency, answer)} Your form is kept and will be handed on as soon as it can."
    return JSONResponse({"submission_id": str(sent.submission_id), "state": State.KEPT, "detail": detail}, 202)


def _passed_on(answer: Answer) -> JSONResponse:
    return JSONResponse(answer.body, answer.status, media_type=PROBLEM if answer.status >= 400 else None)


def _ensure_known(agencies: Agencies, agency: str, form: str) -> None:
    """Before anything is asked or stored: both are typed by somebody."""
    if agency not in agencies.names:
        raise not_found("agency", "GET /forms lists them all.")
    if not is_form_name(form):
        raise service.unknown_form()
