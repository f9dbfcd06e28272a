"""Dead letters that are to be run again: in the order of their key, each in a transaction of its own.

Somebody asked for it (`sekali.letters`), or an earlier letter of the key is settled and a later one only waited for it.
"""

import logging
from collections.abc import Mapping
from time import monotonic
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from sekali import deadletter, metrics, waiting
from sekali.applying import Applying
from sekali.codec import Poison, Record, SchemaMismatch
from sekali.contracts import fingerprint
from sekali.database import after_commit, now
from sekali.inbox import Awaiting
from sekali.sealing import KeyNotKnownYet
from sekali.trouble import is_poison

logger = logging.getLogger(__name__)

REST_SECONDS = 5.0
"""A topic whose letters cannot be run now, since a part is away, is left alone for so long."""
STRANDED_SECONDS = 10.0

# A fact's letters wait for what stands before them; a state's versions decide by themselves.
RUNNABLE = """
    letter.state = 'WAITING' and letter.asked_at is not null and letter.topic = any(cast(:topics as text[]))
    and (letter.topic = any(cast(:states as text[])) or (
        not exists (select from dead_letter before
                    where before.topic = letter.topic and before.key = letter.key and before.state = 'WAITING'
                      and (before.partition, before.record_offset) < (letter.partition, letter.record_offset))
        and not exists (select from parked where parked.topic = letter.topic and parked.key = letter.key)))
"""
NEXT = text(f"""
    select letter.* from dead_letter letter where {RUNNABLE} and letter.id <> all(cast(:aside as bigint[]))
    order by topic, partition, record_offset limit 1
""")  # noqa: S608
CLAIM = text(f"""
    select letter.id from dead_letter letter where letter.id = :id and {RUNNABLE} for update of letter skip locked
""")  # noqa: S608
SETTLE = text("update dead_letter set state = 'REDRIVEN', asked_at = null, last_seen = :now where id = :id")
FAIL = text("""
    update dead_letter set asked_at = null, attempts = attempts + 1, last_seen = :now,
                           cause = :cause, detail = :detail, contract = :contract
    where id = :id
""")
CLEAR = text("delete from dead_letter where id = :id")
# A person's tombstone, run again, erases the person's letters, itself among them: then nothing is left to write to.
ACT = text("""
    insert into dead_letter_act (letter_id, act, at, cause)
    select id, cast(:act as text), cast(:now as timestamptz), cast(:cause as text) from dead_letter where id = :id
""")


class Redriving:
    """One agency's; `run_next` again and again. Two processes of the agency do not disturb each other."""

    def __init__(self, topics: Mapping[str, Applying]) -> None:
        self._topics = topics
        self._states = [topic for topic, one in topics.items() if one.copy is not None]
        self._resting: dict[str, float] = {}
        self._aside: dict[int, float] = {}
        self._freed = 0.0

    async def run_next(self, session: AsyncSession) -> bool:
        """The next letter, in the caller's transaction; whether there was one. Raises where a part is away."""
        row = (await session.execute(NEXT, self._where() | {"aside": self._still_aside()})).one_or_none()
        if row is None:
            return await self._free_the_stranded(session)
        try:
            return await self._run(session, row)
        except (KeyNotKnownYet, SchemaMismatch) as waits:
            # Its own trouble, perhaps for ever: the key was taken away, the registry forgot. The others go on.
            # Nothing was written yet: a record is decoded first.
            logger.warning("%s[%d]@%d waits: %s", row.topic, row.partition, row.record_offset, waits)
            self._aside[row.id] = monotonic() + REST_SECONDS
            return True
        except Exception:
            self._resting[row.topic] = monotonic() + REST_SECONDS
            raise

    def _still_aside(self) -> list[int]:
        self._aside = {letter: until for letter, until in self._aside.items() if until >= monotonic()}
        return list(self._aside)

    def _where(self) -> dict[str, Any]:
        awake = [topic for topic in self._topics if self._resting.get(topic, 0.0) < monotonic()]
        return {"topics": awake, "states": self._states}

    async def _run(self, session: AsyncSession, row: Row[Any]) -> bool:
        applying, record = self._topics[row.topic], waiting.record_of(row)
        await applying.lock_stored(session, record)
        if (await session.execute(CLAIM, self._where() | {"id": row.id})).one_or_none() is None:
            return False  # another process has it, or it was discarded or erased meanwhile
        act = await self._act(session, applying, row, record)
        after_commit(session, metrics.DEAD_LETTERS_RUN.labels(row.topic, act).inc)
        logger.info("%s[%d]@%d was run again: %s.", row.topic, row.partition, row.record_offset, act)
        return True

    async def _act(self, session: AsyncSession, applying: Applying, row: Row[Any], record: Record) -> str:
        """What came of it, written down."""
        try:
            act = await applying.take_stored(session, record, applying.redriven_span)
        except Awaiting as awaited:
            await waiting.park(session, record, awaited)
            act = "PARKED"
        except Exception as error:
            if not is_poison(error):
                raise
            await _failed(session, row, applying, deadletter.not_applicable(error))
            return "FAILED"
        if act == "REFUSED":
            await session.execute(CLEAR, {"id": row.id})
        else:
            await _settled(session, row, act)
        await deadletter.free(session, row.topic, row.key)
        return act

    async def _free_the_stranded(self, session: AsyncSession) -> bool:
        if monotonic() - self._freed < STRANDED_SECONDS:
            return False
        self._freed = monotonic()
        return await deadletter.free_all(session)


async def _settled(session: AsyncSession, row: Row[Any], act: str) -> None:
    at = now(session)
    await session.execute(SETTLE, {"id": row.id, "now": at})
    await session.execute(ACT, {"id": row.id, "act": act, "now": at, "cause": None})


async def _failed(session: AsyncSession, row: Row[Any], applying: Applying, poison: Poison) -> None:
    contract = fingerprint(applying.contract.schema)
    told = {"id": row.id, "now": now(session), "cause": poison.cause, "detail": str(poison), "contract": contract}
    await session.execute(FAIL, told)
    await session.execute(ACT, {"id": row.id, "act": "FAILED", "now": told["now"], "cause": poison.cause})
