"""The simulation tells the same story twice for a seed, and finds bugs that are planted."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PROJECT = Path(__file__).parents[2]
WITHIN = 40
"""So many stories find each of these bugs."""


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


@pytest.mark.parametrize(
    ("bug", "told_by"),
    [
        ("no version guard", {"I1", "I4"}),
        ("acknowledged before published", {"I1", "I6"}),
        ("mark outside the transaction", {"I3", "I6"}),
        ("error swallowed", {"I6"}),
    ],
)
def test_a_planted_bug_is_found_within_a_few_stories(bug: str, told_by: set[str]) -> None:
    _, told = simulated("1", "--count", str(WITHIN), "--planted", bug, "--until-found")
    assert told[-1]["violations"].keys() & told_by, f"{len(told)} stories did not find it"
