"""The civil registry's verify door as licensing meets it: a real HTTP server that answers what a test tells it."""

from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI, Request
from starlette.responses import Response

from sekali.testing_doors import Stand


@dataclass
class Counterpart(Stand):
    """`status` and `body` are the next answers; `asked` is what came, `tokens` in whose name."""

    status: int = 200
    body: str = "{}"
    asked: list[dict[str, Any]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.post("/verify")
        async def verify(request: Request) -> Response:
            self.tokens.append(request.headers["authorization"])
            self.asked.append(await request.json())
            return Response(self.body, self.status, media_type="application/json")

        return app
