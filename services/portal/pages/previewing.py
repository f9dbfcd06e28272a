"""What will be sent to whom, for which purpose; then it is sent. *No, don't* is a normal outcome."""

import json
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from sqlalchemy import RowMapping
from starlette.responses import Response

from sekali.doors import RunningBus, TheBus
from sekali.errors import Problem
from sekali.forms import OpenedForm
from sekali.pages import Names, Page, Posted, ThePage, Words, page_router
from sekali.signin import SignedInCitizen
from sekali.tokens import CitizenCaller
from services.portal import service
from services.portal.model import Verdict, changed, marks
from services.portal.pages.drawing import looked_at
from services.portal.pages.filling import closed, facts_of, id_of, is_known, shown_of
from services.portal.pages.reaching import Reach
from services.portal.pages.recipients import recipients
from services.portal.store import drafts


def previewing_pages(reach: Reach, names: Names) -> APIRouter:
    router = page_router()

    @router.get("/services/{agency}/{form}/preview")
    async def preview(agency: str, form: str, citizen: SignedInCitizen, bus: TheBus, page: ThePage) -> Response:
        """What will be sent to whom, for which purpose. Nothing is sent yet."""
        reach.ensure_known(agency, form)
        async with bus.transaction() as session:
            draft = await drafts.latest(session, citizen.resident_id, agency, form)
        if draft is None:
            return page.to(f"/services/{agency}/{form}")
        try:
            opened = await reach.opened(bus, agency, form, citizen)
        except Problem as problem:
            return await _preview_unseen(reach, bus, page, names, draft, problem)
        checked, errors = looked_at(opened, draft["answers"], page.words)
        if checked is None or errors:
            return page.to(f"/services/{agency}/{form}")
        return page("preview.html", **_preview_values(page, names, agency, opened, draft, checked.corrected))

    @router.post("/services/{agency}/{form}/sending")
    async def send(  # noqa: PLR0917
        agency: str, form: str, citizen: SignedInCitizen, bus: TheBus, page: ThePage, posted_: Posted
    ) -> Response:
        """Sends the draft; sent a second time it leads to the same receipt."""
        reach.ensure_known(agency, form)
        draft_id = id_of(posted_)
        async with bus.transaction() as session:
            draft = await drafts.read(session, citizen.resident_id, draft_id)
            known = await is_known(session, draft_id, citizen.resident_id)
        if draft is None or draft["sent"]:
            return page.to(f"/my/submissions/{draft_id}" if known or draft else f"/services/{agency}/{form}")
        if await _has_changed(reach, bus, citizen, draft, shown_of(posted_), page.words):
            return page.to(f"/services/{agency}/{form}/preview")
        return await _sent(reach, bus, page, draft)

    return router


async def _has_changed(  # noqa: PLR0917
    reach: Reach, bus: RunningBus, citizen: CitizenCaller, draft: RowMapping, shown: Mapping[str, str], words: Words
) -> bool:
    """Whether a fact is another than the preview showed, or an answer is not right any more.

    While the agency's door is down nobody can tell; the agency itself has the last look.
    """
    try:
        opened = await reach.opened(bus, draft["agency"], draft["form"], citizen)
    except Problem as problem:
        if problem.status == 503:
            return False
        raise
    _, errors = looked_at(opened, draft["answers"], words)
    return bool(errors) or bool(shown and changed(draft["submission_id"], shown, facts_of(opened)))


async def _sent(reach: Reach, bus: RunningBus, page: Page, draft: RowMapping) -> Response:
    receipt, form = f"/my/submissions/{draft['submission_id']}", f"/services/{draft['agency']}/{draft['form']}"
    try:
        verdict, problem = await reach.send(bus, draft, dict(draft["answers"]))
    except Problem as wrong:
        if wrong.slug in {"already-submitted", "already-kept"}:
            return page.to(receipt)
        if wrong.status != 422:
            raise
        # A contact box that the portal itself does not take.
        async with bus.transaction() as session:
            await service.draft_comes_back(session, draft["submission_id"], [one.document() for one in wrong.fields])
        return page.to(form)
    mend = verdict is Verdict.REFUSED and problem is not None and problem.status == 422
    return page.to(form if mend else receipt)


def _preview_values(  # noqa: PLR0917
    page: Page, names: Names, agency: str, opened: OpenedForm, draft: RowMapping, corrected: Any
) -> dict[str, Any]:
    words, facts = page.words, facts_of(opened)
    moved = changed(draft["submission_id"], draft["shown"], facts)
    return {
        "opened": opened, "agency": names.agency(agency, words), "path": f"/services/{agency}/{opened.form}",
        "draft_id": draft["submission_id"], "moved": [box for box in opened.boxes if box.name in moved],
        "shown": json.dumps(marks(draft["submission_id"], facts), separators=(",", ":")), "unseen": False,
        **recipients(names, words, agency, opened, draft["answers"], [one.box for one in corrected]),
    }  # fmt: skip


async def _preview_unseen(  # noqa: PLR0917
    reach: Reach, bus: RunningBus, page: Page, names: Names, draft: RowMapping, problem: Problem
) -> Response:
    """While the door is down: what was typed can be sent all the same, and is kept until the agency is back."""
    declared = await reach.declared(bus, draft["agency"], draft["form"])
    if problem.status != 503 or declared is None:
        return closed(page, names, draft["agency"], draft, problem)
    values = {
        "opened": declared, "agency": names.agency(draft["agency"], page.words), "unseen": True, "moved": [],
        "path": f"/services/{draft['agency']}/{draft['form']}", "draft_id": draft["submission_id"], "shown": "{}",
        **recipients(names, page.words, draft["agency"], declared, draft["answers"], []),
    }  # fmt: skip
    return page("preview.html", **values)
