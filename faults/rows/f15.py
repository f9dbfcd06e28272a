"""F15: a subscriber that is slow, dead, or blocked for longer than its consumers may be without a poll.

The others must not feel it: of what reaches them, the slowest of a hundred facts may take a fifth longer at most than
right before, and no outbox grows. A while before and a while during the fault make a pair; the middle one of a few
pairs counts, so that what else a machine does at a moment does not. Where that is too much, more pairs are looked at.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from random import Random
from statistics import median
from typing import NamedTuple

import psutil
from confluent_kafka import ConsumerGroupState
from confluent_kafka.admin import AdminClient

from faults.checker.books import Size
from faults.row import Blow, Row
from faults.stand import country
from faults.stand.children import Child, NotStruck
from faults.stand.delays import Seen
from faults.stand.folders import say
from faults.stand.stand import PARITY_SECONDS, Stand

SLOW, DEAD, BLOCKED = "a slow subscriber", "a dead subscriber", "a blocked subscriber"
MOST = 1.2
WINDOW_SECONDS = 5.0
FEWEST_PAIRS, PAIRS = 3, 9
FEWEST_FACTS = 50
"""Of fewer no share of a hundred can be told."""
PATIENCE_SECONDS = 6.0
GONE_SECONDS = 30.0
"""Without a poll for `PATIENCE_SECONDS` a consumer is silent; the broker notices when its session ends."""
ROUND_SECONDS = 0.5
WITH_TWO = "treasury"
"""It has a second process, to which the partitions of the blocked one go."""
OUTBOX_SECONDS = 2.0
"""So much of an owner's load may wait in its outbox beyond what waited before."""


class Pair(NamedTuple):
    before: Seen
    during: Seen


