"""F14: the clock of one process is an hour ahead, an hour behind, or jumps between both twenty times a second.

The machine's own clock is left alone, and so is PostgreSQL's. Meanwhile the process is killed: an owner's between the
broker's acknowledgement and the end of its rows, a subscriber's inside of a transaction, while records that it had
come a second time and out of order. The next one begins with a clock that is wrong from its first moment.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from random import Random

from faults.row import Blow, Row, Skipped
from faults.stand import clocks, country, foreign
from faults.stand.children import Child, NotStruck
from faults.stand.stand import PARITY_SECONDS, Stand

HOUR = 3600
AHEAD, BEHIND, STROBE = "an hour ahead", "an hour behind", "an hour forth and back"
OFFSETS = {AHEAD: (HOUR,), BEHIND: (-HOUR,), STROBE: (HOUR, -HOUR)}
SHORTEST, LONGEST = 2.0, 5.0
RECORDS = 100
OF_OWNER, OF_SUBSCRIBER = "relay after send", "inbox in transaction"


def plan(chance: Random, count: int) -> Sequence[Blow]:
    """Each of them at owners and at subscribers in turn; `number`: seconds before and behind the kill."""
    kinds, whom = list(OFFSETS), (country.OWNERS, country.SUBSCRIBERS)
    return [
        Blow(kinds[one % len(kinds)], chance.choice(whom[one % len(whom)]), round(chance.uniform(SHORTEST, LONGEST), 2))
        for one in range(count)
    ]


async def first(stand: Stand) -> None:
    """All are begun again with a clock that can be set. Raises `Skipped`."""
    if not await asyncio.to_thread(clocks.can_be_set, stand.place.folders.orders):
        raise Skipped("libfaketime moves no clock on this machine: its library is built for Linux on x86-64.")
    for child in stand.children:
        clocks.set_off(stand.place.folders.clock(child.name), 0)
        child.environment = clocks.environment(stand.place.folders.clock(child.name))
    stand.children.again()
    await stand.carry()
    await stand.lag.parity(PARITY_SECONDS)


async def strike(stand: Stand, blow: Blow) -> None:
    child = stand.children[f"{blow.whom}-1"]
    async with _off(stand, child, blow.what):
        await stand.works(blow.number)
        if blow.whom in country.SUBSCRIBERS:
            await asyncio.to_thread(_again, stand, blow)
        await stand.struck(child, OF_OWNER if blow.whom in country.OWNERS else OF_SUBSCRIBER)
        await stand.lag.parity(PARITY_SECONDS)
        await stand.works(blow.number)


@asynccontextmanager
async def _off(stand: Stand, child: Child, what: str) -> AsyncIterator[None]:
    """Raises `NotStruck` behind it where the process itself was not told the wrong time, in each way of asking."""
    file = stand.place.folders.clock(child.name)
    watched = clocks.Watched(stand.place.folders.looks(child.name))
    clocks.set_off(file, OFFSETS[what][0])
    jumping = asyncio.create_task(clocks.strobe(file, HOUR)) if what == STROBE else None
    try:
        yield
    finally:
        if jumping is not None:
            jumping.cancel()
            with suppress(asyncio.CancelledError):
                await jumping
        clocks.set_off(file, 0)
    if unmoved := [f"{way} by {off} s" for way, off in _moved(what) if not watched.seen(way, off)]:
        raise NotStruck(f"{child.name}: not moved: {', '.join(unmoved)}")
    if not watched.kept_time():
        raise NotStruck(f"{child.name}: its monotonic clock was moved too, or it said nothing of its clocks")


def _moved(what: str) -> Sequence[tuple[str, int]]:
    """Way of asking, and seconds. Within a process ids only rise: they do not jump back with its clock."""
    each = [(way, off) for way in clocks.WAYS for off in OFFSETS[what]]
    return [one for one in each if what != STROBE or one != ("uuid7", -HOUR)]


def _again(stand: Stand, blow: Blow) -> None:
    """Records of a topic that it hears once more, as they come."""
    chance = Random(blow.number)
    heard = [country.parcels(owner) for owner in country.COPYING.get(blow.whom, ())]
    heard += [country.payments(owner) for owner in country.ENTERING.get(blow.whom, ())]
    foreign.write(stand.place, foreign.some(stand.place, chance.choice(heard), RECORDS, chance))


ROW = Row(
    "F14",
    "a process's clock an hour ahead, an hour behind, and jumping",
    full=20,
    smoke=4,
    holds=("I1", "I2", "I3", "I4", "I6"),
    plan=plan,
    strike=strike,
    first=first,
)
