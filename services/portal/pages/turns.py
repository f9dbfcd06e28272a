"""One application, and the citizen's turn in it: what the agency asks to be mended, and the answer to it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from sekali import uses
from sekali.doors import RunningBus, TheBus
from sekali.errors import not_found
from sekali.pages import Input, Names, Page, Posted, Sheet, ThePage, page_router
from sekali.signin import SignedInCitizen
from sekali.tokens import CitizenCaller
from services.portal.model import PROGRESS, TRACKED, Answer
from services.portal.pages.applications import application_told
from services.portal.pages.reaching import as_problem
from services.portal.pages.words import clock
from services.portal.prefill import Agencies
from services.portal.store import tracker

LONGEST = 2000


def turn_pages(agencies: Agencies, names: Names) -> APIRouter:
    router = page_router()

    @router.get("/my/applications/{application_id}")
    async def one(application_id: UUID, citizen: SignedInCitizen, bus: TheBus, page: ThePage) -> Response:
        row = await tracked(bus, citizen, application_id)
        answer = await agencies.application(row["agency"], application_id, citizen)
        return page("application.html", **_values(page, names, bus, row, answer), sheet=_sheet(page))

    @router.post("/my/applications/{application_id}")
    async def answered(
        application_id: UUID, citizen: SignedInCitizen, bus: TheBus, page: ThePage, form: Posted
    ) -> Response:
        """Handed on to the agency; where it is not taken, the page comes again with what was typed."""
        row = await tracked(bus, citizen, application_id)
        sheet = _sheet(page).typed(form)
        answer = await agencies.answer(row["agency"], application_id, citizen, sheet["text"].value)
        if answer.status == 200:
            return page.to(f"/my/applications/{application_id}?answered=1")
        problem = as_problem(row["agency"], answer)
        shown = await agencies.application(row["agency"], application_id, citizen)
        values = _values(page, names, bus, row, shown) | {"sheet": sheet.refused(problem, page.words)}
        return page("application.html", problem.status, **values)

    return router


async def tracked(bus: RunningBus, citizen: CitizenCaller, application_id: UUID) -> Mapping[Any, Any]:
    """The citizen's own, as the portal has heard of it; a use. Problem 404 for anybody else's."""
    async with bus.transaction() as session:
        rows = await tracker.of_resident(session, citizen.resident_id)
        row = next((one for one in rows if one["application_id"] == application_id), None)
        if row is None or not uses.has_ground(session, f"{row['agency']}{TRACKED}"):
            raise not_found("application")
        shown = {f"{row['agency']}{TRACKED}": uses.filled(row, PROGRESS)}
        uses.record(session, uses.CITIZEN, citizen.resident_id, shown)
    return row


def _sheet(page: Page) -> Sheet:
    label = page.words("What you have mended, in a few words")
    return Sheet((Input("text", label, kind="long", required=False, max_length=LONGEST),))


def _values(page: Page, names: Names, bus: RunningBus, row: Mapping[Any, Any], answer: Answer) -> dict[str, Any]:
    says = answer.body.get("officer_says") if answer.status == 200 else None
    return {
        "one": application_told(page, names, row, clock(row, page.words, bus.clock())),
        "says": says if isinstance(says, str) else "",
        "up": answer.status == 200,
        "answered": "answered" in page.asked,
        "withdrawn": "withdrawn" in page.asked,
        "may_withdraw": answer.status == 200 and answer.body.get("may_withdraw") is True,
    }