def plan(chance: Random, count: int) -> Sequence[Blow]:
    """In turn; `number`: which share of the time a slow one stands still."""
    kinds, entering = [BLOCKED, SLOW, DEAD], list(country.ENTERING)
    chance.shuffle(entering)
    blows = []
    for one in range(count):
        what = kinds[one % len(kinds)]
        whom = entering[one // len(kinds) % len(entering)] if what == BLOCKED else chance.choice(country.SUBSCRIBERS)
        blows.append(Blow(what, whom, round(chance.uniform(0.5, 0.9), 2) if what == SLOW else 0.0))
    return blows


async def first(stand: Stand) -> None:
    for agency in country.ENTERING:
        say(stand.place.folders.of(agency, "patience"), {"seconds": PATIENCE_SECONDS})
    stand.children.add(Child(stand.place.folders, WITH_TWO, "2"))
    stand.children.again()
    await stand.carry()
    await stand.lag.parity(PARITY_SECONDS)


async def strike(stand: Stand, blow: Blow) -> None:
    others = [agency for agency in country.COPYING if agency != blow.whom]
    pairs: list[Pair] = []
    while len(pairs) < FEWEST_PAIRS or (len(pairs) < PAIRS and wrong(blow, pairs)):
        pair = Pair(Seen(), Seen())
        await pair.before.look(stand.place, others, WINDOW_SECONDS)
        async with INFLICTED[blow.what](stand, blow):
            await pair.during.look(stand.place, others, WINDOW_SECONDS)
        pairs.append(pair)
        await stand.lag.parity(PARITY_SECONDS)
    stand.notes.append(noted(blow, pairs))
    if sentence := wrong(blow, pairs):
        stand.found.setdefault("F15", []).append(sentence)
    stand.sizes += sizes(blow, pairs, stand.load.rate)


def wrong(blow: Blow, pairs: Sequence[Pair]) -> str:
    """What the others have felt, in a sentence, or nothing."""
    before, during = (sum(len(pair[side].seconds) for pair in pairs) for side in (0, 1))
    if during < before / 2 or any(len(one.seconds) < FEWEST_FACTS for pair in pairs for one in pair):
        return f"beside {blow.what} ({blow.whom}) the others heard {during} facts, before {before}"
    times = median(pair.during.p99 / pair.before.p99 for pair in pairs)
    if times > MOST:
        return f"beside {blow.what} ({blow.whom}) the others' p99 was {times:.2f} times what it was right before"
    return ""


def noted(blow: Blow, pairs: Sequence[Pair]) -> str:
    told = ", ".join(
        f"{before.p99 * 1000:.0f} to {during.p99 * 1000:.0f}"
        for before, during in pairs
        if min(len(before.seconds), len(during.seconds)) >= FEWEST_FACTS
    )
    return f"beside {blow.what} ({blow.whom}) the others' p99 went from {told} ms"


def sizes(blow: Blow, pairs: Sequence[Pair], rate: float) -> list[Size]:
    """The outboxes; `rate`: events a second of each owner."""
    return [
        Size(f"outbox rows of {owner} beside {blow.what} ({blow.whom})",
             float(max(pair.during.waiting[owner] for pair in pairs)),
             max(pair.before.waiting[owner] for pair in pairs) + OUTBOX_SECONDS * rate)
        for owner in country.OWNERS
    ]  # fmt: skip


@asynccontextmanager
async def _slow(stand: Stand, blow: Blow) -> AsyncIterator[None]:
    child = stand.children[f"{blow.whom}-1"]
    stopped: list[bool] = []
    round_ = asyncio.create_task(by_rounds(child, blow.number, stopped))
    try:
        yield
    finally:
        round_.cancel()
        with suppress(asyncio.CancelledError):
            await round_
    if not any(stopped):
        raise NotStruck(f"{child.name} never stood still")


async def by_rounds(child: Child, share: float, stopped: list[bool]) -> None:
    """Stands still for so large a share of each round, until cancelled."""
    process = psutil.Process(child.pid)
    while True:
        process.suspend()
        try:
            await asyncio.sleep(share * ROUND_SECONDS)
            stopped.append(process.status() == psutil.STATUS_STOPPED)
        finally:
            process.resume()
        await asyncio.sleep((1 - share) * ROUND_SECONDS)


@asynccontextmanager
async def _dead(stand: Stand, blow: Blow) -> AsyncIterator[None]:
    """All of its processes: nobody takes its place."""
    dead = [child for child in stand.children if child.agency == blow.whom]
    for child in dead:
        child.kill()
    try:
        yield
    finally:
        for child in dead:
            child.begin()


@asynccontextmanager
async def _blocked(stand: Stand, blow: Blow) -> AsyncIterator[None]:
    """Its handlers wait for something, in their transactions; the broker has given it up already."""
    child = stand.children[f"{blow.whom}-1"]
    order = stand.place.folders.of(child.name, "blocked")
    await _counts(stand, child, as_member=True)
    say(order, {})
    try:
        await _counts(stand, child, as_member=False)
        yield
    finally:
        order.unlink()


async def _counts(stand: Stand, child: Child, *, as_member: bool) -> None:
    """Until it is a member of all its groups, or of none any more. Raises `NotStruck`."""
    groups = [f"{child.agency}.{country.payments(owner)}" for owner in country.ENTERING[child.agency]]
    itself = {f"{group}.{child.instance}" for group in groups}
    admin = AdminClient({**stand.place.platform.admin.confluent(), "log_level": "0"})
    until = time.monotonic() + GONE_SECONDS
    while itself & await asyncio.to_thread(_members, admin, groups) != (itself if as_member else set()):
        if time.monotonic() > until:
            told = "did not join its groups" if as_member else "was blocked, and still counts as a member"
            raise NotStruck(f"{child.name} {told}")
        await asyncio.sleep(ROUND_SECONDS)


def _members(admin: AdminClient, groups: Collection[str]) -> set[str]:
    """Of all the groups, by the names that the processes have given themselves."""
    told = admin.describe_consumer_groups(list(groups), request_timeout=10.0)
    found = [one.result() for one in told.values()]
    return {
        member.group_instance_id or ""
        for one in found
        if one.state != ConsumerGroupState.EMPTY
        for member in one.members
    }


INFLICTED: Mapping[str, Callable[[Stand, Blow], AbstractAsyncContextManager[None]]] = {
    SLOW: _slow,
    DEAD: _dead,
    BLOCKED: _blocked,
}
ROW = Row(
    "F15",
    "a subscriber slow, dead, or blocked past its longest time without a poll",
    full=6,
    smoke=1,
    holds=("I1", "I3", "I5", "I6", "I9"),
    plan=plan,
    strike=strike,
    first=first,
)
