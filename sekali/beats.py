"""A beat: a record that says nothing, so that a quiet partition's segment rolls and compaction can take its old bytes.

The broker never compacts the segment that is written to, and rolls it only when something is appended: in a topic
that nobody writes to any more, an erased person's last sealed bytes would stay for ever, whatever
`max.compaction.lag.ms` says. So each agency writes a tombstone of nobody's key into every partition once an hour.
"""

import zlib
from datetime import timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from sekali import outbox
from sekali.cards import Card
from sekali.contracts import Catalogue
from sekali.database import now

EVERY = timedelta(hours=1)
LAST = text("select beaten_at from log_beat where topic = :topic for update")
BEATEN = text("""
    insert into log_beat (topic, beaten_at) values (:topic, :now) on conflict (topic) do update set beaten_at = :now
""")


def key_of(topic: str, partition: int, partitions: int) -> UUID:
    """Nobody's: always the same for a partition, and of that partition by the relay's partitioner."""
    number = 0
    while True:
        key = uuid5(NAMESPACE_URL, f"urn:sekali:beat:{topic}:{partition}:{number}")
        if zlib.crc32(str(key).encode()) % partitions == partition:
            return key
        number += 1


def keys_of(card: Card) -> list[UUID]:
    return [key_of(card.topic, partition, card.partitions) for partition in range(card.partitions)]


async def beat(session: AsyncSession, catalogue: Catalogue, agency: str, every: timedelta = EVERY) -> int:
    """Says a beat in each partition of the agency's state topics, where the last one is `every` ago; rows said.

    Version 1 each time: subscribers that do not know beats take the first one for a grave of nobody's.
    """
    said, at = 0, now(session)
    for card in catalogue.says(agency):
        if card.kind != "state":
            continue
        last = (await session.execute(LAST, {"topic": card.topic})).scalar_one_or_none()
        if last is not None and timedelta(0) <= at - last < every:  # one in the future was of a clock that was ahead
            continue
        await session.execute(BEATEN, {"topic": card.topic, "now": at})
        if last is not None:
            nobody = outbox.unnamed(card.topic, catalogue.latest(card.topic).number)
            await outbox.put(session, *(outbox.Tombstone(nobody, key, 1) for key in keys_of(card)))
            said += card.partitions
    return said
