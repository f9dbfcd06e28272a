"""F18: rolling upgrade and rollback: two revisions and two contracts side by side, forth and back, under traffic.

The story is a test of the library's, told with a seed of its own each time: each copy equals its source under its own
contract, old or new; each version is in the log, the highest last; each effect happened once.
"""

import asyncio
import os
import sys
import time
from collections.abc import Sequence
from random import Random
from xml.etree import ElementTree

from faults.results import Result
from faults.row import Blow, Options, Row, Step
from faults.stand.children import PROJECT
from faults.stand.stand import Stand

STORY = "tests/sekali/test_rolling_upgrade.py::test_owner_and_subscriber_go_to_revision_2_and_back_while_facts_are_said"
SEEDS = "ROLLING_SEEDS"
"""Whole numbers with commas between; the test reads them."""


def plan(chance: Random, count: int) -> Sequence[Blow]:
    return [Blow("forth and back", number=chance.randrange(10**9)) for _ in range(count)]


async def strike(stand: Stand, blow: Blow) -> None:
    raise NotImplementedError("The row has no stand.")


async def run(options: Options, step: Step) -> Result:
    """All of them on one platform; a story that breaks off is a violation."""
    count = ROW.smoke if options.smoke else ROW.full
    blows = plan(Random(f"F18 {options.seed}"), count)
    result, begun = Result(options.seed, options.smoke, planned=count), time.monotonic()
    step(f"{count} times forth and back")
    options.state.mkdir(parents=True, exist_ok=True)
    report, told = options.state / "rolling.xml", options.state / "rolling.txt"
    report.unlink(missing_ok=True)
    seeds = {SEEDS: ",".join(str(int(blow.number)) for blow in blows)}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}", STORY]
    with told.open("wb") as out:
        process = await asyncio.create_subprocess_exec(
            *command, cwd=PROJECT, env=os.environ | seeds, stdin=asyncio.subprocess.DEVNULL, stdout=out, stderr=out
        )
        await process.wait()
    if not report.exists():
        raise RuntimeError(f"The stories could not be told: see {told}.")
    for case in ElementTree.parse(report).iter("testcase"):  # written by our own process
        result.injected += case.find("skipped") is None
        for wrong in (*case.findall("failure"), *case.findall("error")):
            result.add({"I1": [f"{case.get('name')}: {(wrong.get('message') or '').splitlines()[0]}"]})
    result.seconds = time.monotonic() - begun
    return result


ROW = Row(
    "F18",
    "rolling upgrade and rollback, two contracts side by side",
    full=6,
    smoke=1,
    holds=("I1", "I3", "I4"),
    plan=plan,
    strike=strike,
    alone=run,
)
