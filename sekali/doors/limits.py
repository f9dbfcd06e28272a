"""What no door takes: a body of more than 1 MiB, whether its length is announced or not, and a NUL in the address."""

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sekali.doors.problems import answer, from_status
from sekali.errors import Problem

MAX_BODY = 1 << 20
TOO_LARGE = 413
BAD_URL = Problem(400, "bad-url", "The address cannot be read", "It holds a NUL (%00), which no text has.")


class RefuseNul:
    """PostgreSQL keeps no NUL, so whichever door looked for it in a table would fall."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and ("\0" in scope["path"] or b"%00" in scope["query_string"]):
            await answer(BAD_URL)(scope, receive, send)
        else:
            await self.app(scope, receive, send)


class LimitBody:
    """Refuses an announced length at once, and an unannounced one when it has read too much.

    FastAPI's ``max_body_size`` does the same, but answers plain text.
    """

    def __init__(self, app: ASGIApp, limit: int = MAX_BODY) -> None:
        self.app = app
        self.limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "")
        if announced.isdecimal() and int(announced) > self.limit:
            await answer(from_status(TOO_LARGE))(scope, receive, send)
            return
        seen = 0

        async def count() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self.limit:
                raise HTTPException(TOO_LARGE)
            return message

        await self.app(scope, count, send)
