"""One service's doors as one application."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Any

from fastapi import APIRouter, FastAPI

from sekali import identity
from sekali.doors import problems
from sekali.doors.callers import Gate
from sekali.doors.deadletters import dead_letter_doors
from sekali.doors.erasures import erasure_doors
from sekali.doors.facts import facts_door
from sekali.doors.forgetting import forgetting
from sekali.doors.headers import SecureHeaders
from sekali.doors.limits import LimitBody, RefuseNul
from sekali.doors.open import OPEN_DOORS, open_doors
from sekali.doors.replays import replay_doors
from sekali.doors.running import RunningBus
from sekali.doors.timing import TellDuration
from sekali.doors.uses import uses_door
from sekali.doors.walk import refuse_undeclared
from sekali.held import Registers
from sekali.metrics import MeasureRequests
from sekali.pages import Pages, assets_door

Lifespan = Callable[[], AbstractAsyncContextManager[None]]


def application(
    bus: RunningBus,
    *routers: APIRouter,
    title: Mapping[str, str],
    lifespan: Sequence[Lifespan] = (),
    pages: Pages | None = None,
    registers: Registers | None = None,
) -> FastAPI:
    """The doors of ``bus.settings.agency``; SekaliError if a route does not declare who may enter.

    ``title``: {"id", "en"}. The bus starts before the first request and stops after the last one;
    ``lifespan`` adds context managers that live inside that time, as an HTTP client.
    ``pages``: for an agency with a room `pages`; its problems are pages too, to whoever comes with a browser.
    ``registers``: state topic that the agency says -> its own column that names the person, for `GET /facts/me`.
    A router that needs more than the bus is built by a function that takes it (``routes(form, client) -> APIRouter``).
    """

    @asynccontextmanager
    async def alive(_app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            await bus.start()
            stack.push_async_callback(bus.stop)
            await stack.enter_async_context(forgetting(bus))
            for extra in lifespan:
                await stack.enter_async_context(extra())
            yield

    app = FastAPI(
        title=title["en"], description=title["id"], lifespan=alive,
        # A redirect to the path without its last slash would name whatever host the request names.
        docs_url=None, redirect_slashes=False, redoc_url=None, swagger_ui_oauth2_redirect_url=None,
        responses=_documented_problems(),
        # FastAPI's own spans record no exception texts; metrics are ours (prometheus), logs are discreet.
        telemetry={"metrics": False, "logs": False, "operation_spans": False, "auto_configure": False,
                   "exclude": lambda scope: scope["path"] in OPEN_DOORS},
    )  # fmt: skip
    identity.take_fictive_region(bus.settings.fictive_region)
    app.state.bus = bus
    app.state.agency = bus.settings.agency
    app.state.pages = pages
    app.state.gate = Gate(bus.settings, bus.clock)
    way_in = _open_pages(app, bus) if pages is not None else []
    app.add_middleware(problems.CatchEverything)
    app.add_middleware(LimitBody)
    app.add_middleware(RefuseNul)
    app.add_middleware(SecureHeaders, form_targets=lambda: _form_targets(app), secure=_is_secure(bus))
    app.add_middleware(MeasureRequests)
    app.add_middleware(TellDuration)
    problems.install(app)
    app.include_router(open_doors())
    app.include_router(erasure_doors())
    app.include_router(dead_letter_doors())
    app.include_router(replay_doors())
    app.include_router(uses_door())
    app.include_router(facts_door(registers or {}))
    for router in (*way_in, *routers):
        app.include_router(router)
    refuse_undeclared(app)
    return app


def _open_pages(app: FastAPI, bus: RunningBus) -> list[APIRouter]:
    """Doors that every agency with pages has: what they load, and where people come in and go."""
    from sekali import signin  # it needs the doors' own parts

    app.state.gateway = signin.Gateway(bus.settings, bus.clock)
    signin.install(app)
    return [assets_door(), *signin.ways_in(bus.settings)]


def _form_targets(app: FastAPI) -> Sequence[str]:
    return app.state.gateway.form_targets if app.state.pages is not None else ()


def _is_secure(bus: RunningBus) -> bool:
    return (bus.settings.public_url or "").startswith("https://")


def _documented_problems() -> dict[int | str, dict[str, Any]]:
    schema = {
        "type": "object",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": {"type": "string", "format": "uri"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "instance": {"type": "string", "format": "uri"},
            "fields": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["field", "detail"],
                    "properties": {name: {"type": "string"} for name in ("field", "detail", "way_out", "detail_id")},
                },
            },
        },
    }
    texts = {
        400: "The body is not JSON", 401: "No token, or one that names nobody", 403: "This door is not for the caller",
        404: "No such record", 409: "What is stored already says otherwise", 422: "Some fields are not right",
        415: "The body is not announced as JSON", 429: "Asked too often", 503: "A part that is needed does not answer",
    }  # fmt: skip
    content = {problems.MEDIA_TYPE: {"schema": schema}}
    return {status: {"description": text, "content": content} for status, text in texts.items()}
