"""One licence: what was done with it, and suspending, revoking, reinstating it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from sekali.doors import TheBus
from sekali.errors import Problem
from sekali.pages import Input, Page, Posted, Sheet, ThePage, page_router, posted
from sekali.signin import SignedInOfficer
from services.licensing import prefill, service
from services.licensing.pages import labels
from services.licensing.pages.cases import kbli_title, place, seen, trail


def licences() -> APIRouter:
    router = page_router()

    @router.get("/office/licences/{licence_id}")
    async def licence(licence_id: UUID, _officer: SignedInOfficer, bus: TheBus, page: ThePage) -> Response:
        return await show_licence(licence_id, bus, page)

    @router.post("/office/licences/{licence_id}")
    async def change(licence_id: UUID, officer: SignedInOfficer, bus: TheBus, page: ThePage, form: Posted) -> Response:
        written = service.Ordered(posted(form, "decision"), posted(form, "reason"), seen(form))
        try:
            async with bus.transaction() as session:
                await service.decide_on_licence(session, licence_id, officer.name, written)
        except Problem as problem:
            return await show_licence(licence_id, bus, page, form=form, problem=problem)
        return page.to(f"/office/licences/{licence_id}")

    async def show_licence(
        licence_id: UUID, bus: TheBus, page: Page, *, form: Mapping[str, Any] | None = None,
        problem: Problem | None = None,
    ) -> Response:  # fmt: skip
        async with bus.transaction() as session:
            file = await prefill.licence_file(session, licence_id)
        sheet = licence_sheet(file, page)
        if problem is not None:
            sheet = sheet.typed({**(form or {}), "seen": str(file["version"])}).refused(problem, page.words)
        return page(
            "licence.html", problem.status if problem else 200, licence=file, line=licence_line(file, page),
            sheet=sheet, acts=trail(file, page), labels=labels,
        )  # fmt: skip

    return router


def licence_sheet(file: Mapping[str, Any], page: Page) -> Sheet:
    words = page.words
    if not file["changes"]:
        return Sheet(())
    return Sheet((
        labels.seen_box(file["version"]),
        Input("decision", words("Decision"), kind="radios",
              options=labels.options(labels.CHANGE, words, file["changes"])),
        labels.reason_box(words, words("It stays in the case file.")),
    ))  # fmt: skip


def licence_line(row: Mapping[str, Any], page: Page) -> dict[str, Any]:
    words = page.words
    word, tone = labels.toned(labels.LICENCE, row["status"], words)
    return {
        "href": f"/office/licences/{row['licence_id']}", "name": row["trade_name"], "nib": row["nib"], "status": word,
        "tone": tone, "kbli": kbli_title(row["kbli_code"], page), "place": place(row["place"], page),
        "issued": words.day(row["issued_on"]), "verified": words.day(row["verified_on"]) if row["verified_on"] else "",
        "risk": labels.said(labels.RISK, row["risk"], words), "scale": labels.said(labels.SCALE, row["scale"], words),
        "documents": words.listed([labels.said(labels.DOCUMENT, one, words) for one in row["documents"]]),
    }  # fmt: skip
