"""F2, its second part: kill -9 of one broker of three under load, with replication 3 and min ISR 2.

What it led goes over to the other two, with all that was acknowledged. Half of the dead are begun again at once; the
others stay away until everything has arrived without them, and come back with nothing of what they had kept. The next
blow waits until all three have everything again.
"""

import asyncio
import time
from collections.abc import Sequence
from random import Random
from statistics import median

from faults.row import Blow, Row
from faults.stand import cluster, country
from faults.stand.children import NotStruck
from faults.stand.servers import back, ended, struck
from faults.stand.stand import PARITY_SECONDS, Stand
from sekali.local import kafka

BROKERS, FEWEST = 3, 2
LOST, AT_ONCE = "kill -9 of one broker of three, its records lost with it", "kill -9 of one broker of three"
ARRIVED, WHOLE, LED = "seconds to parity", "seconds until in sync", "partitions led"


def plan(chance: Random, count: int) -> Sequence[Blow]:
    """Any of the three, whatever it leads. `number`: seconds of load before it."""
    return [
        Blow((LOST, AT_ONCE)[one % 2], kafka.named(chance.randint(1, BROKERS)), round(chance.uniform(0.0, 2.0), 2))
        for one in range(count)
    ]


async def first(stand: Stand) -> None:
    """Each record really is on three brokers, and is acknowledged by two at least."""
    await cluster.whole(stand.place.platform)
    for topic in (country.parcels(country.OWNERS[0]), country.payments(country.OWNERS[0])):
        fewest = await cluster.fewest(stand.place.platform, topic)
        if fewest != FEWEST:
            raise NotStruck(f"{topic} is acknowledged by {fewest} brokers, not {FEWEST}")


async def strike(stand: Stand, blow: Blow) -> None:
    """All that had been said when it died arrives everywhere. Raises `NotInTime`."""
    await stand.works(blow.number)
    platform = stand.place.platform
    broker = cluster.broker(platform, blow.whom)
    led, begun = await cluster.led(platform, broker), time.monotonic()
    if blow.what == LOST:
        await ended(stand.place, blow.whom)
        await asyncio.to_thread(cluster.lose, broker)
        arrived = await stand.lag.parity(PARITY_SECONDS)
        await asyncio.to_thread(platform.start, broker)
    else:
        before = struck(stand.place, blow.whom)
        arrived = await stand.lag.parity(PARITY_SECONDS)
        await back(stand.place, blow.whom, before)
    await cluster.whole(platform)
    for what, number in ((ARRIVED, arrived), (WHOLE, time.monotonic() - begun), (LED, led)):
        stand.measured[what].append(number)


async def last(stand: Stand) -> None:
    arrived, in_sync, led = (stand.measured[what] for what in (ARRIVED, WHOLE, LED))
    stand.notes.append(
        f"from the kill it took {median(arrived):.1f} s in the median, {max(arrived):.1f} s at worst, until all that "
        f"had been said was everywhere, and {median(in_sync):.1f} s, {max(in_sync):.1f} s at worst, until three "
        f"brokers had everything again; {sum(map(bool, led))} of the {len(led)} killed ones led partitions"
    )


ROW = Row(
    "F2B",
    "kill -9 of one broker of three, replication 3 and min ISR 2",
    full=10,
    smoke=1,
    group=5,
    holds=("I1", "I2", "I3", "I4", "I5", "I6"),
    plan=plan,
    strike=strike,
    first=first,
    last=last,
    brokers=BROKERS,
)
