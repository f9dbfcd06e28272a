"""A clock that is off is off for the process by every way of asking, and its timers go on as they were."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from faults.child import clock
from faults.stand import clocks
from sekali.testing import eventually

PROJECT = Path(__file__).parents[2]
HOUR = 3600
TELLING = (
    "import sys, time, pathlib; from faults.child import clock; clock.tell(pathlib.Path(sys.argv[1])); time.sleep(60)"
)
SLEEPING = """
import asyncio, time, uvloop
async def slept():
    begun = time.monotonic()
    await asyncio.sleep(0.5)
    async with asyncio.timeout(30):
        await asyncio.to_thread(time.sleep, 0.1)
    return time.monotonic() - begun
print(asyncio.run(slept()), uvloop.run(slept()))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    if not clocks.can_be_set(tmp_path):
        pytest.skip("libfaketime moves no clock on this machine")
    return tmp_path


@contextmanager
def telling(folder: Path) -> Iterator[Path]:
    """A process that says its clocks; yields the file of its offset."""
    off = folder / "off.clock"
    clocks.set_off(off, 0)
    begun = os.environ | clocks.environment(off)
    process = subprocess.Popen([sys.executable, "-c", TELLING, str(folder / "looks")], cwd=PROJECT, env=begun)
    try:
        yield off
    finally:
        process.kill()
        process.wait()
        for name in clocks.SHARED:
            Path("/dev/shm", name.format(process.pid)).unlink(missing_ok=True)


async def test_a_process_is_told_another_time_while_it_runs(folder: Path) -> None:
    with telling(folder) as off:
        watched = clocks.Watched(folder / "looks")

        async def seen(seconds: int, *ways: str) -> bool:
            return all(watched.seen(way, seconds) for way in ways)

        await eventually(lambda: seen(0, *clocks.WAYS), "its clock is right")
        clocks.set_off(off, HOUR)
        await eventually(lambda: seen(HOUR, *clocks.WAYS), "its clock is an hour ahead")
        clocks.set_off(off, -HOUR)
        await eventually(lambda: seen(-HOUR, "time", "datetime"), "its clock is an hour behind")
        assert not watched.seen("uuid7", -HOUR)  # within a process ids only rise
        assert watched.kept_time()


async def test_timers_do_not_go_by_the_clock_that_jumps(folder: Path) -> None:
    off = folder / "off.clock"
    clocks.set_off(off, HOUR)
    begun = os.environ | clocks.environment(off)
    jumping = asyncio.create_task(clocks.strobe(off, HOUR))
    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", SLEEPING, env=begun, stdout=asyncio.subprocess.PIPE
        )
        told, _ = await process.communicate()
    finally:
        jumping.cancel()
    slept = [float(one) for one in told.split()]
    assert len(slept) == 2
    assert all(0.6 <= one < 10 for one in slept)


def test_a_clock_that_was_not_moved_is_told(tmp_path: Path) -> None:
    watched = clocks.Watched(tmp_path / "looks")
    assert not watched.kept_time()
    (tmp_path / "looks").write_text(" ".join(map(repr, clock.look())) + "\n12.0 13")
    assert [watched.seen(way, 0) for way in clocks.WAYS] == [True] * 3
    assert not any(watched.seen(way, off) for way in clocks.WAYS for off in (HOUR, -HOUR))
    assert watched.kept_time()
    (tmp_path / "looks").write_text(
        " ".join(map(repr, clock.look()._replace(monotonic=time.monotonic() + HOUR))) + "\n"
    )
    assert not watched.kept_time()
