"""S2: properties of codec, compatibility and inbox, each area with so many generated examples.

The properties are tests of the library's; here they get their number from a profile of Hypothesis.
What is counted is what Hypothesis says that it ran: an example that was thrown away is none.
"""

import asyncio
import base64
import os
import re
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from random import Random
from xml.etree import ElementTree

from faults.results import Result
from faults.row import Blow, Options, Row, Step
from faults.stand.children import PROJECT
from faults.stand.stand import Stand

FULL, SMOKE = 20_000, 500
EXAMPLES = "SEKALI_EXAMPLES"
"""How many of each property; `tests/examples.py` reads it."""
STATISTICS = "hypothesis-statistics-"
PASSING = re.compile(r"(\d+) passing")
AREAS: Mapping[str, Sequence[str]] = {
    "codec": (
        "test_avro.py::test_it_reads_what_fastavro_reads",
        "test_avro.py::test_what_is_cut_short_changed_or_too_long_is_never_read_as_something_else",
        "test_sealing.py::test_no_changed_byte_is_accepted",
        "test_sealing.py::test_made_up_bytes_are_refused_in_words",
    ),
    "compatibility": (
        "test_compatibility_really.py::test_what_is_called_compatible_is_read_rightly",
        "test_compatibility_really.py::test_what_is_refused_would_go_wrong",
        "test_compatibility_really.py::test_apaches_checker_gives_the_same_verdict",
        "test_compatibility_really.py::test_every_schema_reads_its_own_data",
        "test_compatibility_really.py::test_each_reason_says_where_and_what_to_do",
    ),
    "inbox": (
        "test_copy_properties.py::test_of_each_key_the_highest_version_is_left",
        "test_copy_properties.py::test_any_batches_in_any_order_end_in_the_row_of_the_highest_version",
    ),
}


def plan(chance: Random, count: int) -> Sequence[Blow]:
    """`number`: the area's seed."""
    return [Blow("examples", area, chance.randrange(10**9)) for area in AREAS]


async def strike(stand: Stand, blow: Blow) -> None:
    raise NotImplementedError("The row has no stand.")


async def run(options: Options, step: Step) -> Result:
    """An area after the other; a property that fails is a violation."""
    count = ROW.smoke if options.smoke else ROW.full
    blows = plan(Random(f"S2 {options.seed}"), count)
    result, begun = Result(options.seed, options.smoke, planned=count * len(blows)), time.monotonic()
    options.state.mkdir(parents=True, exist_ok=True)
    for blow in blows:
        step(f"{count} examples of {blow.whom}")
        await _area(options, blow, count, result)
    result.seconds = time.monotonic() - begun
    return result


async def _area(options: Options, blow: Blow, count: int, result: Result) -> None:
    tests = AREAS[blow.whom]
    report, told = (options.state / f"s2-{blow.whom}.{kind}" for kind in ("xml", "txt"))
    report.unlink(missing_ok=True)
    of_each = {EXAMPLES: str(-(-count // len(tests)))}
    command = [
        sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--timeout=0", f"--junitxml={report}",
        f"--hypothesis-seed={int(blow.number)}", *(f"tests/sekali/{test}" for test in tests),
    ]  # fmt: skip
    with told.open("wb") as out:
        process = await asyncio.create_subprocess_exec(
            *command, cwd=PROJECT, env=os.environ | of_each, stdin=asyncio.subprocess.DEVNULL, stdout=out, stderr=out
        )
        await process.wait()
    if not report.exists():
        raise RuntimeError(f"The properties of {blow.whom} could not be tried: see {told}.")
    tree = ElementTree.parse(report)  # written by our own process
    result.injected += sum(passed(tree.getroot()).values())
    for case in tree.iter("testcase"):
        for wrong in (*case.findall("failure"), *case.findall("error")):
            said = (wrong.get("message") or "it failed").splitlines()[0]
            result.add({"S2": [f"{case.get('name')}: {said} (the whole story: {told})"]})


def passed(report: ElementTree.Element) -> dict[str, int]:
    """Test -> examples that were tried and held."""
    return dict(_passed(report))


def _passed(report: ElementTree.Element) -> Iterator[tuple[str, int]]:
    for told in report.iter("property"):
        name = told.get("name") or ""
        if name.startswith(STATISTICS):
            words = base64.b64decode(told.get("value") or "").decode()
            yield name.removeprefix(STATISTICS), sum(int(one) for one in PASSING.findall(words))


ROW = Row(
    "S2",
    f"properties of codec, compatibility and inbox, {FULL:,} examples of each",
    full=FULL,
    smoke=SMOKE,
    holds=(),
    plan=plan,
    strike=strike,
    alone=run,
)
