"""My applications at every agency, and the way of each of my corrections."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from sekali import uses
from sekali.doors import TheBus
from sekali.forms import as_json
from sekali.pages import N_, Names, Page, ThePage, page_router
from sekali.regions import find
from sekali.signin import SignedInCitizen
from services.portal.model import PROGRESS, TRACKED, owner
from services.portal.pages.words import NEXT, REASONS, SERVICES, STATUS, clock, said
from services.portal.store import corrections, tracker

WORDS = {code: word for code, (word, _) in STATUS.items()}
DECISIONS = {"ACCEPTED": N_("Accepted"), "DECLINED": N_("Declined")}


def application_pages(names: Names) -> APIRouter:
    router = page_router()

    @router.get("/my/applications")
    async def applications(citizen: SignedInCitizen, bus: TheBus, page: ThePage) -> Response:
        async with bus.transaction() as session:
            held = await tracker.of_resident(session, citizen.resident_id)
            rows = [row for row in held if uses.has_ground(session, f"{row['agency']}{TRACKED}")]
            for row in rows:
                shown = {f"{row['agency']}{TRACKED}": uses.filled(row, PROGRESS)}
                uses.record(session, uses.CITIZEN, citizen.resident_id, shown)
        at = bus.clock()
        shown_rows = [application_told(page, names, row, clock(row, page.words, at)) for row in rows]
        return page("applications.html", applications=shown_rows)

    @router.get("/my/corrections")
    async def proposals(citizen: SignedInCitizen, bus: TheBus, page: ThePage) -> Response:
        async with bus.transaction() as session:
            rows = await corrections.of_resident(session, citizen.resident_id)
        return page("corrections.html", corrections=[_correction(page, names, row) for row in rows])

    return router


def application_told(page: Page, names: Names, row: Mapping[Any, Any], left: str) -> dict[str, Any]:
    words = page.words
    agency = names.agency(row["agency"], words)
    word, tone = STATUS.get(row["status"], (said(WORDS, row["status"], words), "open"))
    return {
        "id": row["application_id"],
        "agency": agency,
        "service": said(SERVICES, row["service"], words) or agency,
        "status": words(word) if word else "",
        "tone": tone,
        "clock": left,
        "next": said(NEXT, row["next_actor"], words, agency=agency),
        "mine": row["next_actor"] == "APPLICANT",
        "reason": said(REASONS, row["reason_code"], words),
        "steps": [(said(WORDS, one["status"], words), words.moment(one["at"])) for one in row["steps"] or ()],
        "as_of": words.moment(row["as_of"]),
        "sent_at": words.moment(row["steps"][0]["at"]) if row["steps"] else "",
    }


def _correction(page: Page, names: Names, row: Mapping[Any, Any]) -> dict[str, Any]:
    words = page.words
    return {
        "field": names.field(row["topic"], row["field"], words),
        "owner": names.agency(owner(row["topic"]), words),
        "proposed": _in_words(row["field"], row["proposed"]),
        "open": row["closed_at"] is None,
        "said_at": words.moment(row["said_at"]),
        "decision": said(DECISIONS, row["decision"], words),
        "good": row["decision"] == "ACCEPTED",
        "reason": said(REASONS, row["reason_code"], words),
        "decided_at": words.moment(row["decided_at"]) if row["decided_at"] else "",
    }


def _in_words(field: str, proposed: str | None) -> str:
    """A village's code by its name; all else as it was typed."""
    region = find(proposed) if proposed and field.endswith("_code") else None
    return region.path if region else str(as_json(proposed) or "")
