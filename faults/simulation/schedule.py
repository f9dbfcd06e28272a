"""Who goes on: one waiting coroutine after the other, as the seed picks them; each statement is carried to its end."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import Context, ContextVar
from dataclasses import dataclass, field
from random import Random
from typing import Any, Protocol

from faults.simulation.loop import BEGIN, Events, SimulatedLoop

LOOK_SECONDS = 0.003
"""After so long without an answer the server is asked whether a statement waits for a lock; its word decides."""
MOST_STEPS = 20_000


class StandsStill(Exception):
    """Nobody can go on any more, or they go on without end."""


class Watcher(Protocol):
    def blockers(self, pid: int) -> list[int]:
        """The sessions whose locks this one waits for."""
        ...

    def stop(self, pid: int) -> None: ...

    def go_on(self, pid: int) -> None: ...


ACTOR: ContextVar["Actor"] = ContextVar("actor")


@dataclass(eq=False)
class Actor:
    """A process. `sleeps`: it stands still until that step."""

    name: str
    alive: bool = True
    sleeps: int = 0
    tasks: list["asyncio.Task[Any]"] = field(default_factory=list)
    lines: list[Any] = field(default_factory=list)
    context: Context = field(default_factory=Context)
    """Whose tasks are the process's."""

    def __post_init__(self) -> None:
        self.context.run(ACTOR.set, self)


@dataclass(eq=False, slots=True)
class Turn:
    """Waits to be picked, at step `due` at the soonest."""

    actor: Actor
    what: str
    due: int
    future: "asyncio.Future[None]"


@dataclass(eq=False, slots=True)
class Flight:
    """A statement under way."""

    actor: Actor
    pid: int
    landed: bool = False
    gone: bool = False
    parked: "asyncio.Future[None] | None" = None


