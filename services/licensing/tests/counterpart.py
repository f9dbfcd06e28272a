"""The civil registry's verify door as licensing meets it: a real HTTP server that answers what a test tells it."""

import socket
import threading
import time
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from starlette.responses import Response

LIMIT_SECONDS = 10.0


@dataclass
class Counterpart:
    """`status` and `body` are the next answers; `asked` is what came, `tokens` in whose name."""

    status: int = 200
    body: str = "{}"
    asked: list[dict[str, Any]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        config = uvicorn.Config(self._app(), host="127.0.0.1", port=self.port, log_level="critical", lifespan="off")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        end = time.monotonic() + LIMIT_SECONDS
        while not self._server.started:
            assert time.monotonic() < end, "the counterpart did not open"
            time.sleep(0.005)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def shut(self) -> None:
        self._server.should_exit = True
        self._thread.join(LIMIT_SECONDS)

    def _app(self) -> FastAPI:
        app = FastAPI()

        @app.post("/verify")
        async def verify(request: Request) -> Response:
            self.tokens.append(request.headers["authorization"])
            self.asked.append(await request.json())
            return Response(self.body, self.status, media_type="application/json")

        return app
