"""The process that serves one service's doors."""

import signal
import sys
from collections.abc import Callable

import uvicorn
from fastapi import FastAPI

from sekali import tracing
from sekali.settings import AgencySettings

ENDING_SECONDS = 10
FAILED_AT_START = 3


def serve(build: Callable[[], FastAPI], settings: AgencySettings) -> None:
    """Runs the doors until SIGTERM or SIGINT; requests under way have 10 seconds to end. Starts tracing first.

    Leaves the process with 0, or with 3 when the service could not start: whoever supervises it must see that.
    """
    # uvicorn raises the signal again when it has ended; by itself that kills the process before spans are exported.
    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, _end)
    tracing.setup(settings.agency)
    try:
        server = uvicorn.Server(_configuration(build(), settings))
        server.run()
    finally:
        tracing.shutdown()
    if not server.started:
        sys.exit(FAILED_AT_START)


def _configuration(app: FastAPI, settings: AgencySettings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host=settings.http_host,
        port=settings.http_port,
        access_log=False,  # a URL that somebody mistyped may hold anything
        proxy_headers=bool(settings.proxies),
        forwarded_allow_ips=settings.proxies or None,
        server_header=False,
        loop="uvloop",
        lifespan="on",
        timeout_graceful_shutdown=ENDING_SECONDS,
    )


def _end(_signal: int, _frame: object) -> None:
    sys.exit(0)
