"""F12: poison from outside: dozens of records at a time that are no events, or no longer the ones that they were.

Every one must come to the dead letters with its place; the partition goes on. At the end the ledger is mended, and
what waits is run again: what was only refused is entered once, what is broken stays.
Topics take far larger records here than a broker does by itself, so that one of 50 MB comes to the subscribers.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from itertools import cycle, islice
from random import Random
from uuid import UUID

from faults.checker.books import Size
from faults.row import Blow, Row
from faults.stand import country, foreign
from faults.stand.children import NotStruck
from faults.stand.foreign import Record
from faults.stand.stand import PARITY_SECONDS, Stand
from sekali import topics
from sekali.contracts import Catalogue

RECORDS = 34
FRAME = 5
"""Bytes before the body: the byte 0 and the schema id."""
MOST_BYTES = 900_000
"""A larger one is refused by the broker itself, as long as nobody tells it to take more."""
HUGE, HUGE_BYTES, HUGE_OF = "50 MB", 50_000_000, 50
"""One record among the others of its blow; one of so many blows."""
MOST_MEGABYTES_BESIDE = 160 + 4 * HUGE_BYTES / 2**20
"""P13's goal, three copies that aiokafka alone holds while it reads such a record (measured: 143 MB beside a process of
150), and the one that is being applied.
"""
TAKEN_BYTES = 60_000_000
ENDLESS_BYTES = 3_000
"""Of a key: more than PostgreSQL can index."""
Spoil = Callable[[Record, Random], Record]


def _not_framed(one: Record, chance: Random) -> Record:
    return one.but(value=b"\1" + chance.randbytes(40))


def _not_avro(one: Record, chance: Random) -> Record:
    """The right frame, and behind it a string that claims to be longer than the record."""
    return one.but(value=(one.value or b"")[:FRAME] + b"\xfe\xff\xff\xff\x0f" + chance.randbytes(8))


def _cut(one: Record, chance: Random) -> Record:
    return one.but(value=(one.value or b"")[: -1 - chance.randrange(3)])


def _unknown_schema(one: Record, chance: Random) -> Record:
    return one.but(value=b"\0" + chance.randrange(10**6, 10**9).to_bytes(4, "big") + (one.value or b"")[FRAME:])


def _large(one: Record, chance: Random) -> Record:
    return one.but(value=b"\2" + chance.randbytes(1_000) * (MOST_BYTES // 1_000))


def _huge(one: Record) -> Record:
    """The right frame, and behind it a string of 50 MB."""
    return one.but(value=(one.value or b"")[:FRAME] + _long(HUGE_BYTES) + b"x" * HUGE_BYTES)


def _long(number: int) -> bytes:
    """As Avro writes one that is not negative."""
    left, written = number << 1, bytearray()
    while left > 0x7F:
        written.append(left & 0x7F | 0x80)
        left >>= 7
    return bytes([*written, left])


def _moved(one: Record, chance: Random) -> Record:
    """Another version than the one that its owner was sealed for; of a payment, another event without an id."""
    return one.header("ce_entityversion", b"%d" % chance.randrange(10**6, 10**9)).header("ce_id", b"")


def _without_id(one: Record, chance: Random) -> Record:
    return one.header("ce_id", b"no id at all")


def _strange_key(one: Record, chance: Random) -> Record:
    """Text, bytes, a UUID that is one digit short, and one that is far too long."""
    short = str(UUID(int=chance.getrandbits(128)))[:-1].encode()
    keys = (b"no key at all", b"\0", chance.randbytes(12), short, chance.randbytes(ENDLESS_BYTES))
    return one.but(key=chance.choice(keys))


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
    "under a strange key": _strange_key,
    "without a value": _no_value,
    "bytes in a header": _bytes_in_headers,
}


def plan(chance: Random, count: int) -> Sequence[Blow]:
    """`whom`: the topic; `number`: what records are drawn with."""
    said = [name(owner) for owner in country.OWNERS for name in (country.parcels, country.payments)]
    huge = max(1, count // HUGE_OF)
    drawn = [*[HUGE] * huge, *islice(cycle(SPOILT), count - huge)]
    blows = [Blow(kind, chance.choice(said), chance.randrange(10**6)) for kind in drawn]
    chance.shuffle(blows)
    return blows


async def first(stand: Stand) -> None:
    await asyncio.to_thread(_take_more, stand)


def _take_more(stand: Stand) -> None:
    """As an administrator may tell it."""
    known = Catalogue.load(stand.place.folders.root)
    admin = stand.place.platform.admin.confluent()
    topics.apply(admin, known, overrides={"max.message.bytes": str(TAKEN_BYTES)})


async def strike(stand: Stand, blow: Blow) -> None:
    await asyncio.to_thread(_spoil, stand, blow)
    if blow.what == HUGE:
        await stand.lag.parity(PARITY_SECONDS)
        peaks = {child.name: child.peak() for child in stand.children}
        stand.sizes += [Size(f"megabytes of {name} at most, beside {HUGE}", peak, MOST_MEGABYTES_BESIDE)
                        for name, peak in peaks.items()]  # fmt: skip
        largest = max(peaks, key=lambda name: peaks[name])
        stand.notes.append(f"beside {HUGE} in {blow.whom} {largest} had at most {peaks[largest]:.0f} MB in memory")


def _spoil(stand: Stand, blow: Blow) -> None:
    chance = Random(blow.number)
    found = foreign.some(stand.place, blow.whom, RECORDS, chance)
    known = [one for one in found if FRAME < len(one.value or b"") <= MOST_BYTES]
    if not known:
        raise NotStruck(f"{blow.whom} gave nothing that can be spoilt")
    chosen = [chance.choice(known) for _ in range(RECORDS)]
    if blow.what != HUGE:
        foreign.write(stand.place, [SPOILT[blow.what](one, chance) for one in chosen])
        return
    spoilt = [SPOILT[chance.choice(list(SPOILT))](one, chance) for one in chosen]
    spoilt[chance.randrange(RECORDS)] = _huge(chosen[0])
    foreign.write(stand.place, spoilt)


async def mended(stand: Stand) -> None:
    """The ledger takes negative amounts from now on, and an operator has everything run again."""
    stand.place.folders.mended.touch()
    for child in stand.subscribers:
        stand.redrive(child)
    await stand.works(2.0)


ROW = Row(
    "F12",
    f"poison from outside, {RECORDS} records at a time, now and then one of {HUGE}",
    full=150,
    smoke=len(SPOILT) + 1,
    group=30,
    holds=("I1", "I3", "I4", "I6", "I7", "I9"),
    plan=plan,
    strike=strike,
    first=first,
    last=mended,
    of_each=RECORDS,
)
