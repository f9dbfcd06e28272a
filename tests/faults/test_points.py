"""The named points are the bus's own methods; a name that is gone is told, and a wrapped one is visited."""

import asyncio
import subprocess
import sys
import types
from pathlib import Path

import pytest

from faults.child import planted, points
from faults.child.points import NoSuchPoint, Point, found
from faults.rows import m1

PROJECT = Path(__file__).parents[2]


def test_every_point_is_still_there() -> None:
    assert len(points.EVERYDAY) == 12
    for point in points.POINTS.values():
        found(point.where)


def test_a_method_that_was_renamed_is_told() -> None:
    with pytest.raises(NoSuchPoint, match=r"sekali\.sending:Sender\.shout is not there"):
        found("sekali.sending:Sender.shout")


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> types.ModuleType:
    """A module of its own in the table's place."""
    module = types.ModuleType("post")
    exec("async def carry(letters):\n    letters.append('carried')\n    return letters\n", module.__dict__)
    monkeypatch.setitem(sys.modules, "post", module)
    names = {f"{side} carrying": Point("post:carry", side) for side in ("before", "after", "during")}
    monkeypatch.setattr(points, "POINTS", names)
    return module


async def test_each_side_is_visited_in_its_moment(post: types.ModuleType) -> None:
    letters: list[str] = []
    points.wrap(letters.append)
    assert await post.carry(letters) is letters
    assert letters == ["before carrying", "carried", "after carrying"]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert letters[-1] == "during carrying"


@pytest.mark.parametrize("bug", planted.BUGS)
def test_every_planted_bug_still_finds_what_it_spoils(bug: str) -> None:
    """In a process of its own: it is not taken out again."""
    words = f"from faults.child.planted import plant; plant({bug!r}); print('planted')"
    done = subprocess.run([sys.executable, "-c", words], cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.stdout == "planted\n", done.stderr


def test_every_planted_bug_has_a_fault_that_brings_it_out() -> None:
    assert m1.BROUGHT_OUT.keys() == planted.BUGS.keys()
