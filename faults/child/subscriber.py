"""An agency that hears: copies of parcels, payments entered into a ledger that stands no second entry."""

import asyncio
import logging
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Column, DateTime, MetaData, Table, Text, Uuid, text
from sqlalchemy.ext.asyncio import AsyncSession

from faults.child import events
from faults.child.desk import Desk
from faults.stand import country
from faults.stand.folders import heard
from faults.stand.place import Place
from sekali import letters
from sekali.bus import Bus
from sekali.errors import SekaliError
from sekali.inbox import Awaiting, Inbox

logger = logging.getLogger(__name__)

LOOK_SECONDS = 0.05
ENTER = text("insert into ledger (owner, number, parcel_id, amount) values (:owner, :number, :key, :amount)")
ADD = text("""
    insert into account values (:owner, :key, :amount, 1)
    on conflict (owner, parcel_id) do update
        set total = account.total + excluded.total, entries = account.entries + 1
""")


class NotEntered(SekaliError):
    """The ledger takes no negative amounts, until it is mended."""


class Subscriber:
    def __init__(self, place: Place, agency: str, instance: str) -> None:
        self.place, self.agency = place, agency
        self.child = f"{agency}-{instance}"
        self.bus = Bus(place.settings(agency, instance), inbox=self._inbox())

    async def run(self) -> None:
        await self.bus.start()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._follow())
            if self.agency in country.DESKS:
                group.create_task(Desk(self.place, self.bus, self.agency, self.child).run())

    async def _follow(self) -> None:
        asked = 0
        while True:
            order = heard(self.place.folders.of(self.child, "redrive"))
            if order is not None and order["number"] != asked and await self._redrive():
                asked = order["number"]
            await asyncio.sleep(LOOK_SECONDS)

    def _inbox(self) -> Inbox:
        declared, module = Inbox(), events.of(self.place.folders, self.agency)
        with_owner = {"owner": "owner.name"} if self.agency in country.WITH_OWNER else {}
        copied = country.COPYING.get(self.agency, ())
        for owner in copied:
            columns = {"use": "use", **with_owner}
            declared.projection(
                country.parcels(owner), into=_table(f"parcel_{owner}", "parcel_id", list(columns)), columns=columns
            )
        if self.agency in country.HEARING_PEOPLE and country.has_people(self.place.folders.root):
            people = _table("person_copy", "person_id", ["name"])
            declared.projection(country.people(), into=people, columns={"name": "identity.name"})
        for owner in country.ENTERING.get(self.agency, ()):
            topic = country.payments(owner)
            handler = self._entering(owner, waits=owner in copied)
            handler.__annotations__["event"] = events.heard(module, topic)
            declared.effect(topic)(handler)
        return declared

    def _entering(self, owner: str, *, waits: bool) -> Any:
        blocked = self.place.folders.of(self.child, "blocked")
        known = text(f"select true from parcel_{owner} where parcel_id = :key and version > 0")

        async def enter(session: AsyncSession, event: Any) -> None:
            if waits and not await session.scalar(known, {"key": event.parcel_id}):
                raise Awaiting(country.parcels(owner), event.parcel_id)
            while blocked.exists():  # noqa: ASYNC110  # a handler that waits for something; heartbeats go on
                await asyncio.sleep(LOOK_SECONDS)
            if event.amount < 0 and not self.place.folders.mended.exists():  # one in a hundred
                raise NotEntered("The ledger takes no negative amounts yet.")
            row: dict[str, int | str | UUID] = {"owner": owner, "key": event.parcel_id, "amount": event.amount}
            await session.execute(ENTER, row | {"number": event.number})
            await session.execute(ADD, row)

        return enter

    async def _redrive(self) -> bool:
        """All that waits, as an operator asks for it; whether it was asked."""
        try:
            async with self.bus.transaction() as session:
                for topic in self.bus.subscriptions:
                    waiting = "select exists (select from dead_letter where state = 'WAITING' and topic = :topic)"
                    if await session.scalar(text(waiting), {"topic": topic}):
                        await letters.ask(session, letters.Pick(topic=topic), "operator CONTOH", "CONTOH/2026/1")
        except Exception as error:
            logger.warning("The letters could not be asked for (%s).", type(error).__name__)
            return False
        return True


def _table(name: str, key: str, columns: list[str]) -> Table:
    return Table(
        name, MetaData(), Column(key, Uuid, primary_key=True),
        Column("version", BigInteger, nullable=False), Column("gone", Boolean, nullable=False),
        Column("as_of", DateTime(timezone=True)), Column("heard_at", DateTime(timezone=True)),
        *(Column(one, Text) for one in columns),
    )  # fmt: skip


async def subscribe(place: Place, agency: str, instance: str) -> None:
    await Subscriber(place, agency, instance).run()
