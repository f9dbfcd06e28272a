"""Effects that need a state which has not arrived: parked as rows, so that the offsets can move on.

Parking and arrival take the same advisory lock, one for each awaited topic, so that no wake-up is lost.
Arrivals share it, parking has it alone; one lock for each key would fill PostgreSQL's shared memory in a bootstrap.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from sekali.arrays import KEYS, array_of
from sekali.codec import Record
from sekali.database import now
from sekali.deadletter import StoredRecord, stored
from sekali.inbox import Awaiting

LONGEST = timedelta(days=7)

LOCK_TO_PARK = text("select pg_advisory_xact_lock(hashtext('sekali.waiting'), hashtext(:topic))")
TO_ARRIVE = "pg_advisory_xact_lock_shared(hashtext('sekali.waiting'), hashtext('{topic}'))"
PARK = text("""
    insert into parked (topic, key, awaited_topic, awaited_key, partition, record_offset, record_timestamp,
                        header_names, header_values, payload, parked_at, deadline)
    values (:topic, :key, :awaited_topic, :awaited_key, :partition, :record_offset, :record_timestamp,
            :header_names, :header_values, :payload, :now, :deadline)
    on conflict do nothing
""")
PARK_BEHIND = text("""
    insert into parked (topic, key, awaited_topic, awaited_key, ready, partition, record_offset, record_timestamp,
                        header_names, header_values, payload, parked_at, deadline)
    select :topic, :key, first.awaited_topic, first.awaited_key, true, :partition, :record_offset, :record_timestamp,
           :header_names, :header_values, :payload, :now, :deadline
    from parked first where first.topic = :topic and first.key = :key order by first.id limit 1
    on conflict (topic, partition, record_offset) do update set parked_at = parked.parked_at
    returning id
""")
BLOCKED = text("select distinct key from parked where topic = :topic and key = any(cast(:keys as bytea[]))")
ARRIVED = text(f"""
    update parked set ready = true
    where awaited_topic = :topic and awaited_key = any({KEYS}) and not ready
    returning id
""")  # noqa: S608
# Only the first of a key: those behind it wait for it, ready or not.
NEXT = text("""
    select * from parked
    where (ready or deadline <= :now) and topic = any(cast(:topics as text[]))
      and id <> all(cast(:aside as bigint[]))
      and not exists (select from parked before
                      where before.topic = parked.topic and before.key = parked.key and before.id < parked.id)
    order by id limit 1
""")
HOLD = text("select id from parked where id = :id for update skip locked")
DONE = text("delete from parked where id = :id")
AGAIN = text("""
    update parked set ready = false, awaited_topic = :awaited_topic, awaited_key = :awaited_key where id = :id
""")


async def lock_to_park(session: AsyncSession, topic: str) -> None:
    await session.execute(LOCK_TO_PARK, {"topic": topic})


def to_arrive(topic: str) -> str:
    """SQL that takes the lock under which a topic's rows arrive: before they are written, until the commit."""
    return TO_ARRIVE.format(topic=topic)


async def park(session: AsyncSession, record: Record, awaited: Awaiting) -> None:
    """Under `lock_to_park`."""
    at = now(session)
    awaits = {"awaited_topic": awaited.topic, "awaited_key": awaited.key, "now": at, "deadline": at + LONGEST}
    await session.execute(PARK, stored(record) | awaits)


async def park_behind(session: AsyncSession, record: Record) -> bool:
    """A later event of a parked key: ready, but not before the first. False: no event of the key is parked any more."""
    at = now(session)
    return bool((await session.execute(PARK_BEHIND, stored(record) | {"now": at, "deadline": at + LONGEST})).all())


async def blocked(session: AsyncSession, topic: str, keys: Sequence[bytes]) -> set[bytes]:
    """The keys of a fact topic that have a parked event."""
    found = await session.execute(BLOCKED, {"topic": topic, "keys": list(keys)})
    return set(found.scalars())


async def arrived(session: AsyncSession, topic: str, keys: Sequence[UUID]) -> bool:
    """Wake what awaits these states, under the lock of `to_arrive`, where the rows' own statement does not do it."""
    found = await session.execute(ARRIVED, {"topic": topic, "keys": array_of(keys)})
    return bool(found.all())


async def next_ready(session: AsyncSession, topics: Iterable[str], aside: Iterable[int] = ()) -> Row[Any] | None:
    """The next parked effect of these topics to run, or one past its deadline; none of those set aside."""
    found = await session.execute(NEXT, {"now": now(session), "topics": list(topics), "aside": list(aside)})
    return found.one_or_none()


async def hold(session: AsyncSession, row: Row[Any]) -> bool:
    """Lock it; whether it is still there, and no other process has it."""
    return (await session.execute(HOLD, {"id": row.id})).one_or_none() is not None


async def done(session: AsyncSession, row: Row[Any]) -> None:
    await session.execute(DONE, {"id": row.id})


async def again(session: AsyncSession, row: Row[Any], awaited: Awaiting) -> None:
    """It awaits something else now. Under `lock_to_park`."""
    awaits = {"awaited_topic": awaited.topic, "awaited_key": awaited.key}
    await session.execute(AGAIN, awaits | {"id": row.id})


def record_of(row: Row[Any]) -> StoredRecord:
    headers = list(zip(row.header_names, row.header_values, strict=True))
    return StoredRecord(
        row.topic, row.partition, row.record_offset, row.record_timestamp, row.key, row.payload, headers
    )
