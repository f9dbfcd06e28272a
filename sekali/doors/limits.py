"""A body is at most 1 MiB, whether its length is announced or not."""

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sekali.doors.problems import answer, from_status

MAX_BODY = 1 << 20
TOO_LARGE = 413


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
