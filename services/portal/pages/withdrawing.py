"""Taking an application back: one page says what follows, and nothing happens before the button on it."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from sekali.doors import TheBus
from sekali.pages import Input, Names, Page, Posted, Sheet, ThePage, page_router
from sekali.signin import SignedInCitizen
from services.portal.model import Answer
from services.portal.pages.reaching import as_problem
from services.portal.pages.turns import LONGEST, tracked
from services.portal.pages.words import SERVICES, said
from services.portal.prefill import Agencies

CLOSED = 409


def withdrawing_pages(agencies: Agencies, names: Names) -> APIRouter:
    router = page_router()

    @router.get("/my/applications/{application_id}/withdrawal")
    async def asked(application_id: UUID, citizen: SignedInCitizen, bus: TheBus, page: ThePage) -> Response:
        row = await tracked(bus, citizen, application_id)
        answer = await agencies.application(row["agency"], application_id, citizen)
        return page("withdrawal.html", **_values(page, names, row), sheet=_sheet(page), state=_state(answer))

    @router.post("/my/applications/{application_id}/withdrawal")
    async def withdrawn(
        application_id: UUID, citizen: SignedInCitizen, bus: TheBus, page: ThePage, form: Posted
    ) -> Response:
        """Handed on to the agency; where it is not taken, the page comes again with what was typed."""
        row = await tracked(bus, citizen, application_id)
        sheet = _sheet(page).typed(form)
        answer = await agencies.withdraw(row["agency"], application_id, citizen, sheet["text"].value)
        if answer.status == 200:
            return page.to(f"/my/applications/{application_id}?withdrawn=1")
        problem = as_problem(row["agency"], answer)
        state = "closed" if answer.status == CLOSED else "open"
        sheet = sheet.refused(problem, page.words) if state == "open" else sheet
        return page("withdrawal.html", problem.status, **_values(page, names, row), sheet=sheet, state=state)

    return router


def _state(answer: Answer) -> str:
    """`open`, `closed` where the agency takes none back any more, `down` where it does not answer."""
    if answer.status != 200:
        return "down" if answer.status == 0 or answer.status >= 500 else "closed"
    return "open" if answer.body.get("may_withdraw") is True else "closed"


def _sheet(page: Page) -> Sheet:
    label = page.words("Why, in a few words")
    hint = page.words("You need not say. The office keeps it with the case.")
    return Sheet((Input("text", label, kind="long", required=False, max_length=LONGEST, hint=hint),))


def _values(page: Page, names: Names, row: Any) -> dict[str, Any]:
    agency = names.agency(row["agency"], page.words)
    service = said(SERVICES, row["service"], page.words) or agency
    return {"id": row["application_id"], "agency": agency, "service": service}
