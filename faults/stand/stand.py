"""A stand at work: servers, agencies, the load, and the checker's eyes on all of it."""

import asyncio
import signal
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from faults.checker.books import Books, Revoked, Size
from faults.checker.lag import Lag
from faults.checker.reading import Reader
from faults.checker.scene import Scene
from faults.stand import country
from faults.stand.children import Child, Children, NotStruck
from faults.stand.folders import Load, heard, say
from faults.stand.place import Place, prepare
from faults.stand.proxy import Proxy
from sekali.local import kafka
from sekali.testing import eventually

STRUCK_SECONDS = 20.0
QUIET_SECONDS = 90.0
PARITY_SECONDS = 60.0
RATE_SECONDS = 4.0
MOST_MEGABYTES = 300.0
MOST_FILES = 200.0


@dataclass
class Stand:
    place: Place
    children: Children
    reader: Reader
    lag: Lag
    load: Load
    said: int = 0
    parity: list[float] = field(default_factory=list)
    revoked: list[Revoked] = field(default_factory=list)
    found: dict[str, list[str]] = field(default_factory=dict)
    """What a row itself saw that must not be, under the row's name."""
    notes: list[str] = field(default_factory=list)
    """What a row measured, in words; it stands in its result."""
    measured: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    """What a row has measured blow by blow, for its notes."""
    sizes: list[Size] = field(default_factory=list)
    """What a row saw in use, for the books."""
    registered: int = 0
    erased: int = 0
    ends: AsyncExitStack = field(default_factory=AsyncExitStack)
    """What a row has opened beside it ends behind it."""
    proxies: dict[tuple[str, str], Proxy] = field(default_factory=dict)
    """By server and agency, where a row has put them between."""

    @property
    def owners(self) -> list[Child]:
        return [child for child in self.children if child.agency in country.OWNERS]

    @property
    def subscribers(self) -> list[Child]:
        return [child for child in self.children if child.agency not in country.OWNERS]

    async def carry(self, **changes: float) -> None:
        """Change the load, and wait until every living owner follows."""
        self.said += 1
        self.load = replace(self.load, number=self.said, **changes)  # type: ignore[arg-type]
        say(self.place.folders.load, self.load)
        for child in self.owners:
            await eventually(partial(self._follows, child), f"{child.name} follows the load", 60.0)

    async def _follows(self, child: Child) -> bool:
        answer = heard(self.place.folders.of(child.name, "follows"))
        return answer is not None and bool(answer["number"] == self.said)

    async def works(self, seconds: float) -> None:
        """The load goes on for so long."""
        await asyncio.sleep(seconds)

    async def rate(self) -> float:
        """Records a second that arrive at subscribers under the present load."""
        before, begun = await self.lag.arrived(), time.monotonic()
        await self.works(RATE_SECONDS)
        return (await self.lag.arrived() - before) / (time.monotonic() - begun)

    async def healed(self) -> float:
        """Seconds to parity after a fault, under the load; kept for the books. Raises `NotInTime`."""
        seconds = await self.lag.parity(PARITY_SECONDS)
        self.parity.append(seconds)
        return seconds

    async def struck(self, child: Child, point: str, skip: int = 0) -> None:
        """The child ends itself at a named point; it is begun again. Raises `NotStruck`."""
        child.arm(point, skip)
        await self._hit(child, point)
        child.kill()  # it has done so itself
        child.begin()

    async def stopped_at(self, child: Child, point: str) -> None:
        """The child stands still at a named point, until it gets SIGCONT. Raises `NotStruck`."""
        child.arm(point, number=signal.SIGSTOP)
        await self._hit(child, point)

    async def _hit(self, child: Child, point: str) -> None:
        until = time.monotonic() + STRUCK_SECONDS
        try:
            while not child.hit():
                if time.monotonic() > until:
                    raise NotStruck(f"{child.name} did not come to: {point}")
                await asyncio.sleep(0.02)
        finally:
            child.disarm()

    def redrive(self, child: Child) -> None:
        self.said += 1
        say(self.place.folders.of(child.name, "redrive"), {"number": self.said})

    def people(self, *, registered: int, erased: int = 0) -> None:
        """So many more are to be registered and erased; `people_done` tells when."""
        self.registered += registered
        self.erased += erased
        say(self._people_file(""), {"registered": self.registered, "erased": self.erased})

    async def people_done(self, seconds: float) -> None:
        async def done() -> bool:
            answer = heard(self._people_file("-done"))
            return answer is not None and (answer["registered"], answer["erased"]) == (self.registered, self.erased)

        await eventually(done, "all were registered and erased who were to be", seconds)

    def _people_file(self, what: str) -> Path:
        return self.place.folders.of(f"{country.PEOPLES_OWNER}-1", f"people{what}")

    async def books(self, within: float = QUIET_SECONDS) -> Books:
        """Everything, read in a pause of the load; the load goes on afterwards. Raises `NotInTime`."""
        rate = self.load.rate
        await self.carry(rate=0.0)
        await self.lag.quiet(within)
        books = await self.reader.read()
        books.parity, books.revoked = list(self.parity), list(self.revoked)
        books.sizes += self.sizes
        for child in self.children:
            megabytes, files = child.size()
            books.sizes += [Size(f"megabytes of {child.name}", megabytes, MOST_MEGABYTES),
                            Size(f"open files of {child.name}", files, MOST_FILES)]  # fmt: skip
        await self.carry(rate=rate)
        return books


@asynccontextmanager
async def standing(
    state: Path,
    step: Callable[[str], None],
    rate: float = 300.0,
    planted: str = "",
    *,
    with_people: bool = False,
    brokers: int = 1,
) -> AsyncIterator[Stand]:
    """A fresh stand under its load; everything has ended behind it.

    `rate`: events a second of all owners together. `planted`: the bug of all children.
    `with_people`: there are persons who can be erased. `brokers`: how many of Kafka.
    """
    step("the servers start")
    place = await prepare(state, with_people=with_people, brokers=brokers)
    children = Children({})
    scene = _scene(place)
    reader = Reader(scene)
    lag = Lag(scene, reader.log)
    stand = Stand(place, children, reader, lag, Load(rate=rate / len(country.OWNERS)))
    try:
        for agency in country.AGENCIES:
            children.add(Child(place.folders, agency, planted=planted))
        step("the agencies start")
        await stand.carry()
        await asyncio.sleep(1.0)  # so that there is something to lose
        await lag.parity(PARITY_SECONDS)
        yield stand
    finally:
        await lag.close()
        children.end()
        await stand.ends.aclose()
        await asyncio.to_thread(place.platform.down)


def _scene(place: Place) -> Scene:
    servers, admin = place.platform.place, place.platform.admin
    return Scene(
        databases=place.urls,
        kafka=admin.confluent(),
        registry=place.platform.endpoints.registry.url,
        keys=place.folders.keys,
        states={owner: country.parcels(owner) for owner in country.OWNERS},
        facts={owner: country.payments(owner) for owner in country.OWNERS},
        copying=country.COPYING,
        entering=country.ENTERING,
        with_owner=country.WITH_OWNER,
        answers=place.folders.orders,
        people=country.people() if country.has_people(place.folders.root) else "",
        hearing_people=country.HEARING_PEOPLE,
        scanned=(*[one.log for one in kafka.brokers(servers, admin)], servers.logs, place.folders.logs),
    )
