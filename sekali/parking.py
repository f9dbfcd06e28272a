"""Parked effects whose state has arrived, or that waited too long: each in a transaction of its own."""

from collections.abc import Mapping
from time import monotonic

from sqlalchemy.ext.asyncio import AsyncSession

from sekali import deadletter, waiting
from sekali.applying import Applying
from sekali.codec import SchemaMismatch
from sekali.inbox import Awaiting
from sekali.sealing import KeyNotKnownYet
from sekali.trouble import is_poison

REST_SECONDS = 5.0
"""A topic whose effects cannot be run now is left alone for so long, and holds up no other."""


class Parked:
    """One agency's; `run_next` again and again. Two processes of the agency do not disturb each other."""

    def __init__(self, topics: Mapping[str, Applying]) -> None:
        self._topics = topics
        self._resting: dict[str, float] = {}
        self._aside: dict[int, float] = {}

    async def run_next(self, session: AsyncSession) -> bool:
        """The next one, in the caller's transaction; whether there was one.

        Raises where a contract has ended or a part is away.
        """
        awake = [topic for topic in self._topics if self._resting.get(topic, 0.0) < monotonic()]
        self._aside = {one: until for one, until in self._aside.items() if until >= monotonic()}
        row = await waiting.next_ready(session, awake, self._aside)
        if row is None:
            return False
        applying, record = self._topics[row.topic], waiting.record_of(row)
        await applying.lock_stored(session, record)
        if not await waiting.hold(session, row):
            return False
        try:
            await applying.run_stored(session, record, late=None if row.ready else row.awaited_topic)
        except Awaiting as awaited:
            await waiting.again(session, row, awaited)
            return True
        except (KeyNotKnownYet, SchemaMismatch):
            # Its own trouble, perhaps for ever. Nothing was written yet: a record is decoded first.
            self._aside[row.id] = monotonic() + REST_SECONDS
            return True
        except Exception as error:
            if not is_poison(error):
                self._resting[row.topic] = monotonic() + REST_SECONDS
                raise
            await deadletter.bury(session, record, applying.contract, deadletter.not_applicable(error))
        await waiting.done(session, row)
        return True
