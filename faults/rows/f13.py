"""F13: the registry is down, hangs, answers another schema, is spoken for by a gateway; a careless publish.

A process that has asked once never asks again: each blow strikes one that begins while the registry is wrong.
It says why it waits, takes nothing for true, and goes on by itself when the registry is right again.
"""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from random import Random
from typing import NamedTuple

from faults.row import Blow, Row
from faults.stand import careless, country, face, standstill, ways
from faults.stand.children import Child, NotStruck
from faults.stand.stand import Stand
from sekali.contracts import Catalogue
from sekali.publish import publish
from sekali.registry import IncompatibleSchema, Registry
from sekali.testing import eventually

DOWN, HANGS, ANOTHER, GATEWAY, CARELESS = "down", "hangs", "another schema", "a gateway's word", "careless publish"
KINDS: Sequence[tuple[str, Sequence[str]]] = (
    (DOWN, country.OWNERS), (ANOTHER, country.SUBSCRIBERS), (CARELESS, ()), (DOWN, country.SUBSCRIBERS),
    (ANOTHER, country.OWNERS), (GATEWAY, country.SUBSCRIBERS), (HANGS, country.OWNERS), (CARELESS, ()),
    (GATEWAY, country.OWNERS), (HANGS, country.SUBSCRIBERS),
)  # fmt: skip


class Words(NamedTuple):
    """What the log of who is struck must say."""

    owner: str
    subscriber: str


NO_ANSWER = "The schema registry does not answer"
SAYS: Mapping[str, Words] = {
    DOWN: Words(NO_ANSWER, NO_ANSWER),
    HANGS: Words(NO_ANSWER, NO_ANSWER),
    ANOTHER: Words("as another one than was published", ": the registry answers "),
    GATEWAY: Words("The schema registry answers ", "The schema registry answers "),
}
SAYS_SECONDS = 40.0
"""A process begins, and asks a registry that hangs for 10 s."""
STILL_SECONDS = 3.0
PROBE_SECONDS = 2.0


class HalfDone(Exception):
    """What was refused, or could not be judged, has left something behind."""


def plan(chance: Random, count: int) -> Sequence[Blow]:
    """Each kind in turn; `number`: what lies and mistakes are drawn with."""
    return [
        Blow(what, chance.choice(whom) if whom else "", chance.randrange(10**6))
        for what, whom in (KINDS[one % len(KINDS)] for one in range(count))
    ]


async def strike(stand: Stand, blow: Blow) -> None:
    chance = Random(blow.number)
    if blow.what == CARELESS:
        await _careless(stand, chance)
        return
    child = stand.children[f"{blow.whom}-1"]
    child.kill()
    if blow.what == DOWN:
        async with _down(stand):
            await _begins(stand, child, blow.what)
    elif blow.what == HANGS:
        async with _hanging(stand):
            await _begins(stand, child, blow.what)
    else:
        lie = face.gateway(*chance.choice(face.PAGES))
        if blow.what == ANOTHER:
            lie = face.another(face.OTHERS[chance.choice(list(face.OTHERS))])
        await _behind(stand, child, blow.what, lie)


@asynccontextmanager
async def _down(stand: Stand) -> AsyncIterator[None]:
    """Its process has ended; behind it another answers at the same address."""
    platform = stand.place.platform
    await asyncio.to_thread(platform.stop, "registry")
    try:
        yield
    finally:
        await asyncio.to_thread(platform.up, ("registry",))


@asynccontextmanager
async def _hanging(stand: Stand) -> AsyncIterator[None]:
    """It takes connections, and says nothing."""
    pid = stand.place.platform.pid("registry")
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


async def _behind(stand: Stand, child: Child, what: str, lie: face.Lie) -> None:
    """The child alone asks a face of the registry, which lies; then it tells the truth, to the same process."""
    before = face.Face(stand.place.platform.endpoints.registry.url, lie)
    ways.tell(stand.place.folders, child.agency, registry=before.url)
    try:
        await _begins(stand, child, what)
        if not before.told:
            raise NotStruck(f"{child.name} did not ask the face of the registry")
        before.lie = None
        await stand.healed()
    finally:
        ways.tell(stand.place.folders, child.agency, registry="")
        child.kill()
        child.begin()
        before.shut()


async def _begins(stand: Stand, child: Child, what: str) -> None:
    """It says what is wrong, and stands still; an owner goes on to commit meanwhile."""
    owns = child.agency in country.OWNERS
    if what in {DOWN, HANGS}:
        await _must_be_silent(stand)
    words, lines, before = SAYS[what], standstill.Lines(child), await _stood(stand, child)
    waiting = await standstill.waiting(stand.place, child.agency)
    child.begin()

    async def says() -> bool:
        return await lines.say(words.owner if owns else words.subscriber)

    async def commits() -> bool:
        return await standstill.waiting(stand.place, child.agency) > waiting

    await eventually(says, f"{child.name} says what is wrong with the registry: {what}", SAYS_SECONDS)
    if owns:
        await eventually(commits, f"{child.name} goes on to commit: {what}")
    await stand.works(STILL_SECONDS)
    if (after := await _stood(stand, child)) != before:
        raise HalfDone(f"{child.name} went from {before} to {after}: {what}")


async def _must_be_silent(stand: Stand) -> None:
    registry = Registry(stand.place.platform.endpoints.registry.url, seconds=PROBE_SECONDS)
    try:
        if await registry.ready():
            raise NotStruck("the registry still answers")
    finally:
        await registry.close()


async def _stood(stand: Stand, child: Child) -> object:
    """What must not move: the ends of an owner's topics; a subscriber's offsets and dead letters."""
    if child.agency in country.OWNERS:
        return await standstill.ends(stand, child.agency)
    return await standstill.gone(stand.place, child.agency)


async def _careless(stand: Stand, chance: Random) -> None:
    """Refused under the load, and nothing of it is left: no new topic's schema, no other mode."""
    checkout = careless.checkout(Catalogue.load(stand.place.folders.root), chance)
    registry = Registry(stand.place.platform.endpoints.registry.url)
    try:
        before = await careless.held(registry, checkout)
        try:
            await publish(registry, checkout)
        except IncompatibleSchema:
            after = await careless.held(registry, checkout)
        else:
            raise HalfDone("an incompatible revision was published")
        if changed := [subject for subject in before if after[subject] != before[subject]]:
            raise HalfDone(f"a refused publish has changed {', '.join(changed)}")
    finally:
        await registry.close()


ROW = Row(
    "F13",
    "the registry is down, hangs, answers wrongly; a careless publish",
    full=20,
    smoke=4,
    holds=("I1", "I2", "I3", "I4", "I6"),
    plan=plan,
    strike=strike,
)
