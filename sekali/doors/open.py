"""The doors without a token: the declaration, two kinds of health, the metrics, what pages fetch beside themselves."""

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import JSONResponse, Response

from sekali.doors.running import TheBus
from sekali.pages.assets import DOOR as ASSETS

OPEN_DOORS = frozenset({"/openapi.json", "/health/live", "/health/ready", "/metrics", ASSETS})


def open_doors() -> APIRouter:
    router = APIRouter(tags=["health"])

    @router.get("/health/live", responses={})
    async def live() -> dict[str, str]:
        """The process answers; it says nothing of the parts behind it."""
        return {"live": "ok"}

    @router.get("/health/ready")
    async def ready(bus: TheBus) -> JSONResponse:
        """200 when forms can be opened, that is when the database answers; part -> "ok" or what is wrong, in words.

        Kafka or the registry away is no reason to turn people away: what they submit waits in the outbox.
        """
        parts = await bus.ready()
        return JSONResponse(parts, 200 if parts.get("database", "ok") == "ok" else 503)

    @router.get("/metrics", include_in_schema=False)
    async def metrics() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return router
