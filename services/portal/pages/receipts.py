"""What became of a form that was sent: kept, taken, or not taken."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from sekali import uses
from sekali.doors import TheBus
from sekali.errors import TYPE_PREFIX, Problem, not_found
from sekali.pages import Names, Page, ThePage, page_router, told
from sekali.signin import SignedInCitizen
from services.portal.model import PROGRESS, TRACKED, State
from services.portal.pages.reaching import OWN, Reach
from services.portal.pages.words import STATUS, said
from services.portal.store import submissions, tracker

REFRESH_SECONDS = 5


def receipt_pages(reach: Reach, names: Names) -> APIRouter:
    router = page_router()

    @router.get("/my/submissions/{submission_id}")
    async def receipt(submission_id: UUID, citizen: SignedInCitizen, bus: TheBus, page: ThePage) -> Response:
        async with bus.transaction() as session:
            kept = await submissions.under_way(session, submission_id)
            settled = await submissions.settled(session, submission_id)
            row = next((one for one in (kept, settled) if one and one["resident_id"] == citizen.resident_id), None)
            if row is None:
                raise not_found("submission")
            application = await _application(session, citizen.resident_id, row)
        declared = await reach.declared(bus, row["agency"], row["form"])
        labels = {box.name: page.words.both(box.label) for box in declared.boxes} if declared else {}
        values = {
            "row": row, "state": row.get("state", State.KEPT), "refresh": REFRESH_SECONDS, "own": row["agency"] == OWN,
            "agency": names.agency(row["agency"], page.words), "form": f"/services/{row['agency']}/{row['form']}",
            "standing": _status(page, application),
        }  # fmt: skip
        return page("receipt.html", **values, **_told(page, row, labels))

    return router


async def _application(session: AsyncSession, resident_id: UUID, row: Mapping[Any, Any]) -> Mapping[Any, Any] | None:
    """Where the application stands that came of the form, where the portal has heard of it; a use."""
    rows = await tracker.of_resident(session, resident_id)
    found = next((one for one in rows if one["application_id"] == row.get("application_id")), None)
    topic = f"{row['agency']}{TRACKED}"
    if found is None or not uses.has_ground(session, topic):
        return None
    uses.record(session, uses.CITIZEN, resident_id, {topic: [PROGRESS["status"]]})
    return found


def _status(page: Page, application: Mapping[Any, Any] | None) -> str:
    if application is None:
        return ""
    return said({code: word for code, (word, _) in STATUS.items()}, application["status"], page.words)


def _told(page: Page, row: Mapping[Any, Any], labels: Mapping[str, str]) -> dict[str, Any]:
    """Counts, corrected boxes and a refusal, in words."""
    receipt, problem = row.get("receipt") or {}, row.get("problem")
    corrected = [labels.get(one["box"], one["box"]) for one in receipt.get("corrected") or ()]
    return {
        "counts": row.get("counts") or {},
        "corrected": corrected,
        "why": told(_problem(problem), page.words) if problem else "",
    }


def _problem(document: Mapping[str, Any]) -> Problem:
    slug = str(document.get("type", "")).removeprefix(TYPE_PREFIX)
    return Problem(409, slug, str(document.get("title", "")), str(document.get("detail", "")))
