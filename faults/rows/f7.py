"""F7: a storm of rebalances: strangers join a group, and leave it 200 to 500 ms later, while two processes work."""

import asyncio
import time
from collections.abc import Sequence
from random import Random

from confluent_kafka import Consumer

from faults.row import Blow, Row
from faults.stand import country
from faults.stand.children import Child, NotStruck
from faults.stand.stand import PARITY_SECONDS, Stand

JOIN_SECONDS = 15.0
"""All members must have come back to the group first; they look every 2 s."""
DOUBLED = ("archive", "treasury")
"""They have a second process each, so that partitions really move."""


def plan(chance: Random, count: int) -> Sequence[Blow]:
    """`whom`: the group; `number`: how long the stranger stays."""
    groups = [
        f"{agency}.{name(owner)}"
        for agency, name in (("archive", country.parcels), ("treasury", country.payments))
        for owner in country.OWNERS
    ]
    return [Blow("join and leave", chance.choice(groups), round(chance.uniform(0.2, 0.5), 3)) for _ in range(count)]


async def first(stand: Stand) -> None:
    for agency in DOUBLED:
        stand.children.add(Child(stand.place.folders, agency, "2"))
    await stand.lag.parity(PARITY_SECONDS)


async def strike(stand: Stand, blow: Blow) -> None:
    await asyncio.to_thread(_visit, stand, blow)


def _visit(stand: Stand, blow: Blow) -> None:
    """It takes partitions and reads nothing: what is assigned to it stands still until it goes."""
    settings = {
        **stand.place.platform.admin.confluent(), "group.id": blow.whom, "enable.auto.commit": False,
        "partition.assignment.strategy": "roundrobin", "session.timeout.ms": 6_000, "log_level": "0",
    }  # fmt: skip
    stranger = Consumer(settings)
    joined: list[object] = []
    until = time.monotonic() + JOIN_SECONDS
    try:
        stranger.subscribe([blow.whom.partition(".")[2]], on_assign=lambda _, places: joined.append(places))
        while not joined:
            stranger.poll(0.05)
            if time.monotonic() > until:
                raise NotStruck(f"{blow.whom} let nobody in for {JOIN_SECONDS:.0f} s")
        stranger.poll(blow.number)
    finally:
        stranger.close()


ROW = Row(
    "F7",
    "a storm of rebalances: members join and leave 200 to 500 ms later",
    full=100,
    smoke=10,
    holds=("I1", "I3", "I4", "I5"),
    plan=plan,
    strike=strike,
    first=first,
    waits=lambda _: False,
)
