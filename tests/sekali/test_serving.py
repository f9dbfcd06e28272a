"""A service as a process: it listens, it answers what is under way when it is told to end, it says when it cannot."""

import asyncio
import os
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

CITIZEN = f"citizen:{uuid4()}"

SERVICE = """
import asyncio, sys
from fastapi import APIRouter
from sekali.doors import AnyCaller, application, serve
from sekali.errors import SekaliError
from tests.sekali.quiet_bus import QuietBus

class Bus(QuietBus):
    async def start(self):
        if "unready" in sys.argv:
            raise SekaliError("The topic card of town.resident.v1 is missing.")

    async def stop(self):
        print("bus stopped", flush=True)

router = APIRouter()

@router.get("/slow")
async def slow(caller: AnyCaller) -> dict[str, str]:
    print("slow entered", flush=True)
    await asyncio.sleep(1)
    return {"slow": "done"}

bus = Bus(http_port=int(sys.argv[1]))
serve(lambda: application(bus, router, title={"id": "Uji", "en": "Test"}), bus.settings)
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def until_live(client: httpx.AsyncClient) -> None:
    async with asyncio.timeout(60):
        while True:
            try:
                if (await client.get("/health/live")).status_code == 200:
                    return
            except httpx.TransportError:
                await asyncio.sleep(0.05)


@asynccontextmanager
async def process(root: Path, port: int, *words: str) -> AsyncIterator[Process]:
    environment = os.environ | {"PYTHONPATH": str(root), "OTEL_TRACES_EXPORTER": "none"}
    started = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SERVICE, str(port), *words, env=environment, stdout=PIPE, stderr=PIPE
    )
    try:
        yield started
    finally:
        if started.returncode is None:
            started.kill()
            await started.wait()


async def test_a_process_told_to_end_answers_first(pytestconfig: pytest.Config) -> None:
    port = free_port()
    async with process(pytestconfig.rootpath, port) as service:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            await until_live(client)
            slow = asyncio.create_task(client.get("/slow", headers={"Authorization": f"Bearer {CITIZEN}"}))
            assert service.stdout is not None
            assert await service.stdout.readline() == b"slow entered\n"
            service.send_signal(signal.SIGTERM)
            assert (await slow).json() == {"slow": "done"}
        out, err = await asyncio.wait_for(service.communicate(), timeout=60)
        assert b"bus stopped" in out
        assert b"/slow" not in out + err, "no access log"
        assert service.returncode == 0


async def test_a_process_that_cannot_listen_ends_with_an_error(pytestconfig: pytest.Config) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        async with process(pytestconfig.rootpath, taken.getsockname()[1]) as service:
            _, err = await asyncio.wait_for(service.communicate(), timeout=60)
            assert service.returncode not in (0, None)
            assert b"address already in use" in err


async def test_a_process_that_cannot_start_says_why_and_ends_with_an_error(pytestconfig: pytest.Config) -> None:
    async with process(pytestconfig.rootpath, free_port(), "unready") as service:
        out, err = await asyncio.wait_for(service.communicate(), timeout=60)
    assert service.returncode == 3
    assert b"The topic card of town.resident.v1 is missing." in err
    assert b"bus stopped" not in out
