"""People at the counter: found by the NIK on their card, and verified."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from sekali import uses
from sekali.asking import Asking
from sekali.doors import TheBus
from sekali.errors import FieldError, Problem, SekaliError, Unavailable, invalid
from sekali.identity import Nik
from sekali.pages import N_, Input, Names, Page, Posted, Sheet, ThePage, page_router, posted
from sekali.signin import SignedInOfficer
from services.licensing import prefill
from services.licensing.pages import labels
from services.licensing.pages.cases import known, line
from services.licensing.pages.licences import licence_line

ASKED = {"mother": "family.mother_name", "card": "family.kk_number"}
"""Box -> field of the civil registry that licensing has no key for."""


def people(names: Names, registry: Asking) -> APIRouter:
    router = page_router()

    @router.get("/office/find")
    async def find(_officer: SignedInOfficer, page: ThePage) -> Response:
        return page("find.html", sheet=find_sheet(page))

    @router.post("/office/find")
    async def found(officer: SignedInOfficer, bus: TheBus, page: ThePage, form: Posted) -> Response:
        """By a form that is posted: an address is kept in histories and logs, and a NIK must not stand there."""
        try:
            nik = _nik(posted(form, "nik"))
            async with bus.transaction() as session:
                resident_id = await prefill.find(session, nik, officer.name)
        except Problem as problem:
            return page("find.html", problem.status, sheet=find_sheet(page).typed(form).refused(problem, page.words))
        return page.to(f"/office/people/{resident_id}")

    @router.get("/office/people/{resident_id}")
    async def person(resident_id: UUID, officer: SignedInOfficer, bus: TheBus, page: ThePage) -> Response:
        return await show_person(resident_id, officer.name, bus, page, verify_sheet(page))

    @router.post("/office/people/{resident_id}/verify")
    async def verify(resident_id: UUID, officer: SignedInOfficer, bus: TheBus, page: ThePage, form: Posted) -> Response:
        """Match or no match from the civil registry. Neither what was said nor the matches are kept, or shown again."""
        sheet = verify_sheet(page)
        try:
            matches = await ask(registry, resident_id, officer.name, bus, form)
        except (Problem, Unavailable) as problem:
            wrong = problem if isinstance(problem, Problem) else away(problem)
            names_of = {path: name for name, path in ASKED.items()}
            refused = sheet.typed(form).refused(wrong, page.words, names_of)
            return await show_person(resident_id, officer.name, bus, page, refused, status=wrong.status)
        shown = [(sheet[name].label, matches[path]) for name, path in ASKED.items() if path in matches]
        return await show_person(resident_id, officer.name, bus, page, sheet, matches=shown)

    async def show_person(
        resident_id: UUID, officer: str, bus: TheBus, page: Page, sheet: Sheet, *, status: int = 200,
        matches: list[tuple[str, bool]] | None = None,
    ) -> Response:  # fmt: skip
        async with bus.transaction() as session:
            about = await prefill.person(session, resident_id)
            opened = await prefill.applicant(session, resident_id, officer)
        return page(
            "person.html", status, about=about, facts=known(opened, names, page), resident_id=resident_id, sheet=sheet,
            full_name=next((str(box.value) for box in opened.boxes if box.name == "full_name" and box.value), ""),
            applications=[line(row, page) for row in about["applications"]], matches=matches, labels=labels,
            licences=[licence_line(row, page) for row in about["licences"]],
        )  # fmt: skip

    return router


async def ask(
    registry: Asking, resident_id: UUID, officer: str, bus: TheBus, form: Mapping[str, Any]
) -> dict[str, bool]:
    """Asked before our own transaction, so that no connection is held meanwhile."""
    answers = {path: posted(form, name)[:200] for name, path in ASKED.items() if posted(form, name)}
    if not answers:
        raise invalid(FieldError("mother", "Nothing is asked.", "Write one answer or both.", "Belum ada jawaban."))
    matches = await registry.verify(resident_id, answers)
    async with bus.transaction() as session:
        asked = {prefill.RESIDENT: list(answers)}
        uses.record(session, uses.by_officer(officer), resident_id, asked, way=uses.VERIFY)
    return matches


AWAY = N_("The civil registry does not answer. Nothing was compared and nothing is kept; try again in a few minutes.")


def away(_error: SekaliError) -> Problem:
    return Problem(503, "registry-away", "The civil registry does not answer", AWAY)


def _nik(written: str) -> str:
    try:
        return Nik.parse(written).digits
    except ValueError as error:
        raise invalid(FieldError("nik", str(error), "Copy it from the KTP-el.", "NIK ini tidak mungkin.")) from None


def find_sheet(page: Page) -> Sheet:
    hint = page.words("The 16 digits on the identity card (KTP-el) that the person shows.")
    return Sheet((Input("nik", page.words("NIK"), kind="digits", hint=hint, max_length=22),))


def verify_sheet(page: Page) -> Sheet:
    words = page.words
    return Sheet((
        Input("mother", words("Mother's name"), required=False, max_length=100),
        Input("card", words("Family card number (KK)"), kind="digits", required=False, max_length=22),
    ))  # fmt: skip
