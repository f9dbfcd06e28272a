"""Which agency holds which of my facts, as of when, under which contract; and who has used them."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from sekali import held
from sekali.doors import RunningBus, TheBus
from sekali.doors.uses import uses_told
from sekali.pages import Names, Page, ThePage, page_router
from sekali.signin import SignedInCitizen
from sekali.tokens import CitizenCaller
from services.portal.model import Answer
from services.portal.pages.reaching import OWN
from services.portal.pages.words import WAYS, said
from services.portal.prefill import Agencies
from services.portal.store import REGISTERS

USES_SHOWN = 20


def data_pages(agencies: Agencies, names: Names) -> APIRouter:
    router = page_router()

    @router.get("/my/data")
    async def data(citizen: SignedInCitizen, bus: TheBus, page: ThePage) -> Response:
        """Every agency is asked at once; one that is down is said so."""
        answers = await asyncio.gather(*(agencies.facts(one, citizen) for one in agencies.names))
        told = dict(zip(agencies.names, answers, strict=True)) | {OWN: await _own_facts(bus, citizen)}
        return page("data.html", agencies=[_held(page, names, one, told[one]) for one in sorted(told)])

    @router.get("/my/uses")
    async def used(citizen: SignedInCitizen, bus: TheBus, page: ThePage) -> Response:
        answers = await asyncio.gather(*(agencies.uses(one, citizen) for one in agencies.names))
        told = dict(zip(agencies.names, answers, strict=True)) | {
            OWN: Answer(200, await uses_told(bus, citizen.resident_id, limit=USES_SHOWN))
        }
        return page("uses.html", agencies=[_used(page, names, one, told[one]) for one in sorted(told)])

    return router


async def _own_facts(bus: RunningBus, citizen: CitizenCaller) -> Answer:
    async with bus.transaction() as session:
        owns = await held.owned_of(session, citizen.resident_id, REGISTERS)
        return Answer(200, {"copies": await held.copies_of(session, citizen.resident_id), "owns": owns})


def _held(page: Page, names: Names, agency: str, answer: Answer) -> dict[str, Any]:
    words = page.words
    copies = _copies(page, names, answer.body.get("copies", ())) if answer.status == 200 else []
    owns = [words.both(one["tells"]) for one in answer.body.get("owns", ())] if answer.status == 200 else []
    return {
        "name": agency,
        "title": names.agency(agency, words),
        "up": answer.status == 200,
        "copies": copies,
        "owns": owns,
    }


def _copies(page: Page, names: Names, told: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """One for each topic: several records of a topic (applications) are told together, as of the last."""
    by_topic: dict[str, list[Mapping[str, Any]]] = {}
    for one in told:
        by_topic.setdefault(one["topic"], []).append(one)
    return [_copy(page, names, rows) for rows in by_topic.values()]


def _copy(page: Page, names: Names, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    words, copy = page.words, rows[0]
    ground, paths = copy["contract"], dict.fromkeys(path for row in rows for path in row["fields"])
    labels = list(dict.fromkeys(names.field(copy["topic"], path, words) for path in paths))
    return {
        "count": len(rows),
        "owner": names.agency(copy["owner"], words),
        "topic": copy["topic"],
        "fields": words.listed(labels),
        "as_of": words.moment(copy["as_of"]) if copy["as_of"] else "",
        "purpose": words.both(ground["purpose"]) if ground else "",
        "basis": words.law(ground["legal_basis"]) if ground else "",
        "agreement": ground["agreement"] if ground else "",
        "until": words.day(_day(ground["valid_until"])) if ground else "",
        "kept_days": words.number(ground["retention_days"]) if ground else "",
    }


def _day(told: str | date) -> date:
    return date.fromisoformat(told) if isinstance(told, str) else told


def _used(page: Page, names: Names, agency: str, answer: Answer) -> dict[str, Any]:
    words = page.words
    rows = answer.body.get("uses", ()) if answer.status == 200 else ()
    return {
        "name": agency,
        "title": names.agency(agency, words),
        "up": answer.status == 200,
        "uses": [_use(page, names, one) for one in rows],
    }


def _use(page: Page, names: Names, use: Mapping[str, Any]) -> dict[str, Any]:
    words = page.words
    labels = list(dict.fromkeys(names.field(use["topic"], path, words) for path in use["fields"]))
    who = names.agency(use["by"]["agency"], words)
    kind = use["by"]["kind"]
    by = words("An officer of %(agency)s", agency=who) if kind == "OFFICER" else who
    return {
        "at": words.moment(use["at"]),
        "by": words("You yourself, at %(agency)s", agency=who) if kind == "CITIZEN" else by,
        "way": said(WAYS, use["way"], words),
        "fields": words.listed(labels),
        "purpose": words.both(use["purpose"]),
        "basis": words.law(use["legal_basis"] or ""),
    }
