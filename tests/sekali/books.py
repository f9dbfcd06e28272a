"""A record of uses on a real database, kept by the bank of a made-up town; and ways to spoil it as a superuser."""

import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from sekali import uses
from sekali.contracts import Catalogue
from sekali.database import Database
from sekali.uses.chain import Entry, chained
from sekali.uses.check import Head
from sekali.uses.tables import use_entry, use_head

COLUMNS = tuple(Entry.__dataclass_fields__)


@dataclass
class Books:
    """`database` is the agency's own role's, `superuser` the administrator's of the same database."""

    holder: str
    topic: str
    catalogue: Catalogue
    database: Database
    superuser: Database

    async def note(self, resident_id: UUID, *fields: str, officer: str = "dewi") -> None:
        """One use, in a transaction of its own."""
        async with self.database.transaction() as session:
            uses.record(session, uses.by_officer(officer), resident_id, {self.topic: fields or ("owner.name",)})

    async def entries(self) -> list[Entry]:
        async with self.database.transaction() as session:
            return await entries(session)

    @asynccontextmanager
    async def spoiling(self) -> AsyncIterator[AsyncSession]:
        """A superuser's transaction with all triggers off; nothing of it stays."""
        async with self.superuser.transaction() as session:
            await session.execute(text("set local session_replication_role = replica"))
            yield session
            await session.rollback()


async def entries(session: AsyncSession) -> list[Entry]:
    rows = await session.execute(select(*(use_entry.c[name] for name in COLUMNS)).order_by(use_entry.c.number))
    return [Entry(**{**row, "fields": tuple(row["fields"])}) for row in rows.mappings()]


def other(entry: Entry, column: str, chance: random.Random) -> Any:
    """Another value for a column."""
    value = getattr(entry, column)
    changes: dict[type, Callable[[Any], Any]] = {
        str: lambda old: old + chance.choice(" x.\u00e9"),
        UUID: lambda _: uuid4(),
        datetime: lambda old: old + timedelta(microseconds=chance.choice([-1, 1, 60_000_000])),
        tuple: lambda old: chance.choice([(*old, "owner.age"), old[1:], tuple(reversed((*old, "a.b")))]),
        bytes: lambda old: bytes([old[0] ^ (1 << chance.randrange(8))]) + old[1:],
    }
    if value is None:
        return "x"
    if column in ("kind", "way"):
        return {"OFFICER": "AGENCY", "DISCLOSE": "VERIFY"}[value]
    return next(change for kind, change in changes.items() if isinstance(value, kind))(value)


async def write(session: AsyncSession, entry: Entry) -> None:
    """The row of that number becomes this one, whatever it says."""
    values = {name: getattr(entry, name) for name in COLUMNS if name != "number"} | {"fields": list(entry.fields)}
    await session.execute(update(use_entry).where(use_entry.c.number == entry.number).values(values))


async def add(session: AsyncSession, entry: Entry) -> None:
    values = {name: getattr(entry, name) for name in COLUMNS} | {"fields": list(entry.fields)}
    await session.execute(insert(use_entry).values(values))


async def set_head(session: AsyncSession, count: int, last: bytes) -> None:
    await session.execute(update(use_head).values(count=count, hash=last))


# Each spoils the chain in another way. Those of FORGED also forge the head, so only a checkpoint tells.


async def change_a_field(session: AsyncSession, held: list[Entry], holder: str, chance: random.Random) -> None:
    entry, column = chance.choice(held), chance.choice([name for name in COLUMNS if name not in ("number", "officer")])
    if column == "kind":  # an officer without name, or a name without officer
        await session.execute(text("alter table use_entry drop constraint use_entry_check"))
    await write(session, replace(entry, **{column: other(entry, column, chance)}))


async def change_the_officer(session: AsyncSession, held: list[Entry], holder: str, chance: random.Random) -> None:
    entry = chance.choice(held)
    await write(session, replace(entry, officer=other(entry, "officer", chance)))


async def swap_two(session: AsyncSession, held: list[Entry], holder: str, chance: random.Random) -> None:
    one, two = chance.sample(held, 2)
    await write(session, replace(one, number=two.number))
    await write(session, replace(two, number=one.number))


async def delete_one(session: AsyncSession, held: list[Entry], holder: str, chance: random.Random) -> None:
    gone = chance.choice(held).number
    await session.execute(use_entry.delete().where(use_entry.c.number == gone))
    if chance.random() < 0.5:  # and the others move up
        later = use_entry.c.number > gone
        await session.execute(update(use_entry).where(later).values(number=-use_entry.c.number))
        await session.execute(update(use_entry).where(use_entry.c.number < 0).values(number=-use_entry.c.number - 1))


async def insert_one(session: AsyncSession, held: list[Entry], holder: str, chance: random.Random) -> None:
    place = chance.randint(1, len(held) + 1)
    later = use_entry.c.number >= place
    await session.execute(update(use_entry).where(later).values(number=-use_entry.c.number))
    await session.execute(update(use_entry).where(use_entry.c.number < 0).values(number=-use_entry.c.number + 1))
    before = held[place - 2].hash if place > 1 else uses.GENESIS
    await add(session, chained(holder, replace(held[0], act=uuid4()), place, before))


async def recompute_one(session: AsyncSession, held: list[Entry], holder: str, chance: random.Random) -> None:
    entry = chance.choice(held)
    await write(session, chained(holder, replace(entry, resident_id=uuid4()), entry.number, entry.previous))


async def cut_the_tail(session: AsyncSession, held: list[Entry], holder: str, chance: random.Random) -> None:
    await session.execute(use_entry.delete().where(use_entry.c.number > chance.randrange(len(held))))


async def move_the_head(session: AsyncSession, held: list[Entry], holder: str, chance: random.Random) -> None:
    count = chance.choice([len(held) - 1, len(held), len(held) + 1])
    await set_head(session, count, chance.choice(held[:-1]).hash)


async def cut_the_tail_with_the_head(
    session: AsyncSession, held: list[Entry], holder: str, chance: random.Random
) -> None:
    left = chance.randrange(1, len(held))
    await session.execute(use_entry.delete().where(use_entry.c.number > left))
    await set_head(session, left, held[left - 1].hash)


async def write_anew(session: AsyncSession, held: list[Entry], holder: str, chance: random.Random) -> None:
    """A forger who knows everything: one entry is changed, all behind it and the head follow."""
    start = chance.randrange(len(held))
    last = held[start].previous
    for place, entry in enumerate(held[start:], start + 1):
        forged = chained(holder, replace(entry, resident_id=uuid4()) if place == start + 1 else entry, place, last)
        await write(session, forged)
        last = forged.hash
    await set_head(session, len(held), last)


PLAIN = (
    change_a_field, change_the_officer, swap_two, delete_one, insert_one, recompute_one, cut_the_tail, move_the_head,
)  # fmt: skip
FORGED = (cut_the_tail_with_the_head, write_anew)


def checkpoint_of(held: list[Entry]) -> Head:
    return Head(len(held), held[-1].hash)
