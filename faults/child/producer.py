"""An agency that says parcels and payments, a few in each transaction; some transactions are undone."""

import asyncio
import logging
import random
import time
from collections.abc import Sequence
from uuid import UUID, uuid5

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from faults.child import events
from faults.child.people import People
from faults.stand import country
from faults.stand.folders import Load, heard, say
from faults.stand.place import Place
from sekali import outbox
from sekali.bus import Bus
from sekali.inbox import Inbox
from sekali.log import Current

logger = logging.getLogger(__name__)

TICK_SECONDS = 0.02
EVENTS_OF_A_TRANSACTION = 5
"""A family that moves rather than one person: at 300 events a second the machine has room for what is killed."""
MOST_BEHIND = 50
"""Transactions that an outage held up and that are made up for; the rest of them never happened."""
NAMESPACE = UUID("01890000-0000-7000-8000-000000000099")
POISON_USE = "poison\0"
"""Avro carries the character NUL, PostgreSQL refuses it: no copy can hold such a row."""
PHANTOM = "phantom"
UPSERT = text("""
    insert into parcel values (:key, 1, :use, :owner)
    on conflict (parcel_id) do update set version = parcel.version + 1, use = :use, owner = :owner returning version
""")
HISTORY = text("insert into history values (:key, :version, :use, :owner, :poison)")
PAY = text("insert into payment (parcel_id, amount, note) values (:key, :amount, :note) returning number")
PRESENT = text("""
    select parcel.*, poison from parcel join history using (parcel_id, version)
    where parcel_id = any(:keys) order by parcel_id for update of parcel
""")


class Undone(Exception):
    """A use case that changed its mind behind `put`."""


class Producer:
    def __init__(self, place: Place, agency: str, instance: str) -> None:
        self.place, self.agency = place, agency
        self.child = f"{agency}-{instance}"
        self.events = events.of(place.folders, agency)
        has_people = agency == country.PEOPLES_OWNER and country.has_people(place.folders.root)
        self.people = People(place, self.events, self.child) if has_people else None
        current: dict[str, Current] = {country.parcels(agency): self._present}
        if self.people is not None:
            current[country.people()] = self.people.present
        self.bus = Bus(place.settings(agency, instance), inbox=Inbox(), current=current)
        self.load = Load(rate=0.0)
        self._chance = random.Random()
        self._busy = 0

    async def run(self) -> None:
        await self.bus.start()
        loop_begun, done = time.monotonic(), 0
        while True:
            if self._follow():
                loop_begun, done = time.monotonic(), 0
            due = int((time.monotonic() - loop_begun) * self.load.rate / EVENTS_OF_A_TRANSACTION)
            if due - done > MOST_BEHIND:
                done = due - MOST_BEHIND
            async with asyncio.TaskGroup() as group:
                for _ in range(min(due - done, self.load.writers)):
                    group.create_task(self._try())
                    done += 1
            if self.people is not None and self.load.rate:
                await self.people.turn(self.bus)
            if done >= due:
                await asyncio.sleep(TICK_SECONDS)

    def _follow(self) -> bool:
        """The order as it is now; answers where it is new. Nothing of ours is under way then."""
        told = heard(self.place.folders.load)
        if told is None or told["number"] == self.load.number:
            return False
        self.load = Load(**told)
        say(self.place.folders.of(self.child, "follows"), {"number": self.load.number})
        return True

    async def _try(self) -> None:
        try:
            async with self.bus.transaction() as session:
                await self._use_case(session)
        except Undone:
            pass
        except Exception as error:  # the database is away: people try again later
            logger.warning("A use case failed (%s).", type(error).__name__)
            await asyncio.sleep(0.2)

    async def _use_case(self, session: AsyncSession) -> None:
        chance, load = self._chance, self.load
        undone = chance.random() < load.undone
        numbers = {chance.randrange(load.keys) for _ in range(EVENTS_OF_A_TRANSACTION - 1)}
        keys = sorted(uuid5(NAMESPACE, f"{self.agency}{number}") for number in numbers)
        said = [await self._parcel(session, key, undone=undone) for key in keys]
        said.append(await self._payment(session, keys[0], undone=undone))
        await outbox.put(session, *said)
        if load.held:
            await asyncio.sleep(chance.uniform(0.0, load.held))
        if undone:
            raise Undone

    async def _parcel(self, session: AsyncSession, key: UUID, *, undone: bool) -> outbox.Event:
        poison = self._chance.random() < self.load.poison
        use = PHANTOM if undone else f"use {self._chance.randrange(1000)}"
        owner = f"CONTOH {self._chance.randrange(10**6)}"
        version = (await session.execute(UPSERT, {"key": key, "use": use, "owner": owner})).scalar_one()
        row = {"key": key, "version": version, "use": use, "owner": owner, "poison": poison}
        await session.execute(HISTORY, row)
        return self._said(key, version, POISON_USE if poison else use, owner)

    def _said(self, key: UUID, version: int, use: str, owner: str) -> outbox.Event:
        person = self.events.ParcelOwner(name=owner, nik=f"999999{int(owner.split()[1]):010d}")
        said: outbox.Event = self.events.Parcel(parcel_id=key, version=version, use=use, owner=person)
        return said

    async def _payment(self, session: AsyncSession, key: UUID, *, undone: bool) -> outbox.Event:
        amount = self._chance.randrange(1, 1000)
        if self._chance.random() < self.load.poison:
            amount = -amount
        note = PHANTOM if undone else "paid"
        number = (await session.execute(PAY, {"key": key, "amount": amount, "note": note})).scalar_one()
        said: outbox.Event = self.events.Payment(parcel_id=key, number=number, amount=amount, note=note)
        return said

    async def _present(self, session: AsyncSession, keys: Sequence[UUID]) -> Sequence[outbox.Event]:
        rows = await session.execute(PRESENT, {"keys": list(keys)})
        return [
            self._said(row.parcel_id, row.version, POISON_USE if row.poison else row.use, row.owner) for row in rows
        ]


async def produce(place: Place, agency: str, instance: str) -> None:
    await Producer(place, agency, instance).run()
