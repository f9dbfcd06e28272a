"""Raw limit of the relay, second side: the same outbox read in order and deleted, with no broker behind it.

The next page is read while the one before it is deleted, each on a connection of its own.
"""

import asyncio
import gc
import time

import asyncpg

PAGE = 5_000
READ = """
    select position, id, aggregatetype, aggregateid, payload, revision, fingerprint, version, tracingspancontext,
           created_at
    from outbox where position > $1 order by position limit $2
"""
DELETE = "delete from outbox where position = any($1::bigint[])"


async def drained(url: str) -> float:
    """Seconds until the outbox is empty."""
    gc.disable()
    reading, deleting = await asyncpg.connect(url), await asyncpg.connect(url)
    try:
        read, delete = await reading.prepare(READ), await deleting.prepare(DELETE)
        begun, after, behind = time.perf_counter(), 0, None
        while rows := await read.fetch(after, PAGE):
            positions = [row[0] for row in rows]
            after = positions[-1]
            if behind is not None:
                await behind
            behind = asyncio.create_task(delete.fetch(positions))
        if behind is not None:
            await behind
        return time.perf_counter() - begun
    finally:
        await reading.close()
        await deleting.close()
