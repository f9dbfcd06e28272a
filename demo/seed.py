"""`sekali seed`: fills the register with fictive families through its door, up to a number of residents.

It asks how many there are and which batches are in, so it can be broken off and started again at any time.
"""

import asyncio
import time
from typing import Annotated

import httpx
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

from demo import people
from demo.register import Register, SeedFailed
from sekali.local.endpoints import Endpoints
from sekali.local.place import Place

RESIDENTS = 10_000
AT_ONCE = 3
DRAIN_SECONDS = 180.0
LOOK_SECONDS = 0.1
REQUEST_SECONDS = 60.0
OFFICER = "officer:population:seed"


def main(
    residents: Annotated[
        int, typer.Option(envvar="RESIDENTS", min=0, max=people.MOST_RESIDENTS, help="How many there shall be.")
    ] = RESIDENTS,
) -> None:
    """Fill the population registry up to a number of fictive residents."""
    endpoints = Endpoints.load(Place.find().state)
    asyncio.run(seed(endpoints.http["population"], residents))


async def seed(door: str, wanted: int) -> int:
    """`fill` through the registry's door at this URL."""
    headers = {"Authorization": f"Bearer {OFFICER}"}
    async with httpx.AsyncClient(base_url=door, headers=headers, timeout=REQUEST_SECONDS) as client:
        return await fill(Register(client), wanted, Console(), DRAIN_SECONDS)


async def fill(register: Register, wanted: int, console: Console, limit: float) -> int:
    """Tops up to `wanted` residents and waits until all are said, `limit` seconds at most; returns how many there are.

    Raises `SeedFailed`. Seeding comes in whole batches, so there may be some more than wanted.
    """
    before = have = (await register.count()).residents
    started = time.monotonic()
    with _bars(console) as bars:
        if have < wanted:
            task = bars.add_task("registered", total=wanted, completed=have, start_at=have)
            have = await _top_up(register, have, wanted, bars, task)
        registered = time.monotonic()
        await _drain(register, bars, limit)
    _tell(console, have, have - before, registered - started, time.monotonic() - started)
    return have


async def _top_up(register: Register, have: int, wanted: int, bars: Progress, task: TaskID) -> int:
    batch = await _first_missing(register)
    while have < wanted:
        batches = range(batch, batch + min(AT_ONCE, -(-(wanted - have) // people.BATCH)))
        await asyncio.gather(*(register.add(one) for one in batches))
        # Asked, not added up: an answer that was lost on the way would be counted as nothing.
        have = (await register.count()).residents
        batch = batches.stop
        bars.update(task, completed=have, total=max(wanted, have))
    return have


async def _first_missing(register: Register) -> int:
    """Batches go in one after the other, so a search by halves finds where to go on."""
    known, missing = -1, 1
    while await register.has(missing):
        known, missing = missing, missing * 2
    while missing - known > 1:
        middle = (known + missing) // 2
        if await register.has(middle):
            known = middle
        else:
            missing = middle
    return missing


async def _drain(register: Register, bars: Progress, limit: float) -> None:
    """Until the relay has carried every change to the bus."""
    left = (await register.count()).unsaid
    if not left:
        return
    task = bars.add_task("said", total=left, start_at=0)
    until = time.monotonic() + limit
    most = left
    while left:
        if time.monotonic() > until:
            raise SeedFailed(f"After {limit:.0f} s {left} changes are not said: look at `sekali doctor`.")
        await asyncio.sleep(LOOK_SECONDS)
        left = (await register.count()).unsaid
        most = max(most, left)
        bars.update(task, completed=most - left, total=most)


class Rate(ProgressColumn):
    """How many a second, counted from where this run began."""

    def render(self, task: Task) -> Text:
        done = task.completed - float(task.fields["start_at"])
        seconds = task.finished_time or task.elapsed or 0.0
        return Text(f"{done / seconds:,.0f}/s" if seconds else "")


def _bars(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description:<12}"),
        BarColumn(),
        TextColumn("{task.completed:,.0f} of {task.total:,.0f}"),
        Rate(),
        TimeElapsedColumn(),
        console=console,
    )


def _tell(console: Console, have: int, new: int, registered_in: float, said_in: float) -> None:
    if not new:
        console.print(f"{have:,} residents are registered and said; nothing was to be added.")
        return
    console.print(
        f"{have:,} residents; {new:,} of them new: registered in {registered_in:.1f} s ({new / registered_in:,.0f}/s), "
        f"said in {said_in:.1f} s ({new / said_in:,.0f}/s)."
    )
