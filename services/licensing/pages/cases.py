"""Applications: what waits, and one page for a case with everything in view and the decision."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from sekali.doors import TheBus
from sekali.errors import Problem
from sekali.forms import OpenedForm
from sekali.pages import Input, Names, Page, Posted, Sheet, ThePage, as_text, page_router, posted
from sekali.regions import find
from sekali.signin import SignedInOfficer
from services.licensing import prefill, service
from services.licensing.model import ApplicationStatus, kbli_table
from services.licensing.pages import labels

LIMIT = 200


def lists() -> APIRouter:
    router = page_router()

    @router.get("/")
    async def first(_officer: SignedInOfficer, page: ThePage) -> Response:
        return page.to("/office")

    @router.get("/office")
    async def waiting(_officer: SignedInOfficer, bus: TheBus, page: ThePage, status: str = "") -> Response:
        """What waits, the most urgent first, at most 200; `status` narrows it."""
        wanted = ApplicationStatus(status) if status in labels.OPEN else None
        async with bus.transaction() as session:
            found = await prefill.waiting(session, wanted, LIMIT)
        filters = [("", page.words("All"), wanted is None)]
        filters += [(one, labels.toned(labels.STATUS, one, page.words)[0], one == wanted) for one in labels.OPEN]
        return page("waiting.html", rows=[line(row, page) for row in found], filters=filters, full=len(found) == LIMIT)

    @router.get("/office/later-checks")
    async def later(_officer: SignedInOfficer, bus: TheBus, page: ThePage) -> Response:
        """Issued by the clock while tax was silent: KSWP is still to be looked at."""
        async with bus.transaction() as session:
            found = await prefill.later_checks(session, LIMIT)
        return page("later.html", rows=[line(row, page) for row in found])

    return router


def cases(names: Names) -> APIRouter:
    """One page for a case, with everything in view and the decision."""
    router = page_router()

    @router.get("/office/applications/{application_id}")
    async def case(application_id: UUID, officer: SignedInOfficer, bus: TheBus, page: ThePage) -> Response:
        return await show(application_id, officer.name, bus, page)

    @router.post("/office/applications/{application_id}")
    async def decide(
        application_id: UUID, officer: SignedInOfficer, bus: TheBus, page: ThePage, form: Posted
    ) -> Response:
        written = service.Ordered(
            posted(form, "decision"), posted(form, "reason"), seen(form), posted(form, "reason_code")
        )
        try:
            async with bus.transaction() as session:
                await service.decide(session, application_id, officer.name, written)
        except Problem as problem:
            return await show(application_id, officer.name, bus, page, form=form, problem=problem)
        return page.to(f"/office/applications/{application_id}")

    async def show(
        application_id: UUID, officer: str, bus: TheBus, page: Page, *, form: Mapping[str, Any] | None = None,
        problem: Problem | None = None,
    ) -> Response:  # fmt: skip
        async with bus.transaction() as session:
            file = await prefill.case_card(session, application_id)
            today = await prefill.case_today(session, application_id)
            opened = await prefill.applicant(session, file["resident_id"], officer)
        sheet = decision_sheet(file, today["decisions"], page)
        if problem is not None:
            # What has moved on meanwhile may take away what was chosen: the words stay.
            sheet = sheet.typed({**(form or {}), "seen": str(file["version"])}).refused(problem, page.words)
        return page(
            "case.html", problem.status if problem else 200, case=file | today,
            line=line(file | today | about_licence(file), page),
            facts=known(opened, names, page), answers=answers(opened, file["answers"], page), sheet=sheet,
            acts=trail(file, page), labels=labels,
            place=place(file["licence"]["place"], page),
        )  # fmt: skip

    return router


def seen(form: Mapping[str, Any]) -> int:
    """The version that stood on the page; 0, which is none, for a page that somebody made up."""
    written = posted(form, "seen")
    return int(written) if written.isascii() and written.isdecimal() and len(written) < 10 else 0


def decision_sheet(file: Mapping[str, Any], decisions: tuple[Any, ...], page: Page) -> Sheet:
    words = page.words
    if not decisions:
        return Sheet(())
    boxes = [
        labels.seen_box(file["version"]),
        Input("decision", words("Decision"), kind="radios", options=labels.options(labels.DECISION, words, decisions)),
    ]
    if set(decisions) & service.CODED:
        hint = words("For a return or a rejection. The applicant is told this code, in the portal.")
        boxes.append(
            Input(
                "reason_code", words("Reason"), kind="select", options=labels.options(labels.CODES, words), hint=hint,
                required=False,
            )
        )  # fmt: skip
    hint = words("It stays in the case file; the applicant reads it too. An approval may go without.")
    return Sheet((*boxes, labels.reason_box(words, hint, required=False)))


def about_licence(file: Mapping[str, Any]) -> dict[str, Any]:
    licence = file["licence"]
    return {name: licence[name] for name in ("trade_name", "kbli_code", "risk")} | {
        "village_code": licence["place"]["village_code"]
    }


def line(row: Mapping[str, Any], page: Page) -> dict[str, Any]:
    """An application as lists show it."""
    words = page.words
    word, tone = labels.toned(labels.STATUS, row["status"], words)
    due = words("until %(day)s", day=words.day(row["due_on"])) if row["due_on"] else ""
    village = find(row["village_code"])
    return {
        "href": f"/office/applications/{row['application_id']}", "name": row["trade_name"], "status": word,
        "tone": tone, "clock": labels.clock(row, words), "until": due, "kbli": kbli_title(row["kbli_code"], page),
        "acts": labels.said(labels.ACTS, row["next_actor"], words), "urgent": _is_urgent(row),
        "risk": labels.said(labels.RISK, row["risk"], words), "village": village.name if village else "",
        "reason": labels.said(labels.REASON, row["reason_code"], words),
    }  # fmt: skip


def _is_urgent(row: Mapping[str, Any]) -> bool:
    return row["clock"] == "RUNNING" and row["days_left"] is not None and row["days_left"] <= 1


def kbli_title(code: str, page: Page) -> str:
    activity = kbli_table().activities.get(code)
    return f"{code} {page.words.both(activity.title)}" if activity else code


def place(where: Mapping[str, Any], page: Page) -> str:
    parts = [where["street"]]
    codes = [where[f"{level}_code"] for level in ("village", "district", "regency", "province")]
    parts += [region.name for region in map(find, codes) if region]
    return ", ".join([*parts, *([where["postal_code"]] if where["postal_code"] else [])])


def known(opened: OpenedForm, names: Names, page: Page) -> list[dict[str, Any]]:
    """What this agency's copies say of the person, source by source, each with its as of."""
    words, groups = page.words, dict[str, dict[str, Any]]()
    for box in opened.boxes:
        if box.source is None or box.value is None or box.as_of is None:
            continue
        as_of = words("As of %(moment)s", moment=words.moment(box.as_of))
        source = {"source": names.owner(box.source.topic, words), "as_of": as_of, "facts": []}
        group = groups.setdefault(box.source.topic, source)
        group["facts"].append((words.both(box.label), as_text(box, box.value, words)))
    return list(groups.values())


