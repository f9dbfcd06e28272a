"""A desk of an agency that hears: it shows an officer who owns a parcel, and writes the use down, as a door does."""

import asyncio
import logging
import os
import random
from uuid import UUID, uuid4

from sqlalchemy import text

from faults.stand import country
from faults.stand.folders import heard
from faults.stand.place import Place
from sekali import uses
from sekali.bus import Bus

logger = logging.getLogger(__name__)

LOOK_SECONDS = 0.2
FIELDS = ("owner.name",)


class Desk:
    """An answer is a line of its file, `officer topic key`: written when the transaction has ended, as a page is sent.

    Each answer has an officer of its own, so that its entry in the record of uses can be told from all others.
    """

    def __init__(self, place: Place, bus: Bus, agency: str, child: str) -> None:
        self._bus = bus
        self._load = place.folders.load
        self._owners = country.COPYING[agency]
        self._answers = place.folders.answers(child)
        self._chance = random.Random()

    async def run(self) -> None:
        while True:
            asked = (heard(self._load) or {"asked": 0.0})["asked"]
            await asyncio.sleep(1 / asked if asked else LOOK_SECONDS)
            if not asked:
                continue
            try:
                await self._shown(self._chance.choice(self._owners), f"desk-{uuid4()}")
            except Exception as error:  # nothing was shown; the officer tries again
                logger.warning("An officer got no answer (%s).", type(error).__name__)

    async def _shown(self, owner: str, officer: str) -> None:
        topic = country.parcels(owner)
        wanted = text(f"""
            select parcel_id from parcel_{owner} where owner is not null and not gone and parcel_id > :beyond
            order by parcel_id limit 1
        """)
        async with self._bus.transaction() as session:
            key = await session.scalar(wanted, {"beyond": UUID(int=self._chance.getrandbits(128))})
            if key is None:
                return
            uses.record(session, uses.by_officer(officer), key, {topic: FIELDS})
        self._answer(f"{officer} {topic} {key}\n")

    def _answer(self, line: str) -> None:
        """In one write, so that a kill leaves a whole line or none."""
        file = os.open(self._answers, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(file, line.encode())
        finally:
            os.close(file)
