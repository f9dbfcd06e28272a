"""What operators ask first, counted in the agency's own tables: what waits to be said, what waits, what is dead."""

from collections.abc import Iterable

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from sekali import metrics

OUTBOX = text("""
    select count(*) as waiting, coalesce(extract(epoch from clock_timestamp() - min(created_at)), 0) as oldest
    from outbox
""")
PARKED = text("select topic, count(*) as waiting from parked group by topic")
DEAD = text("select topic, count(*) as waiting from dead_letter where state = 'WAITING' group by topic")


async def measure(session: AsyncSession, topics: Iterable[str]) -> None:
    """Set the gauges; a topic with nothing waiting shows 0."""
    outbox = (await session.execute(OUTBOX)).one()
    metrics.OUTBOX_WAITING.set(outbox.waiting)
    metrics.OUTBOX_OLDEST.set(float(outbox.oldest))
    for gauge, question in ((metrics.PARKED, PARKED), (metrics.DEAD_LETTERS, DEAD)):
        waiting = {row.topic: row.waiting for row in await session.execute(question)}
        for topic in topics:
            gauge.labels(topic).set(waiting.get(topic, 0))
