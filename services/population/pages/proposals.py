"""Corrections that citizens propose: what waits, and one page each, side by side with the register."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from sekali.doors import TheBus
from sekali.errors import Problem
from sekali.pages import Input, Names, Page, Posted, Sheet, ThePage, page_router
from sekali.signin import SignedInOfficer
from services.population import prefill, service
from services.population.model.orders import DecisionOrder
from services.population.pages import labels
from services.population.pages.sending import as_problem

LIMIT = 100


def proposals(names: Names, region: str) -> APIRouter:
    router = page_router()

    @router.get("/")
    async def first(_officer: SignedInOfficer, page: ThePage) -> Response:
        return page.to("/office")

    @router.get("/office")
    async def waiting(_officer: SignedInOfficer, bus: TheBus, page: ThePage) -> Response:
        """What waits, the oldest first; whose proposals they are stands on the pages behind."""
        async with bus.transaction() as session:
            found = await prefill.waiting(session, LIMIT)
        words = page.words
        rows = [
            {"href": f"/office/proposals/{one['correction_id']}", "since": words.moment(one["said_at"]),
             "field": names.field(prefill.RESIDENT, one["field"], words),
             "annulled": one["resident_standing"] != "VALID"}
            for one in found
        ]  # fmt: skip
        return page("waiting.html", rows=rows, full=len(rows) == LIMIT)

    @router.get("/office/proposals/{correction_id}")
    async def proposal(correction_id: UUID, officer: SignedInOfficer, bus: TheBus, page: ThePage) -> Response:
        return await show(correction_id, officer.name, bus, page)

    @router.post("/office/proposals/{correction_id}")
    async def decide(
        correction_id: UUID, officer: SignedInOfficer, bus: TheBus, page: ThePage, form: Posted
    ) -> Response:
        try:
            order = ordered(decision_sheet(page, 0).typed(form))
            async with bus.transaction() as session:
                await service.decide(session, correction_id, order, service.Desk(officer.name, region))
        except Problem as problem:
            if problem.slug == "already-decided":  # a second click, or somebody was faster: the page says who
                return page.to(f"/office/proposals/{correction_id}")
            return await show(correction_id, officer.name, bus, page, form=form, problem=problem)
        return page.to(f"/office/proposals/{correction_id}")

    async def show(
        correction_id: UUID, officer: str, bus: TheBus, page: Page, *, form: Mapping[str, Any] | None = None,
        problem: Problem | None = None,
    ) -> Response:  # fmt: skip
        async with bus.transaction() as session:
            found = await prefill.proposal(session, correction_id, officer)
        open_ = found["decision"] is None and not found["gone"] and found["standing"] == "OPEN"
        sheet = decision_sheet(page, found["resident_version"] or 0) if open_ and not found["own"] else Sheet(())
        if problem is not None:
            typed = {**(form or {}), "version": str(found["resident_version"] or "")}
            sheet = sheet.typed(typed).refused(problem, page.words)
        return page(
            "proposal.html", problem.status if problem else 200, sheet=sheet, found=found,
            side=side(found, names, page),
            decided=decided(found, page), labels=labels, is_open=open_,
        )  # fmt: skip

    return router


def decision_sheet(page: Page, version: int) -> Sheet:
    words = page.words
    hint = words("A decline needs one. The citizen sees it in the portal.")
    return Sheet((
        Input("version", "", kind="hidden", value=str(version or "")),
        Input("decision", words("Decision"), kind="radios", options=labels.options(labels.DECISION, words)),
        Input("reason_code", words("Reason"), kind="select", required=False, hint=hint,
              options=labels.options(labels.REASON, words)),
    ))  # fmt: skip


def ordered(sheet: Sheet) -> DecisionOrder:
    """Problem 422 for a form without a decision. The version is the one that the officer had before them."""
    values: dict[str, Any] = sheet.values()
    if (version := values.pop("version", "")).isdecimal():
        values["version"] = int(version)
    with as_problem():
        return DecisionOrder.model_validate(values)


def side(found: Mapping[str, Any], names: Names, page: Page) -> dict[str, str]:
    words, path = page.words, found["field"]
    if path is None:
        return {}
    return {
        "field": names.field(prefill.RESIDENT, path, words),
        "registered": labels.value(path, found["registered"], words) or words("nothing"),
        "proposed": labels.value(path, found["proposed"], words) or words("nothing"),
    }


def decided(found: Mapping[str, Any], page: Page) -> dict[str, str] | None:
    if found["decision"] is None:
        return None
    words = page.words
    return {
        "word": labels.said(labels.DECIDED, found["decision"], words),
        "why": labels.said(labels.REASON, found["reason_code"], words),
        "who": found["officer"], "at": words.moment(found["decided_at"]),
    }  # fmt: skip
