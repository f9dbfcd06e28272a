"""M1: twelve bugs planted one at a time; the suite catches each within a minute of the fault that brings it out.

In a full run the same faults strike a bus without a bug first, and must find nothing there: else the net cries always.
"""

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from random import Random

from faults.checker.books import Revoked
from faults.checker.judging import judged
from faults.checker.lag import NotInTime
from faults.child.planted import BUGS
from faults.results import Result
from faults.row import Blow, Options, Row, Step
from faults.rows import f5, f9
from faults.stand import country
from faults.stand.children import Child
from faults.stand.stand import Stand, standing
from sekali.keystore import FileStore

LONGEST = 60.0
LAST_USE_SECONDS = 5.0
"""So long after a key was taken away it may still open something."""
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


async def _two_relays(stand: Stand) -> None:
    """One is stopped with rows in its hand; another carries later versions of all keys; then the first writes.

    Nobody says anything more when it goes on, so that its old versions stay the last of their keys.
    """
    first = stand.children["north-1"]
    second = stand.children.add(Child(stand.place.folders, "north", "2", planted=first.planted))
    await stand.carry(rate=10.0, keys=10)
    await stand.stopped_at(first, "relay after read")
    try:
        del stand.children.by_name[first.name]  # it follows no load while it is stopped
        await stand.works(8.0)
        await stand.carry(rate=0.0)
    finally:
        stand.children.by_name[first.name] = first
        first.send(signal.SIGCONT)
        stand.children.remove(second.name)


async def _killed_at_the_desk(stand: Stand) -> None:
    await stand.carry(asked=20.0)
    for _ in range(3):
        await stand.works(4.0)
        stand.children["archive-1"].kill()
        stand.children.revive()


async def _key_taken(stand: Stand) -> None:
    """The first half of a revocation: the key is taken from a ring, and the owner seals under it for a while yet."""
    owner, agency = "north", "archive"
    topic, store = country.parcels(owner), FileStore(stand.place.folders.keys)
    ring = store.read(agency)
    without = {name: keyset for name, keyset in ring.items() if name != f"{topic}/owner"}
    store.write(agency, without, before=ring)
    try:
        await stand.works(LAST_USE_SECONDS)
        since = await asyncio.to_thread(stand.reader.log.ends)
        await stand.works(LAST_USE_SECONDS)
        opened = await stand.reader.opened(agency, owner)
    finally:
        store.write(agency, ring, before=without)
    stand.revoked.append(Revoked(agency, topic, since, opened))
    await stand.healed()


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
    "no relay lock": _two_relays,
    "use logged after the answer": _killed_at_the_desk,
    "key cached past its revocation": _key_taken,
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
    if not options.smoke:
        step("the same faults without a bug")
        result.add(await _without_a_bug(options, step))
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


async def _without_a_bug(options: Options, step: Step) -> dict[str, list[str]]:
    """What the faults find in a bus that has none of the bugs."""
    async with standing(options.state, step, options.rate) as stand:
        load = {name: value for name, value in asdict(stand.load).items() if name != "number"}
        for bring_out in dict.fromkeys(BROUGHT_OUT.values()):
            await bring_out(stand)
            await stand.carry(**load)
        await stand.healed()
        said = await asyncio.to_thread(judged, await stand.books())
    told = [f"without a bug, {name}: {sentences[0]}" for name, sentences in said.items()]
    return {"M1": told} if told else {}


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
