"""M1: bugs planted one at a time; the suite catches each within a minute of the fault that brings it out.

Three of the twelve are not here yet: no relay lock, a use logged after the answer, a key cached past its revocation.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from random import Random

from faults.checker.judging import judged
from faults.checker.lag import NotInTime
from faults.child.planted import BUGS
from faults.results import Result
from faults.row import Blow, Options, Row, Step
from faults.rows import f5, f9
from faults.stand import country
from faults.stand.stand import Stand, standing

LONGEST = 60.0
BringOut = Callable[[Stand], Awaitable[None]]


def _killed(child: str, point: str, **load: float) -> BringOut:
    async def bring_out(stand: Stand) -> None:
        if load:
            await stand.carry(**load)
        for _ in range(3):
            await stand.struck(stand.children[child], point)
            await stand.works(2.0)

    return bring_out


def _inflicted(strike: Callable[[Stand, Blow], Awaitable[None]], blow: Blow) -> BringOut:
    async def bring_out(stand: Stand) -> None:
        await strike(stand, blow)

    return bring_out


async def _load(stand: Stand) -> None:
    await stand.works(5.0)


LATE_COMMITS = _inflicted(f9.strike, Blow("late commits", number=0.1))
BROUGHT_OUT: Mapping[str, BringOut] = {
    "acknowledged before published": _killed("north-1", "relay after read"),
    "offset before commit": _killed("treasury-1", "inbox in transaction"),
    "cursor by id": LATE_COMMITS,
    "range delete": LATE_COMMITS,
    "no version guard": _inflicted(f5.strike, Blow(f5.DOUBLED, country.parcels("north"), 1)),
    "mark outside the transaction": _killed("treasury-1", "inbox in transaction"),
    "error swallowed": _load,
    "dead letter outside the transaction": _killed("treasury-1", "inbox after commit", poison=0.5),
    "no duplicate check": _inflicted(f5.strike, Blow(f5.REWOUND, "treasury")),
}


def plan(chance: Random, count: int) -> list[Blow]:
    return [Blow(bug) for bug in chance.sample(list(BUGS), count)]


async def strike(stand: Stand, blow: Blow) -> None:
    await BROUGHT_OUT[blow.what](stand)


async def run(options: Options, step: Step) -> Result:
    """Each bug on a stand of its own. What is not caught is the violation."""
    blows = plan(Random(f"M1 {options.seed}"), ROW.smoke if options.smoke else ROW.full)
    result, begun = Result(options.seed, options.smoke, planned=len(blows)), time.monotonic()
    caught = []
    for blow in blows:
        async with standing(options.state, step, options.rate, planted=blow.what) as stand:
            step(f"planted: {blow.what}")
            at = time.monotonic()
            found = await _found(stand, blow)
            seconds = time.monotonic() - at
        result.injected += 1
        if not found or seconds > LONGEST:
            result.add({"M1": [f"{blow.what} was not caught within {LONGEST:.0f} s"]})
        caught.append(f"{blow.what}: {'+'.join(found) or 'nothing'} in {seconds:.0f} s")
    result.note = "; ".join(caught)
    result.seconds = time.monotonic() - begun
    return result


async def _found(stand: Stand, blow: Blow) -> list[str]:
    """The invariants that tell of it."""
    try:
        await strike(stand, blow)
        books = await stand.books(within=LONGEST / 3)
    except NotInTime:
        return ["I5"]
    return list(await asyncio.to_thread(judged, books))


ROW = Row(
    "M1",
    "planted bugs, one at a time",
    full=len(BUGS),
    smoke=2,
    holds=(),
    plan=plan,
    strike=strike,
    alone=run,
)
