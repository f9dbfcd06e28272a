"""Walking a chain from its first entry: the first thing that does not fit ends it, in a sentence without a value."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncSession

from sekali.errors import SekaliError
from sekali.uses.chain import GENESIS, Entry, hash_of
from sekali.uses.tables import use_entry, use_head

BATCH = 5000
_COLUMNS = tuple(Entry.__dataclass_fields__)


class BrokenChain(SekaliError):
    """The record of uses was changed by something that is not the appender."""


@dataclass(frozen=True, slots=True)
class Head:
    """How long a chain is, and its last hash; a checkpoint when it is kept elsewhere."""

    count: int
    hash: bytes


async def in_one_snapshot(session: AsyncSession) -> None:
    """As the first act of a transaction: all its reads see the database as it is now."""
    await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


async def head(session: AsyncSession) -> Head | None:
    """As the agency's database says; None where the row is gone."""
    row = (await session.execute(select(use_head.c.count, use_head.c.hash))).one_or_none()
    return None if row is None else Head(*row)


async def verify(
    session: AsyncSession, holder: str, *, kept: Head | None = None, progress: Callable[[int], None] = lambda _: None
) -> Head:
    """Every entry against its hash and the one before, the end against the head, and `kept`, a checkpoint from before.

    Raises `BrokenChain`. `progress` hears after each batch how many entries have been looked at.
    Beside appenders the session must read one snapshot: `in_one_snapshot` first.
    """
    stored = await head(session)
    last = Head(0, GENESIS)
    async for rows in _batches(session):
        for row in rows:
            last = _next(holder, last, row)
            if kept is not None and kept.count == last.count and kept.hash != last.hash:
                raise _broken(holder, last.count, "is not what the checkpoint says: the chain was written anew")
        progress(last.count)
    if stored is None:
        raise BrokenChain(f"{holder}: the head of the record of uses is gone; {last.count} entries fit together.")
    if kept is not None and kept.count > last.count:
        raise _broken(holder, last.count + 1, f"is missing: the checkpoint knew {kept.count} entries")
    if stored.count > last.count:
        raise _broken(holder, last.count + 1, f"is missing: the head says {stored.count} entries")
    if stored != last:
        raise _broken(holder, last.count, "is the last one, and the head says another count or hash")
    return last


async def _batches(session: AsyncSession) -> AsyncIterator[Sequence[RowMapping]]:
    wanted = select(*(use_entry.c[name] for name in _COLUMNS)).order_by(use_entry.c.number).limit(BATCH)
    rows = (await session.execute(wanted)).mappings().all()
    while rows:
        yield rows
        rows = (await session.execute(wanted.where(use_entry.c.number > rows[-1]["number"]))).mappings().all()


def _next(holder: str, last: Head, row: Mapping[Any, Any]) -> Head:
    values = {str(name): value for name, value in row.items()}
    entry = Entry(**values | {"fields": tuple(values["fields"])})
    wanted = last.count + 1
    if entry.number > wanted:
        raise _broken(holder, wanted, f"is missing: {entry.number} follows")
    if entry.number < wanted:
        raise _broken(holder, entry.number, "stands where the chain has no place for it")
    if entry.previous != last.hash:
        raise _broken(holder, wanted, "does not follow the one before: its previous hash is another")
    if entry.hash != hash_of(holder, entry):
        raise _broken(holder, wanted, "does not fit its own hash: it was changed")
    return Head(wanted, entry.hash)


def _broken(holder: str, number: int, what: str) -> BrokenChain:
    return BrokenChain(f"{holder}: entry {number} of the record of uses {what}.")
