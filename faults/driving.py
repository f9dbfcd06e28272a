"""A row carried out: the blows of a group one after the other under one load, then the books."""

import asyncio
import hashlib
import json
import time
from collections.abc import Sequence
from random import Random

from faults.checker.judging import judged
from faults.checker.lag import NotInTime
from faults.results import Result
from faults.row import Blow, Options, Row, Step
from faults.stand.children import NotStruck
from faults.stand.stand import Stand, standing

TRIES = 2
LOOKS, REGAINED = 5, 0.95


def schedule(row: Row, seed: int, count: int) -> Sequence[Blow]:
    """The same for the same seed, whatever ran before."""
    return row.plan(Random(f"{row.row} {seed}"), count)  # not for secrets


def digest(blows: Sequence[Blow]) -> str:
    return hashlib.sha256(json.dumps(list(blows)).encode()).hexdigest()[:16]


async def drive(row: Row, options: Options, step: Step) -> Result:
    """The row's result; what the bus does wrong is in it, what the suite cannot do is raised."""
    if row.alone is not None:
        return await row.alone(options, step)
    blows = schedule(row, options.seed, row.smoke if options.smoke else row.full)
    result, begun = Result(options.seed, options.smoke, planned=len(blows) * row.of_each), time.monotonic()
    async with standing(options.state, step, options.rate, with_people=row.with_people, brokers=row.brokers) as stand:
        try:
            if row.first is not None:
                await row.first(stand)
            before = min([await stand.rate() for _ in range(2)])  # one of them may still hold what was late
            await _groups(row, stand, blows, result, step)
            result.add(await _regained(stand, before))
        except NotInTime as late:
            result.add({"I5": [f"not at parity: {late}"]})
    result.add(stand.found)
    result.parity = stand.parity
    result.note = "; ".join(filter(None, [result.note, *stand.notes]))
    result.seconds = time.monotonic() - begun
    return result


async def _groups(row: Row, stand: Stand, blows: Sequence[Blow], result: Result, step: Step) -> None:
    struck: list[Blow] = []
    for begin in range(0, len(blows), row.group):
        group = blows[begin : begin + row.group]
        for number, blow in enumerate(group, begin + 1):
            step(f"{number}/{len(blows)} {blow.what} {blow.whom}".strip())
            struck.append(blow)
            await _blow(row, stand, blow, result)
        if not row.waits(group[-1]):
            await stand.healed()
        if row.last is not None and begin + row.group >= len(blows):
            await row.last(stand)
        step(f"the books after {begin + len(group)}")
        books = await stand.books()
        books.schedules = digest(struck), digest(schedule(row, result.seed, len(blows))[: len(struck)])
        result.add(await asyncio.to_thread(judged, books))


async def _blow(row: Row, stand: Stand, blow: Blow, result: Result) -> None:
    """Where a fault could not be inflicted, it is tried once more."""
    for _ in range(TRIES):
        try:
            await row.strike(stand, blow)
        except NotStruck as missed:
            result.note = str(missed)
        else:
            result.injected += row.of_each
            break
    stand.children.revive()
    if row.waits(blow):
        await stand.healed()


async def _regained(stand: Stand, before: float) -> dict[str, list[str]]:
    """Records a second that arrive under the same load; a machine that others use too is looked at a few times."""
    best = 0.0
    for _ in range(LOOKS):
        best = max(best, await stand.rate())
        if best >= REGAINED * before:
            return {}
    return {"I5": [f"the rate came back to {best / before:.0%} of what it was before"]}
