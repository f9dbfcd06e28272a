"""Finding people and cards: numbers travel in the body, since an address is kept in histories and logs."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from sekali.doors import TheBus
from sekali.errors import FieldError, Problem, invalid
from sekali.identity import Kk, Nik, Number
from sekali.pages import Input, Names, Page, Posted, Sheet, ThePage, page_router, posted
from sekali.signin import SignedInOfficer
from services.population import prefill
from services.population.model.corrections import OF_CARD, OF_RESIDENT
from services.population.model.records import Resident
from services.population.pages import labels
from services.population.pages.kinds import possible

GROUPS = ("identity", "birth", "life", "civil", "family", "address")
BY_LIFE = ("life.died_on",)
"""Corrected only of the dead."""


def finding(names: Names) -> APIRouter:
    router = page_router()

    @router.get("/office/find")
    async def find(_officer: SignedInOfficer, page: ThePage) -> Response:
        return page("find.html", resident=nik_sheet(page), card=kk_sheet(page))

    @router.post("/office/find")
    async def find_resident(officer: SignedInOfficer, bus: TheBus, page: ThePage, form: Posted) -> Response:
        try:
            nik = number(Nik, "nik", posted(form, "nik"))
            async with bus.transaction() as session:
                found = await prefill.find(session, nik, officer.name)
        except Problem as problem:
            wrong = nik_sheet(page).typed(form).refused(at_box(problem, "nik", "Nobody has this NIK."), page.words)
            return page("find.html", problem.status, resident=wrong, card=kk_sheet(page))
        return page.to(f"/office/residents/{found.resident.resident_id}")

    @router.post("/office/find-card")
    async def find_card(officer: SignedInOfficer, bus: TheBus, page: ThePage, form: Posted) -> Response:
        try:
            kk = number(Kk, "kk_number", posted(form, "kk_number"))
            async with bus.transaction() as session:
                card, _ = await prefill.find_card(session, kk, officer.name)
        except Problem as problem:
            missing = at_box(problem, "kk_number", "No family card has this number.")
            wrong = kk_sheet(page).typed(form).refused(missing, page.words)
            return page("find.html", problem.status, resident=nik_sheet(page), card=wrong)
        return page.to(f"/office/cards/{card.card_id}")

    @router.get("/office/cards/{card_id}")
    async def card(card_id: UUID, officer: SignedInOfficer, bus: TheBus, page: ThePage) -> Response:
        """A family card with all who stand on it, the dead and the annulled too."""
        async with bus.transaction() as session:
            found, members = await prefill.card(session, card_id, officer.name)
        address = [(names.field(prefill.RESIDENT, f"address.{name}", page.words), text) for name, text in
                   address_of(found.address, page)]  # fmt: skip
        return page("card.html", card=found, address=address, members=[member_line(one, page) for one in members])

    @router.get("/office/residents/{resident_id}")
    async def resident(resident_id: UUID, officer: SignedInOfficer, bus: TheBus, page: ThePage) -> Response:
        """The whole record with its trail, and what can be registered of it."""
        async with bus.transaction() as session:
            found = await prefill.resident(session, resident_id, officer.name)
            history = await prefill.history(session, resident_id)
            decisions = await prefill.decisions(session, resident_id)
        one, words = found.resident, page.words
        word, tone = labels.STANDING[one.standing]
        return page(
            "resident.html", resident=one, card=found.card, groups=record(prefill.groups(found), one, names, page),
            standing=words(word), tone=tone, acts=trail(history, decisions, names, page),
            events=[(event.slug, words(event.title)) for event in possible(one)],
        )  # fmt: skip

    return router


def nik_sheet(page: Page) -> Sheet:
    hint = page.words("The 16 digits on the identity card (KTP-el).")
    return Sheet((Input("nik", page.words("NIK"), kind="digits", hint=hint, max_length=22),))


def kk_sheet(page: Page) -> Sheet:
    hint = page.words("The 16 digits at the top of the family card.")
    return Sheet((Input("kk_number", page.words("Family card number (KK)"), kind="digits", hint=hint, max_length=22),))


def number(kind: type[Number], field: str, written: str) -> str:
    try:
        return kind.parse(written).digits
    except ValueError as error:
        raise invalid(FieldError(field, str(error))) from None


def at_box(problem: Problem, field: str, missing: str) -> Problem:
    """A problem without a field said at the box; of nothing found, in words that fit."""
    if problem.fields or problem.slug != "not-found":
        return problem
    return Problem(problem.status, problem.slug, problem.title, problem.detail, [FieldError(field, missing)])


def member_line(one: Resident, page: Page) -> dict[str, str]:
    words = page.words
    word, tone = labels.STANDING[one.standing]
    died = one.life == "DIED"
    return {
        "href": f"/office/residents/{one.resident_id}", "name": one.full_name, "born": words.day(one.birth_date),
        "relationship": labels.said(labels.RELATIONSHIP, one.relationship, words),
        "standing": labels.said(labels.LIFE, one.life, words) if died and one.standing == "VALID" else words(word),
        "tone": "done" if died else tone,
    }  # fmt: skip


def address_of(address: Any, page: Page) -> list[tuple[str, str]]:
    fields = ("street", "rt", "rw", "village_code", "district_code", "regency_code", "province_code", "postal_code")
    shown = [(name, labels.value(f"address.{name}", getattr(address, name), page.words)) for name in fields]
    return [(name, text) for name, text in shown if text]


def record(groups: Mapping[str, Mapping[str, Any]], one: Resident, names: Names, page: Page) -> list[dict[str, Any]]:
    """The register's fields, group by group, each with the address of its correction where there is one."""
    words, made = page.words, []
    for group in GROUPS:
        rows = []
        for name, found in groups[group].items():
            path = f"{group}.{name}"
            text = labels.value(path, found, words)
            correct = (
                f"/office/residents/{one.resident_id}/correction?field={path}" if is_correctable(path, one) else ""
            )
            if text or correct:
                rows.append({"label": names.field(prefill.RESIDENT, path, words), "text": text, "correct": correct})
        made.append({"label": names.field(prefill.RESIDENT, group, words), "rows": rows})
    return made


