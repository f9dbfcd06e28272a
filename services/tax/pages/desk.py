"""What is open, and one page for a taxpayer with everything in view."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from sekali import uses
from sekali.doors import TheBus
from sekali.errors import FieldError, Problem, invalid
from sekali.identity import Nik
from sekali.pages import Input, Names, Page, Posted, Sheet, ThePage, page_router, posted
from sekali.signin import SignedInOfficer
from services.tax.pages import labels
from services.tax.prefill import card
from services.tax.prefill.form import LICENCE, RESIDENT

LIMIT = 200


def desk(names: Names) -> APIRouter:
    router = page_router()

    @router.get("/")
    async def first(_officer: SignedInOfficer, page: ThePage) -> Response:
        return page.to("/office")

    @router.get("/office")
    async def tasks(_officer: SignedInOfficer, bus: TheBus, page: ThePage) -> Response:
        """Open tasks, newest first, at most 200; whose they are stands on the pages behind."""
        async with bus.transaction() as session:
            found = await card.task_list(session, open_only=True)
        rows = [task_line(one, page) for one in found]
        return page("tasks.html", rows=rows, full=len(rows) == LIMIT)

    @router.get("/office/find")
    async def find(_officer: SignedInOfficer, page: ThePage) -> Response:
        return page("find.html", sheet=find_sheet(page))

    @router.post("/office/find")
    async def found(officer: SignedInOfficer, bus: TheBus, page: ThePage, form: Posted) -> Response:
        """By a form that is posted: an address is kept in histories and logs, and a NIK must not stand there."""
        try:
            nik = _nik(posted(form, "nik"))
            async with bus.transaction() as session:
                resident_id = await card.find(session, nik, officer.name)
        except Problem as problem:
            return page("find.html", problem.status, sheet=find_sheet(page).typed(form).refused(problem, page.words))
        return page.to(f"/office/people/{resident_id}")

    @router.get("/office/people/{resident_id}")
    async def person(resident_id: UUID, officer: SignedInOfficer, bus: TheBus, page: ThePage) -> Response:
        async with bus.transaction() as session:
            await card.refuse_restricted(session, resident_id)
            shown = await card.taxpayer_card(session, resident_id, uses.by_officer(officer.name))
            acts = await card.acts(session, resident_id)
            returns = await card.return_list(session, resident_id)
            answers = await card.kswp_list(session, resident_id)
            applications = await card.application_list(session, resident_id)
        words = page.words
        word, tone = labels.STATUS[shown["status"]]
        return page(
            "person.html", taxpayer=shown, standing=words(word), tone=tone, labels=labels,
            places=[place_line(one, names, page) for one in shown["nitkus"]],
            tasks=[task_line(one, page) for one in shown["tasks"]], acts=[act_line(one, page) for one in acts],
            returns=return_rows(returns, page), reminders=[str(one["tax_year"]) for one in shown["reminders"]],
            answers=answer_rows(answers, page), applications=application_rows(applications, page),
            source=names.owner(RESIDENT, words),
        )  # fmt: skip

    return router


def find_sheet(page: Page) -> Sheet:
    hint = page.words("The 16 digits on the identity card (KTP-el): a person's NPWP is the NIK.")
    return Sheet((Input("nik", page.words("NIK"), kind="digits", hint=hint, max_length=22),))


def _nik(written: str) -> str:
    try:
        return Nik.parse(written).digits
    except ValueError as error:
        raise invalid(FieldError("nik", str(error))) from None


def task_line(task: Mapping[str, Any], page: Page) -> dict[str, Any]:
    words = page.words
    closed = words.moment(task["closed_at"]) if task["closed_at"] else ""
    return {
        "href": f"/office/people/{task['resident_id']}", "kind": task["kind"],
        "name": labels.said(labels.TASK, task["kind"], words), "opened": words.moment(task["opened_at"]),
        "closed": closed, "outcome": labels.said(labels.OUTCOME, task["outcome"], words),
        "close": f"/office/people/{task['resident_id']}/task?kind={task['kind']}" if not closed else "",
    }  # fmt: skip


def place_line(one: Mapping[str, Any], names: Names, page: Page) -> dict[str, str]:
    """A NITKU with its place, whose word that is, and as of when."""
    words, at_home = page.words, one["licence_id"] is None
    source = names.owner(RESIDENT if at_home else LICENCE, words)
    return {
        "nitku": one["nitku"] or words("ended"), "kind": words("Home") if at_home else words("Place of business"),
        "place": labels.place(one["place"]) or words("not known here now"), "source": source,
        "as_of": words.moment(one["as_of"]) if one["as_of"] else "",
    }  # fmt: skip


def act_line(act: Mapping[str, Any], page: Page) -> dict[str, str]:
    words = page.words
    about = labels.said(labels.TASK, act["about"], words)
    what = labels.said(labels.DEED, act["deed"], words)
    return {
        "at": words.moment(act["done_at"]), "who": act["officer"], "what": f"{what} ({about})" if about else what,
        "why": act["reason"] or "",
    }  # fmt: skip


def return_rows(returns: list[dict[str, Any]], page: Page) -> list[list[str]]:
    words = page.words
    return [
        [str(one["tax_year"]), labels.said(labels.RETURN, one["state"], words), words.moment(one["recorded_at"])]
        for one in returns
    ]


def answer_rows(answers: list[dict[str, Any]], page: Page) -> list[list[str]]:
    words = page.words
    return [
        [words.moment(one["answered_at"]), labels.said(labels.SERVICE, one["service"], words),
         labels.said(labels.KSWP, one["result"], words), labels.said(labels.WHY, one["reason_code"], words)]
        for one in answers
    ]  # fmt: skip


def application_rows(applications: list[dict[str, Any]], page: Page) -> list[list[str]]:
    words = page.words
    return [
        [words.moment(one["said_at"]), labels.said(labels.SERVICE, one["service"], words),
         labels.said(labels.STEP, one["status"], words)]
        for one in applications
    ]  # fmt: skip
