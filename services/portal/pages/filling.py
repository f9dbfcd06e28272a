"""A form's page: what is filled, what is asked. What is typed is kept at every button."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any, cast
from uuid import UUID, uuid4

from fastapi import APIRouter
from sqlalchemy import RowMapping
from starlette.requests import Request
from starlette.responses import Response

from sekali.doors import RunningBus, TheBus
from sekali.errors import FieldError, Problem
from sekali.forms import OpenedForm
from sekali.pages import Names, Page, Posted, ThePage, Words, page_router, posted, read
from sekali.pages.posting import posted_form
from sekali.signin import Session, SignedInCitizen
from sekali.tokens import CitizenCaller
from services.portal import service
from services.portal.model import State, changed, marked, marks
from services.portal.pages.drawing import Drawing, looked_at, sentence, source_of
from services.portal.pages.reaching import Reach
from services.portal.store import drafts, submissions

OURS = ("csrf", "_id", "_shown", "_step")
MOST_SHOWN = 300


def filling_pages(reach: Reach, names: Names) -> APIRouter:
    router = page_router()

    @router.get("/services/{agency}/{form}")
    async def fill(agency: str, form: str, citizen: SignedInCitizen, bus: TheBus, page: ThePage) -> Response:
        """The form, filled; with what was typed before, and what is wrong with it."""
        reach.ensure_known(agency, form)
        draft, opened = await draft_and_form(reach, bus, agency, form, citizen)
        if isinstance(opened, Problem):
            return closed(page, names, agency, draft, opened)
        return page("form.html", **_form_values(page, names, agency, opened, draft))

    @router.post("/services/{agency}/{form}")
    async def typed(  # noqa: PLR0917
        agency: str, form: str, citizen: SignedInCitizen, bus: TheBus, page: ThePage, posted_: Posted
    ) -> Response:
        """Keeps what was typed, then goes where the button says: lists, discard, or the preview."""
        reach.ensure_known(agency, form)
        path, step = f"/services/{agency}/{form}", posted(posted_, "_step")
        if step == "discard":
            async with bus.transaction() as session:
                await drafts.discard(session, citizen.resident_id, agency, form)
            return page.to("/")
        draft_id = await _save(reach, bus, citizen.resident_id, agency, form, posted_, page.words)
        if draft_id is None:
            return page.to(f"/my/submissions/{id_of(posted_)}")
        if step.startswith("lists:"):
            return page.to(f"{path}#{step.removeprefix('lists:')}")
        return page.to(f"{path}/preview")

    return router


async def draft_and_form(
    reach: Reach, bus: RunningBus, agency: str, form: str, citizen: CitizenCaller
) -> tuple[RowMapping | None, OpenedForm | Problem]:
    """What was typed before, and the form as its agency opens it now, or why it does not."""

    async def draft() -> RowMapping | None:
        async with bus.transaction() as session:
            return await drafts.latest(session, citizen.resident_id, agency, form)

    async def opened() -> OpenedForm | Problem:
        try:
            return await reach.opened(bus, agency, form, citizen)
        except Problem as problem:
            return problem

    return await asyncio.gather(draft(), opened())


async def keep_typed(reach: Reach, request: Request, ended: Session) -> str | None:
    """For a form whose session has ended: what was typed becomes the draft of whose session it was."""
    agency, form = request.path_params.get("agency"), request.path_params.get("form")
    who = ended.caller(request.app.state.agency)
    if agency is None or form is None or not isinstance(who, CitizenCaller):
        return None
    reach.ensure_known(agency, form)
    path, fields = f"/services/{agency}/{form}", await posted_form(request)
    if request.url.path == path:
        bus = cast(RunningBus, request.app.state.bus)
        await _save(reach, bus, who.resident_id, agency, form, fields, Page(request).words)
    return path if request.url.path == path else f"{path}/preview"


async def _save(  # noqa: PLR0917
    reach: Reach, bus: RunningBus, resident_id: UUID, agency: str, form: str, fields: Mapping[str, Any], words: Words
) -> UUID | None:
    """The draft's id; None for a form that has been sent already."""
    declared = await reach.declared(bus, agency, form)
    draft_id, shown = id_of(fields), shown_of(fields)
    answers = _answers(draft_id, declared, fields, shown, words)
    checked = posted(fields, "_step") == "preview"
    async with bus.transaction() as session:
        if await is_known(session, draft_id, resident_id):
            return None
        typed = service.Typed(draft_id, resident_id, agency, form, answers, shown, checked)
        await service.save_draft(session, typed)
    return draft_id


