"""What goes when a person is erased: copies, queues in and out. Nothing comes after."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Protocol, cast
from uuid import UUID

from sqlalchemy import Column, ColumnElement, any_, column, literal, select, table, text, update
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert
from sqlalchemy.dialects.postgresql import UUID as SQL_UUID
from sqlalchemy.ext.asyncio import AsyncSession

from sekali import avro, outbox
from sekali.arrays import KEYS, array_of
from sekali.codec import Heard, Poison
from sekali.contracts import Catalogue
from sekali.database import now
from sekali.erasure.holds import Hold, keep
from sekali.inbox import Effect, Projection
from sekali.outbox import Tombstone

ERASURES = "sekali.erasures"
"""Where a session's info holds its agency's `Erasures`."""

# One lock for all persons: an effect that runs beside the erasure would else write behind its back.
# Hearing shares it, erasing has it alone; erasures are rare, and a lock for each key would not fit into shared memory.
ALONE, SHARED = (f"pg_advisory_xact_lock{kind}(hashtext('sekali.erasing'))" for kind in ("", "_shared"))
LOCK = text(f"select {ALONE}")
LOCK_SHARED = text(f"select {SHARED}")
GONE = text(f"select key from erasure where key = any({KEYS})")  # noqa: S608
QUEUES = {
    "dead_letters": text("delete from dead_letter where key = any(cast(:texts as bytea[]))"),
    "parked": text("""
        delete from parked where key = any(cast(:texts as bytea[])) or awaited_key = any(cast(:keys as uuid[]))
    """),
    # Tombstones stay. The relay may be sending one of these rows: then its record leaves before the tombstone, which
    # has a higher position, and its deleting finds nothing, which it does not mind.
    "outbox": text("delete from outbox where aggregateid = any(cast(:keys as text[])) and payload is not null"),
    "": text("delete from purpose_ended where key = any(cast(:keys as uuid[]))"),
}
ASKED = text("""
    insert into erasure_receipt (topic, key, agency) values (:topic, :key, :agency) on conflict do nothing
""")
GRAVE = text("""
    insert into own_grave (topic, key, version) values (:topic, :key, :version)
    on conflict (topic, key) do update set version = greatest(own_grave.version, :version)
""")
FEW = 50
_ERASURE = table(
    "erasure", column("topic"), column("key"), column("version"), column("erased_at"), Column("cleared", JSONB)
)


class Keyed(Protocol):
    """What is asked of a Kafka record here."""

    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...


class Erasures:
    """One agency's: which topics order an erasure, and which copies are about a person.

    A topic whose card says `person: true` orders it by a tombstone.
    About the same person is each topic with a key of that name, and each copy that names its `person` column.
    """

    def __init__(self, catalogue: Catalogue, declared: Mapping[str, Projection | Effect]) -> None:
        people = [card for card in catalogue.cards.values() if card.person]
        names = {card.key for card in people}
        self._orders = {card.topic for card in people}
        self._keyed = {card.topic for card in catalogue.cards.values() if card.key in names}
        self.copies = [
            (one, one.into.columns[one.person or one.key])
            for one in declared.values()
            if isinstance(one, Projection) and (one.person or one.topic in self._keyed)
        ]
        self._touched = self._keyed | {one.topic for one, _ in self.copies}
        self._hearers = {
            card.topic: sorted(agency for agency, topic in catalogue.contracts if topic == card.topic)
            for card in people
        }

    def locks(self, topic: str, records: Sequence[Keyed]) -> list[str]:
        """SQL that takes what `refused` and `heard` need for these records, before they are called."""
        if topic not in self._touched:
            return []
        return [ALONE if self._ended(topic, records) else SHARED]

    async def lock(self, session: AsyncSession, topic: str, records: Sequence[Keyed]) -> None:
        """The same in a statement of its own."""
        for one in self.locks(topic, records):
            await session.execute(text(f"select {one}"))

    def _ended(self, topic: str, records: Sequence[Keyed]) -> set[bytes]:
        """Whom these records order to erase."""
        return {one.key for one in records if one.value is None and one.key} if topic in self._orders else set()

    def about(self, topic: str, decoded: Sequence[tuple[Keyed, Heard | Poison]]) -> list[UUID] | None:
        """If none of these is erased, `refused` would find nobody; None where it is to be asked.

        Few keys can be asked about with the claim of the offsets, and so cost no round trip of their own.
        """
        if topic not in self._keyed:
            return []
        keys = [one.key for _, one in decoded if isinstance(one, Heard)]
        if not len(decoded) == len(keys) <= FEW or self._ended(topic, [record for record, _ in decoded]):
            return None
        return keys

    async def refused(
        self, session: AsyncSession, topic: str, decoded: Sequence[tuple[Keyed, Heard | Poison | None]]
    ) -> set[bytes]:
        """Keys of a polled batch whose records are not taken, but for tombstones: they name the erased.

        `decoded`: each record with what it was read as, None for one that nobody has read yet.
        Under the lock of `locks`.
        """
        if topic not in self._keyed:
            return set()
        keys = (one.key if isinstance(one, Heard) else _uuid(record.key) for record, one in decoded)
        asked = [key for key in keys if key is not None]
        found = (await session.execute(GONE, {"keys": array_of(asked)})).scalars()
        return {str(key).encode() for key in found} | self._ended(topic, [record for record, _ in decoded])

    async def _again(self, session: AsyncSession, projection: Projection, changed: Collection[UUID]) -> None:
        """Rows about the erased that a late record has filled again, under a key that does not name them."""
        names = next((names for one, names in self.copies if one is projection and one.person), None)
        if names is not None and changed:
            await _empty(session, projection, names.in_(select(_ERASURE.c.key)), changed)

    async def heard(
        self, session: AsyncSession, projection: Projection, events: Iterable[Heard], changed: Collection[UUID]
    ) -> None:
        """After a batch has reached the copy, before its `then`: a person's tombstone erases, a late row is emptied."""
        if projection.topic in self._orders and (ended := [one for one in events if one.value is None]):
            fresh = set(changed)
            await self.erase(session, projection.topic, {one.key: one.version for one in ended if one.key in fresh})
        await self._again(session, projection, changed)

    async def erase(self, session: AsyncSession, topic: str, versions: Mapping[UUID, int]) -> None:
        """Person -> version of the tombstone. In its transaction, after the topic's own copy, before its `then`."""
        for person, version in sorted(versions.items()):
            cleared = Counter(copies=sum(one.topic == topic for one, _ in self.copies))
            keys = {person}
            for projection, names in self.copies:
                if projection.topic != topic:
                    emptied = await _empty(session, projection, names == person)
                    cleared["copies"] += len(emptied)
                    keys |= emptied
            cleared += await forget(session, keys)
            await _note(session, topic, person, version, cleared)

    async def ask(self, session: AsyncSession, said: Tombstone) -> None:
        """At the owner, under the lock of its row: clear what waits, say the tombstone, expect confirmations."""
        topic = said.event.TOPIC
        await session.execute(LOCK)
        await self.erase(session, topic, {said.key: said.version})
        await outbox.put(session, said)
        for agency in self._hearers[topic]:
            await session.execute(ASKED, {"topic": topic, "key": said.key, "agency": agency})


