"""Another agency's counter: a small agency with one form behind a real HTTP door that can be shut and opened again."""

from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI, Request
from starlette.middleware.base import RequestResponseEndpoint
from starlette.responses import JSONResponse, Response

from sekali.testing_doors import Stand

TOPIC = "population.resident.v1"
BOXES: list[dict[str, Any]] = [
    {"name": "full_name", "source": {"topic": TOPIC, "field": "identity.full_name"}},
    {"name": "email_address", "source": {"topic": "portal.contact.v1", "field": "contact.email"}},
    {"name": "mobile", "source": {"topic": "portal.contact.v1", "field": "contact.mobile"}},
    {"name": "wish", "source": None},
]
TITLE = {"id": "Permohonan", "en": "A request"}


@dataclass
class Counter(Stand):
    """`answers` are given to submissions one after the other, then 201; `taken` is what has arrived.

    `asked`: paths. It has a form that it does not list: `draft`.
    """

    answers: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    corrected: list[dict[str, Any]] = field(default_factory=list)
    taken: list[dict[str, Any]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    application_id: str = "01a20230-df74-7157-999b-448c645b9c3d"

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.middleware("http")
        async def note(request: Request, serve: RequestResponseEndpoint) -> Response:
            self.asked.append(request.url.path)
            return await serve(request)

        @app.get("/forms")
        async def forms() -> dict[str, Any]:
            return {"forms": [{"name": "request", "title": TITLE}]}

        @app.get("/forms/request/declaration")
        async def declaration() -> dict[str, Any]:
            return {"form": "request", "title": TITLE, "boxes": BOXES}

        @app.get("/forms/request")
        async def opened(request: Request) -> dict[str, Any]:
            self.tokens.append(request.headers["authorization"])
            return {"form": "request", "title": TITLE, "boxes": BOXES, "counts": {"asked": len(BOXES)}}

        @app.get("/forms/draft")
        async def unlisted() -> dict[str, Any]:
            return {"form": "draft", "title": TITLE, "boxes": BOXES, "counts": {"asked": len(BOXES)}}

        @app.post("/forms/request")
        async def submit(request: Request) -> JSONResponse:
            self.tokens.append(request.headers["authorization"])
            self.taken.append(await request.json())
            status, body = self.answers.pop(0) if self.answers else (201, self.receipt())
            return JSONResponse(body, status)

        return app

    def receipt(self) -> dict[str, Any]:
        counts = {"asked": 4, "key": 0, "filled": 1, "typed": 3, "left_empty": 0}
        return {
            "application_id": self.application_id,
            "status": "DIAJUKAN",
            "counts": counts,
            "corrected": self.corrected,
        }
