"""Who may enter a page: the types of a route's parameter that declare it.

    async def mine(citizen: SignedInCitizen, page: ThePage) -> Response:      # CitizenCaller
    async def waiting(officer: SignedInOfficer, page: ThePage) -> Response:   # OfficerCaller of this agency
    async def welcome(visitor: Visitor, page: ThePage) -> Response:           # Session | None: anybody

Whoever must sign in first is sent to /sign-in and comes back. Each form's hidden field (`csrf`) and where the form
came from are checked here, before the route is entered, so no route can forget it.
"""

from collections.abc import Awaitable, Callable
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, FastAPI, Request
from starlette.datastructures import URL
from starlette.responses import RedirectResponse, Response

from sekali.doors.callers import CHANGES_NOTHING, says_who_may_enter
from sekali.doors.running import TheBus
from sekali.errors import forbidden
from sekali.signin import sessions
from sekali.signin.gateway import check_form, gateway_of, token_before
from sekali.signin.sessions import Session
from sekali.signin.ways import HOME, own_path
from sekali.tokens import CitizenCaller, OfficerCaller

Keep = Callable[[Request, Session], Awaitable[str | None]]
"""Keeps what was typed into a form whose session has ended (`request.form()`) for whom it was; gives where to go on."""
SIGN_IN = "/sign-in"


class MustSignIn(Exception):
    """Nobody is signed in, or nobody any more."""

    def __init__(self, next_: str) -> None:
        super().__init__("sign in first")
        self.next = next_


async def _found(request: Request, bus: TheBus) -> Session | None:
    """Whose cookie it is, also when that session has ended."""
    gateway = gateway_of(request)
    cookie = gateway.session_id(request)
    if not cookie:
        return None
    async with bus.transaction() as session:
        found = await sessions.find(session, cookie, gateway.lasting)
    if found is not None and found.alive:
        request.state.session = found
    return found


@says_who_may_enter
async def visitor(request: Request, bus: TheBus) -> Session | None:
    """Who is signed in, if anybody."""
    found = await _found(request, bus)
    alive = found if found is not None and found.alive else None
    if request.method not in CHANGES_NOTHING:
        await check_form(request, alive.csrf if alive else token_before(gateway_of(request).browser(request)))
    return alive


@says_who_may_enter
async def leaving(request: Request, bus: TheBus) -> Session | None:
    """For signing out: where there is no session, there is nothing that a foreign form could end."""
    found = await _found(request, bus)
    if found is not None:
        await check_form(request, found.csrf)
    return found


@says_who_may_enter
async def signed_in(request: Request, bus: TheBus) -> Session:
    """Whoever is signed in; MustSignIn for everybody else, with what was typed kept where that can be."""
    found, looks = await _found(request, bus), request.method in CHANGES_NOTHING
    if found is None:
        raise MustSignIn(_path(request.url) if looks else _where_the_form_was(request))
    if not looks:
        await check_form(request, found.csrf)
    if found.alive:
        return found
    if looks:
        raise MustSignIn(_path(request.url))
    keep: Keep | None = getattr(request.app.state.pages, "keep", None)
    kept = await keep(request, found) if keep else None
    raise MustSignIn(own_path(kept) if kept else _where_the_form_was(request))


def _path(url: URL) -> str:
    return url.path + (f"?{url.query}" if url.query else "")


def _where_the_form_was(request: Request) -> str:
    """The page that held it, as the browser says, if it is one of ours; a form's own address answers no GET."""
    try:
        page = URL(request.headers.get("referer", ""))
        return own_path(_path(page)) if page.netloc == request.headers.get("host") else HOME
    except ValueError:
        return HOME


@says_who_may_enter
async def signed_in_citizen(request: Request, session: Annotated[Session, Depends(signed_in)]) -> CitizenCaller:
    who = session.caller(request.app.state.agency)
    if not isinstance(who, CitizenCaller):
        raise forbidden("Only a citizen enters here, for themselves.")
    return who


@says_who_may_enter
async def signed_in_officer(request: Request, session: Annotated[Session, Depends(signed_in)]) -> OfficerCaller:
    agency: str = request.app.state.agency
    who = session.caller(agency)
    if not isinstance(who, OfficerCaller):
        raise forbidden(f"Only an officer of {agency} enters here.")
    return who


Visitor = Annotated[Session | None, Depends(visitor)]
Leaving = Annotated[Session | None, Depends(leaving)]
SignedIn = Annotated[Session, Depends(signed_in)]
SignedInCitizen = Annotated[CitizenCaller, Depends(signed_in_citizen)]
SignedInOfficer = Annotated[OfficerCaller, Depends(signed_in_officer)]


def to_sign_in(next_: str) -> Response:
    asked = {} if next_ == HOME else {"next": next_}
    return RedirectResponse(SIGN_IN + (f"?{urlencode(asked)}" if asked else ""), 303)


def install(app: FastAPI) -> None:
    async def on_must_sign_in(_request: Request, error: Exception) -> Response:
        assert isinstance(error, MustSignIn)
        return to_sign_in(error.next)

    app.add_exception_handler(MustSignIn, on_must_sign_in)
