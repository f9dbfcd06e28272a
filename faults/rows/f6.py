"""F6: versions that come late and out of order, met by a subscriber that was down.

Late versions: 250 records of a topic again, shuffled. What the owner says of the same keys meanwhile lies among them;
behind them it says the present state again.
A tombstone before the create: persons are registered and erased while a subscriber is down. It then meets their
tombstones first, of whom it has no row, and all that was said of them before behind: nobody may come to stand there.
That a death of which only a later correction is left still brings a licence under review is told by
`services/licensing/tests/test_review.py`.
"""

import asyncio
from collections.abc import Sequence
from random import Random

import asyncpg

from faults.checker.beats import is_beat
from faults.row import Blow, Row
from faults.stand import country, foreign
from faults.stand.children import NotStruck
from faults.stand.foreign import Record
from faults.stand.stand import PARITY_SECONDS, Stand
from sekali.testing import eventually

RECORDS = 250
PIECES = 5
BEFORE = "tombstones before what they end"
REGISTERED, ERASED = 100, 75
"""At a time; each of the erased gets another name first, so that 250 records are said."""
ERASED_SECONDS = 60.0
STANDS = "select partition, next_offset from inbox_offset where topic = $1"
MOVE = "update inbox_offset set next_offset = $3 where topic = $1 and partition = $2"
HELD = "select person_id::text from person_copy where version > 0 and person_id = any($1::uuid[])"
STOOD = "select count(distinct person_id) from person_change where not gone and person_id = any($1::uuid[])"
BURIED = "select count(*) from person_copy where gone and person_id = any($1::uuid[])"


def plan(chance: Random, count: int) -> Sequence[Blow]:
    """In turn. `what`: whose parcels, or `BEFORE`; `whom`: who is down; `number`: what records are drawn with."""
    return [_late(chance) if number % 2 else _before(chance) for number in range(count)]


def _late(chance: Random) -> Blow:
    subscriber = chance.choice(sorted(country.COPYING))
    owner = chance.choice(list(country.COPYING[subscriber]))
    return Blow(country.parcels(owner), subscriber, chance.randrange(10**6))


def _before(chance: Random) -> Blow:
    return Blow(BEFORE, chance.choice(country.HEARING_PEOPLE), chance.randrange(10**6))


async def strike(stand: Stand, blow: Blow) -> None:
    child = stand.children[f"{blow.whom}-1"]
    child.kill()
    chance = Random(blow.number)
    if blow.what == BEFORE:
        unknown = await _reordered(stand, blow.whom, chance)
        child.begin()
        await stand.lag.parity(PARITY_SECONDS)
        await _judge(stand, blow.whom, unknown)
        return
    for _ in range(PIECES):
        await asyncio.to_thread(_again, stand, blow.what, chance)
        await stand.works(0.2)
    child.begin()


def _again(stand: Stand, topic: str, chance: Random) -> None:
    """Wherever in the log they stood, and in whatever order."""
    foreign.write(stand.place, foreign.some(stand.place, topic, RECORDS // PIECES, chance))


async def _reordered(stand: Stand, subscriber: str, chance: Random) -> list[str]:
    """What the subscriber has not heard of persons is put out of its way, and said again with all tombstones first.

    The erased of whom it holds nothing.
    """
    stand.people(registered=REGISTERED, erased=ERASED)
    await stand.people_done(ERASED_SECONDS)
    await eventually(lambda: _all_said(stand), "all tombstones are in the log", ERASED_SECONDS)
    topic = country.people()
    sql = await asyncpg.connect(stand.place.urls[subscriber])
    try:
        stood = {row["partition"]: row["next_offset"] for row in await sql.fetch(STANDS, topic)}
        said, ends = await asyncio.to_thread(foreign.behind, stand.place, topic, stood)
        ended, living = _parted(said)
        erased = {one.key.decode() for one in ended} & {one.key.decode() for one in living}
        unknown = erased - {row["person_id"] for row in await sql.fetch(HELD, sorted(erased))}
        if len(said) < RECORDS or not unknown:
            raise NotStruck(f"{len(said)} records were said, {len(unknown)} tombstones of persons unknown to it")
        await sql.executemany(MOVE, [(topic, partition, end) for partition, end in ends.items()])
    finally:
        await sql.close()
    chance.shuffle(ended)
    chance.shuffle(living)
    await asyncio.to_thread(foreign.write, stand.place, [*ended, *living])
    return sorted(unknown)


async def _all_said(stand: Stand) -> bool:
    ends = await asyncio.to_thread(stand.reader.log.read)
    told = stand.reader.log.entries[country.people()]
    ended = {one.key for one in told if one.value is None and not one.broken and not is_beat(one, ends)}
    return len(ended) >= stand.erased


def _parted(said: Sequence[Record]) -> tuple[list[Record], list[Record]]:
    """Tombstones, and the others."""
    return [one for one in said if one.value is None], [one for one in said if one.value is not None]


async def _judge(stand: Stand, subscriber: str, unknown: Sequence[str]) -> None:
    """Whoever came behind his tombstone never stood in the copy, not even until it was said again."""
    sql = await asyncpg.connect(stand.place.urls[subscriber])
    try:
        stood, buried = await sql.fetchval(STOOD, unknown), await sql.fetchval(BURIED, unknown)
    finally:
        await sql.close()
    told = [f"{subscriber} held {stood} persons behind their tombstones"] if stood else []
    if buried < len(unknown):
        told.append(f"{subscriber} has {buried} graves of {len(unknown)} persons whose tombstones came first")
    if told:
        stand.found.setdefault("F6", []).extend(told)


ROW = Row(
    "F6",
    f"late versions out of order, tombstones before creates, {RECORDS} at a time, at a subscriber that was down",
    full=40,
    smoke=2,
    holds=("I1", "I4"),
    plan=plan,
    strike=strike,
    with_people=True,
    of_each=RECORDS,
)