def is_correctable(path: str, one: Resident) -> bool:
    if one.standing != "VALID" or path not in {**OF_RESIDENT, **OF_CARD}:
        return False
    if path in BY_LIFE:
        return one.life == "DIED"
    return path not in OF_CARD or one.is_present


def trail(
    history: list[Mapping[str, Any]], decisions: list[Mapping[str, Any]], names: Names, page: Page
) -> list[dict[str, str]]:
    """Who did what when and why: deeds, and decisions on the citizen's proposals; the oldest first."""
    words = page.words
    found = [(deed["recorded_at"], _deed(deed, page)) for deed in history]
    by_proposal = {(deed["document"] or {}).get("correction_id") for deed in history}
    for one in decisions:
        if str(one["correction_id"]) not in by_proposal:
            field = names.field(prefill.RESIDENT, one["field"] or "", words)
            what = words("%(decision)s: the proposal on %(field)s",
                         decision=labels.said(labels.DECIDED, one["decision"], words), field=field)  # fmt: skip
            why = labels.said(labels.REASON, one["reason_code"], words)
            found.append((one["decided_at"], {"who": one["officer"], "what": what, "why": why}))
    found.sort(key=lambda pair: pair[0])
    return [{"at": words.moment(at), **what} for at, what in found]


def _deed(deed: Mapping[str, Any], page: Page) -> dict[str, str]:
    words, document = page.words, deed["document"] or {}
    what = labels.said(labels.KIND, deed["kind"], words)
    if deed["effective_on"]:
        what = words("%(what)s, on %(day)s", what=what, day=words.day(deed["effective_on"]))
    grounds = [str(value) for name, value in document.items() if name != "correction_id" and value]
    if "correction_id" in document:
        grounds.append(words("Proposed by the citizen"))
    reason = deed["reason"]
    if reason:
        grounds.append(labels.said(labels.REASON, reason, words))
    return {"who": deed["officer"], "what": what, "why": " · ".join(grounds)}
