"""/sign-in, /sign-in/callback, /sign-out: the pages by which people come in and go."""

import logging
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from sekali.doors.running import RunningBus, TheBus
from sekali.errors import Problem
from sekali.pages import Input, Page, Posted, ThePage, page_router
from sekali.signin import attempts, people, sessions, throttling
from sekali.signin.attempts import Attempt
from sekali.signin.gateway import Gateway, gateway_of, token_before
from sekali.signin.provider import AWAY_SECONDS, RETURN, SIGNED_OUT, Away, NotSignedIn, Provider
from sekali.signin.visitors import SIGN_IN, Leaving, Visitor
from sekali.signin.ways import HOME, own_path
from sekali.tokens import CitizenCaller, OfficerCaller

logger = logging.getLogger(__name__)
START, DEVELOPMENT, FAILED = f"{SIGN_IN}/start", f"{SIGN_IN}/development", f"{SIGN_IN}/failed"
Why = Literal["begun-elsewhere", "not-let-in", "nobody-here", "not-believed", "away"]
STATUS: dict[Why, int] = {"not-let-in": 403, "nobody-here": 403, "away": 503}
"""400 where it is none of these."""
Text = Annotated[str | None, Query(max_length=4_000)]
Next = Annotated[str | None, Query(alias="next", max_length=4_000)]


def sign_in_pages() -> APIRouter:
    router = page_router()

    @router.get(SIGN_IN)
    async def ways_in(
        request: Request,
        visitor: Visitor,
        bus: TheBus,
        page: ThePage,
        next_: Next = None,
    ) -> Response:
        """Straight to the provider where there is no other way in."""
        gateway, to = gateway_of(request), own_path(next_)
        if visitor is not None:
            return page.to(to)
        if not gateway.settings.development_sign_in:
            return await _leave(request, bus, page, to)
        return _ways(request, page, to)

    @router.get(START)
    async def start(
        request: Request, _visitor: Visitor, bus: TheBus, page: ThePage, next_: Next = None, *, again: bool = False
    ) -> Response:
        """`again`: with another account than the one that the provider has signed in."""
        return await _leave(request, bus, page, own_path(next_), again=again)

    @router.post("/sign-out")
    async def sign_out(request: Request, leaver: Leaving, bus: TheBus, page: ThePage) -> Response:
        """Here, and at the provider where it offers that."""
        gateway, cookie = gateway_of(request), gateway_of(request).session_id(request)
        if cookie:
            async with bus.transaction() as session:
                await sessions.end(session, cookie)
        provider = gateway.provider if leaver is not None and leaver.by_provider else None
        elsewhere = await provider.leave_after_sign_out() if provider else None
        response = page.to(elsewhere or SIGNED_OUT)
        gateway.forget(response, gateway.session_cookie)
        # Whoever sits down next is another browser: what was begun here leads nobody in.
        gateway.forget(response, gateway.browser_cookie)
        return response

    @router.get(SIGNED_OUT)
    async def signed_out(_visitor: Visitor, page: ThePage) -> Response:
        return page("signin/signed-out.html")

    return router


def return_page() -> APIRouter:
    """Where the browser is back from the provider."""
    router = page_router()

    @router.get(RETURN)
    async def callback(
        request: Request, _visitor: Visitor, bus: TheBus,
        state: Text = None, code: Text = None, iss: Text = None,
    ) -> Response:  # fmt: skip
        gateway = gateway_of(request)
        async with bus.transaction() as session:
            known = await attempts.take(session, gateway.browser(request), state or "")
        if known is None or gateway.provider is None:
            return _to_failed("begun-elsewhere", HOME)
        if not code:
            return _to_failed("not-let-in", known.next)
        try:
            claims = await gateway.provider.claims(known, code, iss)
        except NotSignedIn as why:
            logger.warning("A sign-in was refused. %s", why)
            return _to_failed("not-believed", known.next)
        except Away:
            return _to_failed("away", known.next)
        who = people.by_claims(claims, gateway.settings, citizens=gateway.citizens)
        if who is None:
            await _count_refused(bus, gateway, str(claims["sub"]))
            return _to_failed("nobody-here", known.next)
        return await _entered(request, bus, who, known.next, tries=[known.try_id], by_provider=True)

    @router.get(FAILED)
    async def failed(
        request: Request, _visitor: Visitor, page: ThePage, why: Why = "not-believed", next_: Next = None
    ) -> Response:
        return _failed(request, page, why, own_path(next_))

    return router


