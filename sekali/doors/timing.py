"""How long each answer took at the server's side, told in the answer itself."""

from time import perf_counter

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

NAME = "door"


class TellDuration:
    """``Server-Timing: door;dur=12.3`` (W3C): milliseconds from the request's head to the answer's, all hops in it.

    Browsers show it among a request's times, and a script may measure it without anybody's metrics.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = perf_counter()

        async def timed(message: Message) -> None:
            if message["type"] == "http.response.start":
                took = (perf_counter() - started) * 1000
                MutableHeaders(scope=message).append("Server-Timing", f"{NAME};dur={took:.1f}")
            await send(message)

        await self.app(scope, receive, timed)