class Schedule:
    """Of one story. `told`: what happened, a line each; the same seed gives the same lines."""

    def __init__(self, loop: SimulatedLoop, chance: Random, watcher: Watcher) -> None:
        self.loop = loop
        self.chance = chance
        self.steps = 0
        self.told: list[str] = []
        self._watcher = watcher
        self._slow = chance.choice([0.0, 0.01, 0.05])
        self._waiting: list[Turn] = []
        self._flying: list[Flight] = []
        self._blocked: list[Flight] = []
        self._breaths: list[asyncio.Future[None]] = []
        self._let_go = False
        self.over: Callable[[str], None] = _raise
        """Told when nobody can go on."""

    @property
    def digest(self) -> str:
        return hashlib.sha256("\n".join(self.told).encode()).hexdigest()[:16]

    def begin(self) -> None:
        self.loop.anew()
        self.loop.still.idle = self._idle
        self.loop.set_task_factory(_remembered)

    def end(self) -> None:
        self.loop.still.idle = self.loop.still.real
        self.loop.set_task_factory(None)

    def tell(self, who: str, what: str) -> None:
        self.told.append(f"{self.steps} {self.loop.now - BEGIN:.3f} {who}: {what}")

    async def turn(self, actor: Actor, what: str, within: int = 0) -> None:
        """Until the seed picks it, `within` so many steps at the soonest. A process that has ended ends here."""
        if not actor.alive:
            raise asyncio.CancelledError
        one = Turn(actor, what, self.steps + within, self.loop.create_future())
        self._waiting.append(one)
        try:
            await one.future
        finally:
            if one in self._waiting:
                self._waiting.remove(one)
        if not actor.alive:
            raise asyncio.CancelledError

    @asynccontextmanager
    async def statement(self, actor: Actor, what: str, pid: int) -> AsyncIterator[None]:
        """Around what goes to the server `pid`."""
        await self.turn(actor, what)
        one = Flight(actor, pid)
        self._flying.append(one)
        try:
            yield
        finally:
            await self._land(one)

    @contextmanager
    def outside(self) -> Iterator[None]:
        """What belongs to no story, such as opening a connection: nobody is picked meanwhile."""
        self.loop.outside += 1
        try:
            yield
        finally:
            self.loop.outside -= 1
            self._let_go = True

    async def breath(self) -> None:
        """Until all others wait. What a server may be asked or not begins so: else a warm session would tell another
        story than a cold one.
        """
        one = self.loop.create_future()
        self._breaths.append(one)
        await one

    def grounded(self, actor: Actor) -> list[int]:
        """The process has ended: its sessions that wait for a lock, which the caller ends."""
        mine = [one for one in (*self._flying, *self._blocked) if one.actor is actor]
        for one in mine:
            one.gone = True
            if one.parked is not None:
                one.parked.cancel()
        self._flying = [one for one in self._flying if one not in mine]
        self._blocked = [one for one in self._blocked if one not in mine]
        self._let_go = True
        return [one.pid for one in mine]

    def is_under_way(self, pid: int) -> bool:
        return any(one.pid == pid for one in (*self._flying, *self._blocked))

    async def _land(self, one: Flight) -> None:
        """The answer is here. Who was blocked, or flies beside others, goes on in an order of our own."""
        one.landed = True
        if one.gone:
            return
        if one in self._flying and len(self._flying) == 1:
            self._flying.remove(one)
        else:
            one.parked = self.loop.create_future()
            await one.parked
        self._let_go = True

    def _idle(self, timeout: float | None) -> Events:
        if self.loop.outside or not all(one.landed for one in self._flying):
            events = self.loop.still.real(LOOK_SECONDS)
            if not events and not self.loop.outside:
                self._look()
            return events
        if self._flying:
            parked = self._flying.pop(0).parked
            assert parked is not None
            if not parked.done():
                parked.set_result(None)
        elif self._breaths:
            breath = self._breaths.pop(0)
            if not breath.done():
                breath.set_result(None)
        elif self._let_go and self._blocked:
            free = next((one for one in self._blocked if not self._watcher.blockers(one.pid)), None)
            if free is None:
                self._let_go = False
            else:
                self._blocked.remove(free)
                self._flying.append(free)
                self._watcher.go_on(free.pid)
        else:
            self._pick(timeout)
        return []

    def _look(self) -> None:
        for one in [one for one in self._flying if not one.landed and self._is_held(one)]:
            self._flying.remove(one)
            self._blocked.append(one)
            self._watcher.stop(one.pid)
            self.tell(one.actor.name, "waits for a lock")

    def _is_held(self, one: Flight) -> bool:
        """Who closes a circle is not: the server looks for one after `deadlock_timeout`, and ends who looks."""
        held, known = self._watcher.blockers(one.pid), set[int]()
        if not held:
            return False
        while held:
            pid = held.pop()
            if pid == one.pid:
                return False
            if pid not in known:
                known.add(pid)
                held += self._watcher.blockers(pid)
        return True

    def _pick(self, timeout: float | None) -> None:
        self.steps += 1
        if self.steps == MOST_STEPS:
            self.over(f"after {MOST_STEPS} steps there is no rest")
            return
        able = [one for one in self._waiting if one.due <= self.steps and one.actor.sleeps <= self.steps]
        if timeout is not None and (not able or self.chance.random() < self._slow):
            self.loop.now += timeout
        elif able:
            one = self.chance.choice(able)
            self._waiting.remove(one)
            self.tell(one.actor.name, one.what)
            one.future.set_result(None)
        elif self._waiting:
            self.steps = min(max(one.due, one.actor.sleeps) for one in self._waiting) - 1
        else:
            self.over(f"at step {self.steps} nobody can go on")


def _raise(why: str) -> None:
    raise StandsStill(why)


def _remembered(loop: asyncio.AbstractEventLoop, coroutine: Any, **named: Any) -> "asyncio.Task[Any]":
    """Each task by the process that it belongs to, which may end."""
    task: asyncio.Task[Any] = asyncio.Task(coroutine, loop=loop, **named)
    context: Context | None = named.get("context")
    actor = ACTOR.get(None) if context is None else context.get(ACTOR)
    if actor is not None:
        actor.tasks.append(task)
    return task
