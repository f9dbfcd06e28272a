"""For tests: an application behind a real HTTP door, which can be shut and opened again at the same address."""

import asyncio
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal

import uvicorn
from fastapi import FastAPI

from sekali.testing import LOOK_SECONDS, eventually

LIMIT_SECONDS = 10.0


class Stand(ABC):
    """Another agency as a test meets it, a dataclass. It serves in a thread of its own: nobody's waiting stops it."""

    def __post_init__(self) -> None:
        self._port = 0
        self.open()

    @abstractmethod
    def app(self) -> FastAPI:
        """Made anew each time the door opens."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def open(self) -> None:
        self._server = _server(self.app(), self._port)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        end = time.monotonic() + LIMIT_SECONDS
        while not self._server.started:
            assert time.monotonic() < end, "the door did not open"
            time.sleep(LOOK_SECONDS)
        self._port = _port(self._server)

    def shut(self) -> None:
        self._server.should_exit = True
        self._thread.join(LIMIT_SECONDS)


@asynccontextmanager
async def served(app: FastAPI, lifespan: Literal["on", "off"] = "off") -> AsyncIterator[str]:
    """Its address. It serves in this event loop, as an application needs whose database connections live here."""
    server = _server(app, 0, lifespan)
    running = asyncio.create_task(server.serve())

    async def started() -> bool:
        return server.started

    await eventually(started, "the door opened", LIMIT_SECONDS)
    try:
        yield f"http://127.0.0.1:{_port(server)}"
    finally:
        server.should_exit = True
        await running


def _server(app: FastAPI, port: int, lifespan: Literal["on", "off"] = "off") -> uvicorn.Server:
    return uvicorn.Server(uvicorn.Config(app, port=port, log_level="critical", lifespan=lifespan))


def _port(server: uvicorn.Server) -> int:
    return int(server.servers[0].sockets[0].getsockname()[1])
