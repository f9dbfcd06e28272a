"""F10: the network between agencies and their broker or database is slow, silent, cut, or deaf on one side.

All that an agency says to its servers goes through proxies of ours. They never end a half-open connection: the agency
must find out by itself that nobody is there any more.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from random import Random
from typing import NamedTuple

from faults.row import Blow, Row
from faults.stand import country, ways
from faults.stand.children import NotStruck
from faults.stand.network import Calm, Silent, Sliced, Slow, Tearing
from faults.stand.proxy import Proxy
from faults.stand.stand import PARITY_SECONDS, Stand
from sekali.testing import NeverHappened, eventually

SERVERS = ("kafka", "database")
EVERYBODY = "everybody"
LASTS_SECONDS = 4.0
SPOKEN_SECONDS = 15.0
"""Each agency asks each of its servers something more often than that."""
GIVEN_UP_SECONDS = 30.0


class Kind(NamedTuple):
    """A blow's `number` is drawn between `least` and `most`: how long it lasts, in seconds, or what else it says."""

    least: float
    most: float
    weather: Callable[[float], Calm]
    lasts: bool = False


HALF_OPEN = "half-open connections"
KINDS: Mapping[str, Kind] = {
    "latency": Kind(0.02, 0.3, Slow),
    "a black hole": Kind(2.0, 15.0, lambda _: Silent(), lasts=True),
    "nothing gets there": Kind(2.0, 15.0, lambda _: Silent({"to"}), lasts=True),
    "nothing comes back": Kind(2.0, 15.0, lambda _: Silent({"from"}), lasts=True),
    "resets in mid-frame": Kind(1, 3_000, lambda after: Tearing(int(after))),
    "slices": Kind(1, 64, lambda longest: Sliced(int(longest), Random(longest))),
    HALF_OPEN: Kind(0, 0, lambda _: Calm()),
}
"""Numbers of the others: seconds for each side; bytes until each reset; bytes of the longest slice."""


def plan(chance: Random, count: int) -> Sequence[Blow]:
    """Each kind at each server comes once before any comes again."""
    drawn: list[tuple[str, str]] = []
    while len(drawn) < count:
        each = [(kind, server) for kind in KINDS for server in SERVERS]
        chance.shuffle(each)
        drawn += each
    return [
        Blow(f"{kind}: {server}", chance.choice((EVERYBODY, chance.choice(country.AGENCIES))),
             round(chance.uniform(KINDS[kind].least, KINDS[kind].most), 2))
        for kind, server in drawn[:count]
    ]  # fmt: skip


async def first(stand: Stand) -> None:
    """All agencies go to both servers through a proxy each, and are begun again for it."""
    for agency in country.AGENCIES:
        straight = stand.place.settings(agency)
        database = stand.place.urls[agency].rpartition("@")[2].partition("/")[0]
        for server, address in (("kafka", straight.kafka_bootstrap), ("database", database)):
            proxy = stand.proxies[server, agency] = Proxy(address)
            proxy.begin()
            stand.ends.push_async_callback(proxy.close)
            ways.tell(stand.place.folders, agency, **{server: proxy.address})
    stand.children.again()
    await stand.carry()
    await stand.lag.parity(PARITY_SECONDS)
    if silent := [f"{agency}'s {server}" for (server, agency), proxy in stand.proxies.items() if not proxy.carried]:
        raise NotStruck(f"the proxies are gone around by {', '.join(silent)}")


async def strike(stand: Stand, blow: Blow) -> None:
    kind, _, server = blow.what.partition(": ")
    struck = country.AGENCIES if blow.whom == EVERYBODY else (blow.whom,)
    proxies = {agency: stand.proxies[server, agency] for agency in struck}
    if kind == HALF_OPEN:
        await _half_open(proxies)
    else:
        await _under(KINDS[kind], blow.number, proxies)


async def _under(kind: Kind, number: float, proxies: Mapping[str, Proxy]) -> None:
    async with AsyncExitStack() as stack:
        weathers = {
            agency: await stack.enter_async_context(proxy.under(kind.weather(number)))
            for agency, proxy in proxies.items()
        }
        await asyncio.sleep(number if kind.lasts else LASTS_SECONDS)
        with suppress(TimeoutError):
            async with asyncio.timeout(SPOKEN_SECONDS):
                while not all(weather.met for weather in weathers.values()):  # noqa: ASYNC110  # counted by the proxies
                    await asyncio.sleep(0.1)
    if missed := [agency for agency, weather in weathers.items() if not weather.met]:
        raise NotStruck(f"nothing of {', '.join(missed)} met it")


async def _half_open(proxies: Mapping[str, Proxy]) -> None:
    """Struck when each agency has said something that nobody hears."""
    before = {agency: proxy.unheard for agency, proxy in proxies.items()}
    if missed := [agency for agency, proxy in proxies.items() if not proxy.leave_half_open()]:
        raise NotStruck(f"{', '.join(missed)} had no connection to leave half open")

    async def spoken() -> bool:
        return all(proxy.unheard > before[agency] for agency, proxy in proxies.items())

    try:
        await eventually(spoken, "each has spoken into its half-open connections", SPOKEN_SECONDS)
    except NeverHappened as missed_by:
        raise NotStruck(str(missed_by)) from None


async def last(stand: Stand) -> None:
    """Nobody holds a connection to a database any more at whose other end nobody is."""

    async def given_up() -> bool:
        return not any(proxy.half_open for (server, _), proxy in stand.proxies.items() if server == "database")

    await eventually(given_up, "all half-open connections to databases are given up", GIVEN_UP_SECONDS)


ROW = Row(
    "F10",
    "the network is slow, silent, cut in mid-frame, sliced, half open, deaf on one side",
    full=72,
    smoke=8,
    holds=("I1", "I2", "I3", "I4", "I5", "I6"),
    plan=plan,
    strike=strike,
    group=12,
    first=first,
    last=last,
)
