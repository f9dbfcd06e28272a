"""The simulation tells the same story twice for a seed, and finds bugs that are planted."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from random import Random
from typing import Any

import pytest

from faults.simulation.lines import Lines, Session
from faults.simulation.loop import Events, SimulatedLoop
from faults.simulation.schedule import Schedule

PROJECT = Path(__file__).parents[2]
WITHIN = 40
"""So many stories find each of these bugs."""


class UnusedWatcher:
    def blockers(self, pid: int) -> list[int]:
        raise NotImplementedError

    def stop(self, pid: int) -> None:
        raise NotImplementedError

    def go_on(self, pid: int) -> None:
        raise NotImplementedError


def simulated(*arguments: str) -> tuple[list[str], list[dict[str, Any]]]:
    """The lines of what happened, and what was found, of a process of its own."""
    command = [sys.executable, "-m", "faults.simulation", *arguments]
    environment = os.environ | {"PYTHONHASHSEED": "0"}
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode in {0, 1}, done.stderr
    lines = done.stdout.splitlines()
    return [line for line in lines if line[0] != "{"], [json.loads(line) for line in lines if line[0] == "{"]


def test_a_seed_tells_the_same_story_in_every_process_whatever_was_told_before() -> None:
    lines, (alone,) = simulated("7", "--lines", "--twice", "1")
    assert alone["violations"] == {}
    assert len(lines) == alone["steps"] > 100
    _, behind_others = simulated("5", "--count", "3")
    assert behind_others[-1]["seed"] == 7
    assert behind_others[-1]["digest"] == alone["digest"]
    assert len({one["digest"] for one in behind_others}) == 3


def test_timers_for_the_same_moment_go_off_as_they_were_set_whoever_speaks_to_a_server_meanwhile() -> None:
    loop, gone_off = SimulatedLoop(), list[int]()

    def idle(timeout: float | None) -> Events:
        loop.now += timeout or 0.0
        return []

    loop.still.idle = idle
    loop.outside = 1
    for number in range(20):
        loop.call_at(loop.now + 1.0, gone_off.append, number)
    loop.run_until_complete(asyncio.sleep(2.0))
    loop.close()
    assert gone_off == list(range(20))


async def test_connections_are_given_back_in_the_order_of_the_story_not_of_the_servers_answers() -> None:
    class Answering:
        def __init__(self, turns: int) -> None:
            self.turns = turns

        def is_closed(self) -> bool:
            return False

        async def execute(self, _: str) -> None:
            for _turn in range(self.turns):
                await asyncio.sleep(0)

    async def opened(_: str) -> None: ...

    lines = Lines(opened)
    lines.schedule = Schedule(SimulatedLoop(), Random(1), UnusedWatcher())
    slow, quick = Session("court", Answering(9)), Session("court", Answering(0))
    await asyncio.gather(lines.given_back(slow), lines.given_back(quick))
    assert lines.idle("court") == [slow, quick]


@pytest.mark.parametrize(
    ("bug", "told_by"),
    [
        ("no version guard", {"I1", "I4"}),
        ("acknowledged before published", {"I1", "I6"}),
        ("mark outside the transaction", {"I3", "I6"}),
        ("error swallowed", {"I6"}),
        ("offset before commit", {"I1", "I3", "I6"}),
    ],
)
def test_a_planted_bug_is_found_within_a_few_stories(bug: str, told_by: set[str]) -> None:
    _, told = simulated("1", "--count", str(WITHIN), "--planted", bug, "--until-found")
    assert told[-1]["violations"].keys() & told_by, f"{len(told)} stories did not find it"
