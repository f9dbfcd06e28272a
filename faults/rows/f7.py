"""F7: a storm of rebalances: strangers join a group and leave it every 200 to 500 ms, while two processes work."""

import asyncio
from collections.abc import Sequence
from random import Random

from confluent_kafka import Consumer

from faults.row import Blow, Row
from faults.stand import country
from faults.stand.children import Child
from faults.stand.stand import PARITY_SECONDS, Stand

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
    try:
        stranger.subscribe([blow.whom.partition(".")[2]])
        stranger.poll(blow.number)
    finally:
        stranger.close()


ROW = Row(
    "F7",
    "a storm of rebalances: members join and leave every 200 to 500 ms",
    full=100,
    smoke=10,
    holds=("I1", "I3", "I4", "I5"),
    plan=plan,
    strike=strike,
    first=first,
    waits=lambda _: False,
)