def _answers(
    draft_id: UUID, declared: OpenedForm | None, fields: Mapping[str, Any], shown: Mapping[str, str], words: Words
) -> dict[str, Any]:
    """What was answered or corrected. A box that came back as it was shown is neither."""
    if declared is None:
        return {name: posted(fields, name) for name in fields if name not in OURS and posted(fields, name)}
    found = {box.name: read(box, posted(fields, box.name), words) for box in declared.boxes if box.name in fields}
    return {
        name: answer
        for name, answer in found.items()
        if answer is not None and marked(draft_id, name, answer) != shown.get(name)
    }


async def is_known(session: Any, draft_id: UUID, resident_id: UUID) -> bool:
    """Whether this very form was handed over before, and was not refused."""
    kept = await submissions.under_way(session, draft_id)
    settled = await submissions.settled(session, draft_id)
    rows = [row for row in (kept, settled) if row is not None and row["resident_id"] == resident_id]
    return any(row.get("state") != State.REFUSED for row in rows)


def _form_values(page: Page, names: Names, agency: str, opened: OpenedForm, draft: RowMapping | None) -> dict[str, Any]:
    words, facts = page.words, facts_of(opened)
    draft_id = draft["submission_id"] if draft else uuid4()
    answers = draft["answers"] if draft else {}
    moved = changed(draft_id, draft["shown"], facts) if draft else []
    drawing = Drawing(
        opened, words, lambda box: names.agency(source_of(box), words), answers,
        _errors(opened, draft, words), moved,
    )  # fmt: skip
    return {
        "opened": opened, "agency": names.agency(agency, words), "path": f"/services/{agency}/{opened.form}",
        "sheet": drawing.drawn(), "draft_id": draft_id, "draft": draft, "moved": moved,
        "shown": json.dumps(marks(draft_id, facts), separators=(",", ":")),
        "declined": "declined" in page.asked,
    }  # fmt: skip


def _errors(opened: OpenedForm, draft: RowMapping | None, words: Words) -> dict[str, str]:
    """What is wrong, once the citizen wanted to go on: by our own look, else by the agency's."""
    if draft is None or not draft["checked"]:
        return {}
    _, errors = looked_at(opened, draft["answers"], words)
    if errors or not draft["fields"]:
        return errors
    told = (
        FieldError(one["field"], one["detail"], one.get("way_out", ""), one.get("detail_id", ""))
        for one in draft["fields"]
    )
    return {one.field: sentence(one, opened, words) for one in told}


def closed(page: Page, names: Names, agency: str, draft: RowMapping | None, problem: Problem) -> Response:
    """The form cannot be opened now: said in words, with what is kept."""
    if problem.status != 503:
        raise problem
    return page("closed.html", 503, agency=names.agency(agency, page.words), draft=draft)


def facts_of(opened: OpenedForm) -> dict[str, Any]:
    return {box.name: box.value for box in opened.boxes}


def id_of(fields: Mapping[str, Any]) -> UUID:
    """A page's form always has one; a new one for whoever took it out."""
    try:
        return UUID(posted(fields, "_id"))
    except ValueError:
        return uuid4()


def shown_of(fields: Mapping[str, Any]) -> dict[str, str]:
    """Box -> mark, as the page carried them; nothing where somebody has changed it into something else."""
    try:
        told = json.loads(fields.get("_shown", "{}"))
    except (ValueError, TypeError):
        return {}
    if not isinstance(told, dict) or len(told) > MOST_SHOWN:
        return {}
    return {str(box)[:40]: str(mark)[:12] for box, mark in told.items()}
