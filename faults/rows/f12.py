"""F12: poison from outside: dozens of records at a time that are no events, or no longer the ones that they were.

Every one must come to the dead letters with its place; the partition goes on. At the end the ledger is mended, and
what waits is run again: what was only refused is entered once, what is broken stays.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from random import Random

from faults.row import Blow, Row
from faults.stand import country, foreign
from faults.stand.foreign import Record
from faults.stand.stand import Stand

RECORDS = 34
MOST_BYTES = 900_000
"""A larger one is refused by the broker itself: 1 MiB is the most that it takes."""
Spoil = Callable[[Record, Random], Record]


def _not_framed(one: Record, chance: Random) -> Record:
    return one.but(value=b"\1" + chance.randbytes(40))


def _not_avro(one: Record, chance: Random) -> Record:
    """The right frame, and behind it a string that claims to be longer than the record."""
    return one.but(value=(one.value or b"")[:5] + b"\xfe\xff\xff\xff\x0f" + chance.randbytes(8))


def _cut(one: Record, chance: Random) -> Record:
    return one.but(value=(one.value or b"")[: -1 - chance.randrange(3)])


def _unknown_schema(one: Record, chance: Random) -> Record:
    return one.but(value=b"\0" + chance.randrange(10**6, 10**9).to_bytes(4, "big") + (one.value or b"")[5:])


def _large(one: Record, chance: Random) -> Record:
    return one.but(value=b"\2" + chance.randbytes(1_000) * (MOST_BYTES // 1_000))


def _moved(one: Record, chance: Random) -> Record:
    """Another version than the one that its owner was sealed for; of a payment, another event without an id."""
    return one.header("ce_entityversion", b"%d" % chance.randrange(10**6, 10**9)).header("ce_id", b"")


def _without_id(one: Record, chance: Random) -> Record:
    return one.header("ce_id", b"no id at all")


def _no_value(one: Record, chance: Random) -> Record:
    """A tombstone of a fact; of a state one without a version."""
    return one.but(value=None, headers=[])


def _bytes_in_headers(one: Record, chance: Random) -> Record:
    """No poison: a header that is no text stands beside ours, and is left alone."""
    return one.but(headers=[("x-\u00e9", b"\xff\xfe\0"), *one.headers])


SPOILT: Mapping[str, Spoil] = {
    "not framed": _not_framed,
    "not Avro": _not_avro,
    "cut short": _cut,
    "unknown schema": _unknown_schema,
    "large": _large,
    "sealed for another": _moved,
    "without an id": _without_id,
    "without a value": _no_value,
    "bytes in a header": _bytes_in_headers,
}


def plan(chance: Random, count: int) -> Sequence[Blow]:
    """`whom`: the topic; `number`: what records are drawn with."""
    topics = [name(owner) for owner in country.OWNERS for name in (country.parcels, country.payments)]
    kinds = list(SPOILT)
    blows = [Blow(kinds[one % len(kinds)], chance.choice(topics), chance.randrange(10**6)) for one in range(count)]
    chance.shuffle(blows)
    return blows


async def strike(stand: Stand, blow: Blow) -> None:
    await asyncio.to_thread(_spoil, stand, blow)


def _spoil(stand: Stand, blow: Blow) -> None:
    chance = Random(blow.number)
    known = foreign.some(stand.place, blow.whom, RECORDS, chance)
    foreign.write(stand.place, [SPOILT[blow.what](one, chance) for one in known if one.value is not None])


async def mended(stand: Stand) -> None:
    """The ledger takes negative amounts from now on, and an operator has everything run again."""
    stand.place.folders.mended.touch()
    for child in stand.subscribers:
        stand.redrive(child)
    await stand.works(2.0)


ROW = Row(
    "F12",
    "poison from outside, 34 records at a time",
    full=150,
    smoke=len(SPOILT),
    group=30,
    holds=("I1", "I3", "I4", "I6", "I7"),
    plan=plan,
    strike=strike,
    last=mended,
    of_each=RECORDS,
)
