"""Every error of a door as application/problem+json (RFC 9457).

What is refused is never echoed: pydantic's errors carry the input, SQLAlchemy's carry parameters, and unknown
exceptions may carry anything, so of those only the type and the place are logged and nothing of them is answered.
"""

import logging
import re
import traceback
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from asyncpg import InterfaceError, InternalClientError, PostgresError
from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from opentelemetry import trace
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoFreeConnection
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sekali.database import is_worth_retrying
from sekali.errors import FieldError, Problem, Unavailable
from sekali.pages import problem_page, wants_a_page
from sekali.sentences import sentence

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 5

# A name that a caller made up (an unknown field, a key of a mapping) can itself be personal data.
_PLAIN_NAME = re.compile(r"[a-z][a-z_]{0,39}[0-9]{0,2}")


def answer(problem: Problem) -> JSONResponse:
    """The problem as a response; ``instance`` names the trace, for the operator who is asked about it."""
    document = problem.document()
    if instance := _trace():
        document.setdefault("instance", instance)
    headers: dict[str, str] = {}
    if problem.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    if problem.status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = str(RETRY_SECONDS)
    if problem.status == HTTPStatus.TOO_MANY_REQUESTS:
        headers["Retry-After"] = str(problem.extra.get("retry_after_seconds", RETRY_SECONDS))
    return JSONResponse(jsonable_encoder(document), problem.status, headers, media_type=MEDIA_TYPE)


def _trace() -> str:
    span = trace.get_current_span().get_span_context()
    return f"urn:sekali:trace:{span.trace_id:032x}" if span.is_valid else ""


def respond(request: Request, problem: Problem) -> Response:
    """The problem as a page to whoever came with a browser, else as a document."""
    document = answer(problem)
    if not wants_a_page(request):
        return document
    page = problem_page(request, problem, trace=_trace())
    if "retry-after" in document.headers:
        page.headers["Retry-After"] = document.headers["retry-after"]
    return page


def from_validation(errors: Sequence[Mapping[str, Any]]) -> Problem:
    """422 with every wrong field, 400 when the body is no JSON at all, 415 when it does not say that it is JSON."""
    if any(error["type"] == "json_invalid" for error in errors):
        return Problem(400, "bad-json", "The body is not JSON", "Send one JSON object, in UTF-8.")
    if any(tuple(error["loc"]) == ("body",) and isinstance(error.get("input"), bytes) for error in errors):
        # FastAPI reads only what is announced as JSON, and hands the rest on as bytes.
        return Problem(
            415, "not-announced-as-json", "The body is not announced as JSON",
            "Send it with the header Content-Type: application/json.",
        )  # fmt: skip
    fields = [FieldError(_place(error["loc"]), sentence(error)) for error in errors]
    return Problem(422, "invalid", "Some fields are not right", "Please look at the fields named here.", fields)


def _place(loc: Sequence[str | int]) -> str:
    parts = [str(part) for part in (loc[1:] or loc)]
    return ".".join(part if _is_plain(part) else "?" for part in parts)


def _is_plain(part: str) -> bool:
    return bool(_PLAIN_NAME.fullmatch(part)) or (part.isdecimal() and len(part) < 6)


def install(app: FastAPI) -> None:
    """Makes every handled error of ``app`` a problem document."""

    async def on_problem(request: Request, error: Exception) -> Response:
        assert isinstance(error, Problem)
        return respond(request, error)

    async def on_validation(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return respond(request, from_validation(error.errors()))

    async def on_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        response = respond(request, from_status(error.status_code))
        response.headers.update(error.headers or {})
        return response

    app.add_exception_handler(Problem, on_problem)
    app.add_exception_handler(RequestValidationError, on_validation)
    app.add_exception_handler(HTTPException, on_http)


def from_status(status: int) -> Problem:
    """The framework's own refusals (no such door, a body that cannot be read) without its texts."""
    slug, title, detail = _REFUSALS.get(status, (f"refused-{status}", "Refused", "The request cannot be answered."))
    return Problem(status, slug, title, detail)


_ALL_DOORS = "/openapi.json lists all doors."
_REFUSALS = {
    400: ("bad-json", "The body cannot be read", "Send one JSON object, in UTF-8."),
    404: ("no-such-door", "There is no such door", _ALL_DOORS),
    405: ("wrong-method", "This door is not entered with this method", _ALL_DOORS),
    413: ("too-large", "The body is too large", "A body may hold at most 1 MiB."),
}


def from_unexpected(error: BaseException) -> Problem:
    """503 when a part that is needed does not answer, else 500; never a word of the exception itself."""
    if isinstance(error, Unavailable):
        return Problem(503, "unavailable", "A part that is needed does not answer", str(error))
    if database_is_silent(error):
        return Problem(503, "database-unavailable", "The database does not answer",
                       "Nothing was stored. The same request may work in a few seconds.")  # fmt: skip
    return Problem(500, "internal", "Something went wrong here", "Nothing was stored. It has been noted.")


def database_is_silent(error: BaseException) -> bool:
    """It could not be reached, gave no connection in time, or asked for another try."""
    if isinstance(error, DBAPIError | PostgresError | InterfaceError | InternalClientError):
        return is_worth_retrying(error)
    return isinstance(error, ConnectionError | TimeoutError | NoFreeConnection)


_FRAMES = 6


def without_its_text(error: BaseException) -> str:
    """What may be logged of an unknown exception: its type, what caused it, and where, the innermost place first."""
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    places = " < ".join(f"{frame.filename}:{frame.lineno}" for frame in reversed(frames))
    cause = f" from {type(error.__cause__).__qualname__}" if error.__cause__ else ""
    return f"{type(error).__qualname__}{cause} at {places}"


class CatchEverything:
    """Innermost middleware: an exception that no handler knows becomes a 500 or 503 problem.

    FastAPI's own handler for Exception re-raises after it has answered, and uvicorn then logs the exception's text.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def watch(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watch)
        except ClientDisconnect:
            # In the middle of a body: no fault of ours, so it fills no log of errors. Metrics count the 400.
            if not started:
                await answer(from_status(HTTPStatus.BAD_REQUEST))(scope, receive, send)
        except Exception as error:
            logger.error("%s", without_its_text(error))  # noqa: TRY400
            if not started:
                await respond(Request(scope), from_unexpected(error))(scope, receive, send)
