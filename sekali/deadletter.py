"""Where an event goes that cannot be decoded, unsealed or applied: the agency's own table, payload still sealed."""

import logging
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from sekali.codec import LARGEST, Poison, Record
from sekali.contracts import Contract, fingerprint
from sekali.database import now
from sekali.errors import SekaliError

logger = logging.getLogger(__name__)

LONGEST_KEY = 1_000
"""Bytes of a key that is kept. PostgreSQL cannot index one of 2,700; a UUID has 36."""

# Delivered again, a letter that waits is blocked by itself: its own cause stays. What was discarded stays discarded.
BURY = text("""
    insert into dead_letter (topic, partition, record_offset, record_timestamp, key, header_names, header_values,
                             payload, cause, detail, contract, first_seen, last_seen)
    values (:topic, :partition, :record_offset, :record_timestamp, :key, :header_names, :header_values,
            :payload, :cause, :detail, :contract, :now, :now)
    on conflict (topic, partition, record_offset) do update
        set attempts = dead_letter.attempts + 1, last_seen = excluded.last_seen, contract = excluded.contract,
            cause = case when excluded.cause = 'BEHIND' and dead_letter.state = 'WAITING'
                         then dead_letter.cause else excluded.cause end,
            detail = case when excluded.cause = 'BEHIND' and dead_letter.state = 'WAITING'
                          then dead_letter.detail else excluded.detail end,
            state = case dead_letter.state when 'DISCARDED' then 'DISCARDED' else 'WAITING' end
""")
BLOCKED = text("""
    select distinct key from dead_letter
    where topic = :topic and key = any(cast(:keys as bytea[])) and state = 'WAITING'
""")
BEFORE = text("""
    select exists (select from dead_letter
                   where topic = :topic and key = :key and state = 'WAITING'
                     and (partition, record_offset) < (:partition, :record_offset))
""")
# What was only behind a letter that is settled now. `free_all` also finds what was put there in that very moment.
FREE = """
    update dead_letter letter set asked_at = :now
    where {which} and state = 'WAITING' and cause = 'BEHIND' and asked_at is null
      and not exists (select from dead_letter before
                      where before.topic = letter.topic and before.key = letter.key and before.state = 'WAITING'
                        and (before.partition, before.record_offset) < (letter.partition, letter.record_offset))
    returning id
"""
FREE_KEY, FREE_ALL = (text(FREE.format(which=which)) for which in ("topic = :topic and key = :key", "true"))


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """A Kafka record as it was kept: what `codec.Record` asks for."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]


def stored(record: Record) -> dict[str, Any]:
    """A record as parameters of a statement. The names of headers lose what is not text.

    What is so large or long that nobody would read it is cut, and one byte behind the limit is left: run again, it is
    refused for the same cause.
    """
    pairs = [
        (str(name).replace("\0", ""), bytes(value)[:LARGEST]) for name, value in record.headers if value is not None
    ]
    return {
        "topic": record.topic,
        "partition": record.partition,
        "record_offset": record.offset,
        "record_timestamp": record.timestamp,
        "key": record.key and record.key[:LONGEST_KEY],
        "header_names": [name for name, _ in pairs],
        "header_values": [value for _, value in pairs],
        "payload": record.value and record.value[: LARGEST + 1],
    }


async def bury(session: AsyncSession, record: Record, contract: Contract, poison: Poison) -> None:
    """Keep a record with its cause, in the caller's transaction."""
    logger.warning(
        "%s[%d]@%d goes to the dead letters: %s: %s",
        record.topic,
        record.partition,
        record.offset,
        poison.cause,
        poison,
    )
    await session.execute(
        BURY,
        stored(record)
        | {
            "cause": poison.cause,
            "detail": str(poison),
            "contract": fingerprint(contract.schema),
            "now": now(session),
        },
    )


async def blocked(session: AsyncSession, topic: str, keys: Sequence[bytes]) -> set[bytes]:
    """The keys of a fact topic whose earlier event waits among the dead letters."""
    found = await session.execute(BLOCKED, {"topic": topic, "keys": list(keys)})
    return set(found.scalars())


async def waits_before(session: AsyncSession, record: Record) -> bool:
    """Whether a dead letter of the same key stands before the record in the log."""
    place = {"partition": record.partition, "record_offset": record.offset}
    found = await session.scalar(BEFORE, {"topic": record.topic, "key": record.key} | place)
    return bool(found)


async def free(session: AsyncSession, topic: str, key: bytes | None) -> None:
    """With a letter that is settled: what waited only for it goes on by itself."""
    await session.execute(FREE_KEY, {"topic": topic, "key": key, "now": now(session)})


async def free_all(session: AsyncSession) -> bool:
    """The same for all keys; whether there was any."""
    return bool((await session.execute(FREE_ALL, {"now": now(session)})).all())


def behind() -> Poison:
    """Why a later event of a key whose earlier one is dead does not run."""
    return Poison("BEHIND", "An earlier event of the same key waits among the dead letters.")


def not_applicable(error: Exception) -> Poison:
    """An error of a handler as a cause: its kind and place. Its text may hold data, unless it is one of ours."""
    if isinstance(error, Poison):
        return error
    if isinstance(error, SekaliError):
        return Poison("NOT_APPLICABLE", str(error))
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}"
    return Poison("NOT_APPLICABLE", f"{type(error).__name__} at {place}")
