"""The first page: every agency's services. An agency that is down is said in words, and the others work."""

import asyncio
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from sekali.doors import TheBus
from sekali.pages import Names, ThePage, Words, page_router
from sekali.signin import Visitor
from sekali.tokens import CitizenCaller
from services.portal.model import Answer, is_form_name
from services.portal.pages.reaching import OWN, Reach
from services.portal.store import drafts


def home_page(reach: Reach, names: Names) -> APIRouter:
    router = page_router()

    @router.get("/")
    async def services(visitor: Visitor, bus: TheBus, page: ThePage) -> Response:
        caller = visitor.caller(OWN) if visitor else None
        citizen = caller if isinstance(caller, CitizenCaller) else None
        asked = reach.agencies.names
        answers = await asyncio.gather(*(reach.agencies.forms(name) for name in asked))
        begun = set()
        if citizen is not None:
            async with bus.transaction() as session:
                rows = await drafts.unsent(session, citizen.resident_id)
            begun = {(row["agency"], row["form"]) for row in rows}
        groups = [_group(names, page.words, one, answer) for one, answer in zip(asked, answers, strict=True)]
        own = {"name": reach.own.name, "title": page.words.both(reach.own.title)}
        groups.append({"agency": OWN, "title": names.agency(OWN, page.words), "up": True, "forms": [own]})
        shown = [group for group in groups if group["forms"] or not group["up"]]
        return page("services.html", groups=shown, begun=begun)

    return router


def _group(names: Names, words: Words, agency: str, answer: Answer) -> dict[str, Any]:
    """An agency without forms (404) is up, and has nothing to offer."""
    listed = answer.body.get("forms", []) if answer.status == 200 else []
    forms = [
        {"name": one["name"], "title": words.both(one["title"])} for one in listed if is_form_name(str(one["name"]))
    ]
    return {
        "agency": agency,
        "title": names.agency(agency, words),
        "up": answer.status in {200, 404},
        "forms": forms,
    }