def answers(opened: OpenedForm, given: Mapping[str, Any], page: Page) -> list[tuple[str, str]]:
    """What the applicant answered, in the form's order."""
    words = page.words
    return [(words.both(box.label), as_text(box, given[box.name], words)) for box in opened.boxes if box.name in given]


def trail(file: Mapping[str, Any], page: Page) -> list[dict[str, str]]:
    """Everything that was done, questions to tax and their answers too, the oldest first."""
    words = page.words
    acts, questions = file["acts"], file.get("kswp_questions", [])
    found = [(one["done_at"], _act(one, page)) for one in acts]
    # A step that somebody's act or tax's word brought about is told by that.
    told = {one["done_at"] for one in acts} | {one["heard_at"] for one in questions}
    for step in file.get("steps", []):
        first = step["status"] == ApplicationStatus.DIAJUKAN
        if first or (step["at"] not in told and step["status"] != ApplicationStatus.MENUNGGU_KSWP):
            word = labels.toned(labels.STATUS, step["status"], words)[0]
            found.append((step["at"], {"who": "", "what": word, "why": ""}))
    for one in questions:
        found.append((one["requested_at"], {"who": "", "what": words("Tax was asked for the tax status"), "why": ""}))
        if one["result"]:
            answer = words("Tax answered: %(result)s", result=labels.said(labels.KSWP, one["result"], words))
            why = labels.said(labels.REASON, one["reason_code"], words)
            found.append((one["heard_at"], {"who": "", "what": answer, "why": why}))
    found.sort(key=lambda pair: pair[0])
    return [{"at": words.moment(at), **what} for at, what in found]


def _act(act: Mapping[str, Any], page: Page) -> dict[str, str]:
    words, actor = page.words, act["actor"]
    who = words(labels.ACTOR[actor]) if actor in labels.ACTOR else actor
    code = labels.said(labels.REASON, act["reason_code"], words)
    said = ": ".join(part for part in (code, act["reason"] or "") if part)
    return {"who": who, "what": labels.said(labels.DEED, act["deed"], words), "why": said}