async def withdrawn(session: AsyncSession, said: Tombstone) -> None:
    """The owner of a person's topic orders the erasure, in the transaction that withdraws its own row."""
    await cast(Erasures, session.info[ERASURES]).ask(session, said)


async def end_own(
    session: AsyncSession,
    person: UUID,
    *,
    ended: Sequence[Tombstone] = (),
    holds: Sequence[Hold] = (),
    cleared: Mapping[str, int] | None = None,
) -> None:
    """What follows for an agency's own records, from its projection's `then`; it has deleted their rows.

    `ended`: tombstones of what it said of the person. `holds`: what a law makes it keep, locked away.
    `cleared`: kind of record -> how many rows went.
    """
    counts = Counter(cleared or {}) + await keep(session, person, holds)
    counts += await forget(session, {one.key for one in ended})
    await outbox.put(session, *ended)
    for one in ended:
        grave = {"topic": one.event.TOPIC, "key": one.key, "version": one.version}
        await session.execute(GRAVE, grave)
    orders = await session.execute(select(_ERASURE.c.topic, _ERASURE.c.version).where(_ERASURE.c.key == person))
    for topic, version in orders.all():
        await _note(session, topic, person, version, counts)


async def erased(session: AsyncSession, keys: Iterable[UUID]) -> list[UUID]:
    """Those of them whose erasure was ordered, in key order. A grave alone proves none: the sweeper leaves some too."""
    return sorted((await session.execute(GONE, {"keys": array_of(set(keys))})).scalars())


async def forget(session: AsyncSession, keys: Collection[UUID]) -> Counter[str]:
    """Empties the queues of these keys: person, licences, applications, whatever was keyed by them."""
    counts: Counter[str] = Counter()
    listed = sorted(keys)
    texts = [str(key).encode() for key in listed]
    for what, statement in QUEUES.items() if listed else ():
        given: dict[str, list[Any]] = {"keys": listed, "texts": texts}
        if what == "outbox":
            given["keys"] = [str(key) for key in listed]
        wanted = {name: given[name] for name in statement.compile().params}
        done: Any = await session.execute(statement, wanted)
        if what:
            counts[what] += done.rowcount
    return counts


async def _empty(
    session: AsyncSession, projection: Projection, about: ColumnElement[bool], among: Collection[UUID] | None = None
) -> set[UUID]:
    """Graves for the rows about a person; their keys."""
    into = projection.into
    key = into.columns[projection.key]
    emptied = {one.name: None for one in into.columns if one.name not in {key.name, "version", "gone"}}
    wanted = update(into).where(about, ~into.c.gone, into.c.version > 0)
    if among is not None:
        wanted = wanted.where(key == any_(literal(sorted(among), ARRAY(SQL_UUID))))
    found = await session.execute(wanted.values({**emptied, "gone": True}).returning(key))
    return set(found.scalars())


async def _note(session: AsyncSession, topic: str, person: UUID, version: int, cleared: Mapping[str, int]) -> None:
    """The confirmation. A rebuilt copy hears the tombstone again: counts add up, the first time stays."""
    wanted = select(_ERASURE.c.cleared).where(_ERASURE.c.topic == topic, _ERASURE.c.key == person)
    before = (await session.execute(wanted.with_for_update())).scalar_one_or_none() or {}
    counts = {what: count for what, count in (Counter(before) + Counter(cleared)).items() if count}
    row = {"topic": topic, "key": person, "version": version, "erased_at": now(session), "cleared": counts}
    again = {"version": version, "cleared": counts}
    await session.execute(
        insert(_ERASURE).values(row).on_conflict_do_update(index_elements=["topic", "key"], set_=again)
    )


def _uuid(key: bytes | None) -> UUID | None:
    try:
        return avro.UUID((key or b"").decode("ascii"))
    except ValueError:
        return None


async def graves(session: AsyncSession, topic: str, keys: Iterable[UUID]) -> dict[UUID, int]:
    """Key -> version of the tombstones of own records whose rows are gone."""
    wanted = text("select key, version from own_grave where topic = :topic and key = any(cast(:keys as uuid[]))")
    found = await session.execute(wanted, {"topic": topic, "keys": sorted(keys)})
    return {row.key: row.version for row in found}