def development_page() -> APIRouter:
    """Only where development sign-in is on: whoever one says one is."""
    router = page_router()

    @router.post(DEVELOPMENT)
    async def enter(request: Request, _visitor: Visitor, bus: TheBus, page: ThePage, form: Posted) -> Response:
        gateway, to = gateway_of(request), own_path(str(form.get("next", "")))
        who = people.by_form(form, gateway.settings, citizens=gateway.citizens)
        async with bus.transaction() as session:
            tries = [await throttling.begin(session, throttling.address(request), gateway.settings.sign_in_tries)]
        if who is None:
            return _ways(request, page, to, wrong=True)
        return await _entered(request, bus, who, to, tries=tries, by_provider=False)

    return router


def _ways(request: Request, page: Page, to: str, *, wrong: bool = False) -> Response:
    """The page of development sign-in, with a link to the provider where there is one."""
    gateway = gateway_of(request)
    browser, words = gateway.browser(request), page.words
    if gateway.citizens:
        error = words("It is a UUID, as in 01a20230-df74-7157-999b-448c645b9c3d.") if wrong else ""
        boxes = [Input("resident_id", words("Resident id"), error=error, max_length=36)]
    else:
        error = words("A name of up to 60 signs is needed.") if wrong else ""
        boxes = [Input("name", words("Name of the officer"), error=error, max_length=people.LONGEST_NAME)]
    response = page(
        "signin/development.html", 422 if wrong else 200, boxes=boxes, token=token_before(browser), next=to,
        provider=START if gateway.provider else "",
    )  # fmt: skip
    gateway.remember(response, gateway.browser_cookie, browser)
    return response


async def _leave(request: Request, bus: RunningBus, page: Page, to: str, *, again: bool = False) -> Response:
    """To the provider, which knows who somebody is. While it is away no try is counted: nobody could do better."""
    gateway = gateway_of(request)
    provider: Provider | None = gateway.provider
    if provider is None:
        raise Problem(404, "no-such-door", "There is no such door", "No OpenID provider is named here.")
    try:
        await provider.reach()
    except Away:
        return _failed(request, page, "away", to)
    browser = gateway.browser(request)
    async with bus.transaction() as session:
        try_id = await throttling.begin(session, throttling.address(request), gateway.settings.sign_in_tries)
        attempt: Attempt = await attempts.begin(session, browser, to, try_id)
    response = RedirectResponse(await provider.leave_for(attempt, again=again), 303)
    gateway.remember(response, gateway.browser_cookie, browser)
    return response


def _to_failed(why: Why, next_: str) -> Response:
    """To a page of its own, so that the provider's answer stays in no address that is shown, kept or sent on."""
    return RedirectResponse(f"{FAILED}?{urlencode({'why': why, 'next': next_})}", 303)


def _failed(request: Request, page: Page, why: Why, next_: str) -> Response:
    response = page("signin/failed.html", STATUS.get(why, 400), why=why, next=next_, start=START,
                    citizens=gateway_of(request).citizens)  # fmt: skip
    if why == "away":
        response.headers["Retry-After"] = f"{AWAY_SECONDS:.0f}"
    return response


async def _count_refused(bus: RunningBus, gateway: Gateway, subject: str) -> None:
    """An account of the provider that is nobody here; trying on and on is throttled by its name."""
    most = max(1, gateway.settings.sign_in_tries // 3)
    async with bus.transaction() as session:
        await throttling.begin(session, throttling.account(subject), most)


async def _entered(
    request: Request, bus: RunningBus, who: CitizenCaller | OfficerCaller, to: str, **how: Any
) -> Response:
    """A session that begins, under an id that nobody knew before."""
    gateway, tries = gateway_of(request), how.pop("tries")
    async with bus.transaction() as session:
        old = gateway.session_id(request)
        new = await sessions.begin(session, who, gateway.lasting, old=old, **how)
        await throttling.ended_well(session, tries)
    response = RedirectResponse(to, 303)
    gateway.remember(response, gateway.session_cookie, new)
    return response
