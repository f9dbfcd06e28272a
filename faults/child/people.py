"""Persons whom an owner knows: registered, renamed under the load, and erased when the suite asks for it."""

import logging
import random
import time
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from faults.stand.folders import heard, say
from faults.stand.place import Place
from sekali import erasure, outbox
from sekali.bus import Bus
from sekali.outbox import Tombstone

logger = logging.getLogger(__name__)

AT_ONCE = 20
RENAME_SECONDS = 0.1
REGISTER = text("insert into person values (:key, 1, :name)")
RENAME = text("""
    update person set version = version + 1, name = :name where person_id = :key and not withdrawn returning version
""")
WITHDRAW = text("""
    update person set version = version + 1, name = null, withdrawn = true where person_id = :key returning version
""")
SOMEBODY = text("select person_id from person where not withdrawn order by random() limit 1")
COUNTS = text("select count(*), count(*) filter (where withdrawn) from person")
PRESENT = text("select * from person where person_id = any(:keys) order by person_id for update")


class People:
    """An order {"registered", "erased"} says how many there are to be of each in all, so that a restart goes on."""

    def __init__(self, place: Place, events: Any, child: str) -> None:
        self._events = events
        self._order = place.folders.of(child, "people")
        self._done = place.folders.of(child, "people-done")
        self._chance = random.Random()
        self._renamed = 0.0

    async def turn(self, bus: Bus) -> None:
        """One step to what was ordered; where that is reached, now and then somebody gets another name."""
        order = heard(self._order)
        if order is None:
            return
        try:
            async with bus.transaction() as session:
                registered, erased = (await session.execute(COUNTS)).one()
            if registered < order["registered"]:
                await self._register(bus, min(AT_ONCE, order["registered"] - registered))
            elif erased < order["erased"]:
                await self._erase(bus)
            else:
                say(self._done, order)
                await self._now_and_then(bus)
        except Exception as error:  # the database is away: it is done later
            logger.warning("Nobody was registered or erased (%s).", type(error).__name__)

    async def present(self, session: AsyncSession, keys: Sequence[UUID]) -> Sequence[outbox.Event | Tombstone]:
        rows = await session.execute(PRESENT, {"keys": list(keys)})
        return [
            self._tombstone(row.person_id, row.version)
            if row.withdrawn
            else self._said(row.person_id, row.version, row.name)
            for row in rows
        ]

    async def _register(self, bus: Bus, count: int) -> None:
        people = {uuid4(): self._name() for _ in range(count)}
        async with bus.transaction() as session:
            for key, name in sorted(people.items()):
                await session.execute(REGISTER, {"key": key, "name": name})
            await outbox.put(session, *(self._said(key, 1, name) for key, name in sorted(people.items())))

    async def _erase(self, bus: Bus) -> None:
        """Right behind a new name, which may still wait in the outbox or be on its way."""
        async with bus.transaction() as session:
            key: UUID = (await session.execute(SOMEBODY)).scalar_one()
            await self._rename(session, key)
        async with bus.transaction() as session:
            version = (await session.execute(WITHDRAW, {"key": key})).scalar_one()
            await erasure.withdrawn(session, self._tombstone(key, version))

    async def _now_and_then(self, bus: Bus) -> None:
        if time.monotonic() - self._renamed < RENAME_SECONDS:
            return
        self._renamed = time.monotonic()
        async with bus.transaction() as session:
            key = await session.scalar(SOMEBODY)
            if key is not None:
                await self._rename(session, key)

    async def _rename(self, session: AsyncSession, key: UUID) -> None:
        name = self._name()
        version = (await session.execute(RENAME, {"key": key, "name": name})).scalar_one()
        await outbox.put(session, self._said(key, version, name))

    def _name(self) -> str:
        return f"CONTOH {self._chance.randrange(10**6)}"

    def _said(self, key: UUID, version: int, name: str) -> outbox.Event:
        identity = self._events.PersonIdentity(name=name, nik=f"999999{int(name.split()[1]):010d}")
        said: outbox.Event = self._events.Person(person_id=key, version=version, identity=identity)
        return said

    def _tombstone(self, key: UUID, version: int) -> Tombstone:
        return Tombstone(self._events.Person, key, version)
