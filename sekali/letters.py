"""Dead letters as operators see them: what waits and why, asked to be run again, or discarded.

Never a key, which names a person, and never a value.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from sekali import avro, deadletter
from sekali.contracts import Catalogue
from sekali.database import now
from sekali.errors import Problem, conflict, not_found
from sekali.outbox import WRITER, Writer

PLACE = re.compile(r"([a-z0-9._-]{1,249})\[([0-9]{1,9})\]@([0-9]{1,18})")
FINGERPRINT = re.compile(rb"[0-9a-f]{8,128}")
LOG_ORDER = "topic, partition, record_offset"
PICKED = """
    (cast(:topic as text) is null or topic = :topic) and (cast(:cause as text) is null or cause = :cause)
"""
COUNTS = text(f"""
    select topic, cause, count(*) filter (where state = 'WAITING') as waiting,
           count(*) filter (where state = 'WAITING' and asked_at is not null) as asked,
           count(*) filter (where state = 'REDRIVEN') as redriven,
           count(*) filter (where state = 'DISCARDED') as discarded,
           min(first_seen) as first_seen, max(last_seen) as last_seen
    from dead_letter where {PICKED} group by topic, cause order by topic, waiting desc, cause
""")  # noqa: S608
SHOWN = """id, topic, partition, record_offset, cause, detail, schema_id, contract, attempts, state,
           first_seen, last_seen, asked_at"""
LISTED = text(f"""
    select {SHOWN} from dead_letter where {PICKED} and (:settled or state = 'WAITING') order by {LOG_ORDER} limit :limit
""")  # noqa: S608
ONE = text(f"""
    select {SHOWN}, length(payload) as bytes, to_timestamp(record_timestamp / 1000.0) as said_at,
           header_names, header_values
    from dead_letter where topic = :topic and partition = :partition and record_offset = :offset
""")  # noqa: S608
WAITS_FOR = text("""
    select before.topic, before.partition, before.record_offset from dead_letter before
    join dead_letter letter on before.topic = letter.topic and before.key = letter.key
         and (before.partition, before.record_offset) < (letter.partition, letter.record_offset)
    where letter.id = :id and letter.state = 'WAITING' and before.state = 'WAITING'
    order by before.partition, before.record_offset limit 1
""")
KEYMATES = text("""
    select (select count(*) from dead_letter behind
            where behind.topic = letter.topic and behind.key = letter.key and behind.state = 'WAITING'
              and (behind.partition, behind.record_offset) > (letter.partition, letter.record_offset)) as behind,
           (select count(*) from parked where parked.topic = letter.topic and parked.key = letter.key) as parked
    from dead_letter letter where letter.id = :id
""")
ACTS = text("select act, at, officer, reason, cause from dead_letter_act where letter_id = :id order by act_id")
NAMED = text(f"""
    select letter.* from dead_letter letter
    join unnest(cast(:topics as text[]), cast(:partitions as int[]), cast(:offsets as bigint[]))
         as asked (topic, partition, record_offset) using ({LOG_ORDER})
    order by letter.id for update of letter
""")  # noqa: S608
FILTERED = text(f"select * from dead_letter where state = 'WAITING' and {PICKED} order by id for update")  # noqa: S608
ASK = text("update dead_letter set asked_at = coalesce(asked_at, :now) where id = any(cast(:ids as bigint[]))")
DISCARD = text("""
    update dead_letter set state = 'DISCARDED', asked_at = null, reason = :reason
    where id = any(cast(:ids as bigint[]))
""")
NEVER = text("insert into inbox_event (event_id) select unnest(cast(:events as uuid[])) on conflict do nothing")
ACT = text("""
    insert into dead_letter_act (letter_id, act, at, officer, reason)
    select unnest(cast(:ids as bigint[])), cast(:act as text), cast(:now as timestamptz), cast(:officer as text),
           cast(:reason as text)
""")


class Place(NamedTuple):
    """Where a letter stood in the log; written `topic[partition]@offset`."""

    topic: str
    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.topic}[{self.partition}]@{self.offset}"

    @classmethod
    def read(cls, written: str) -> "Place":
        """ValueError with a sentence for what is no place."""
        match = PLACE.fullmatch(written)
        if match is None:
            raise ValueError("A letter is named by its place, topic[partition]@offset, as the list shows it.")
        return cls(match[1], int(match[2]), int(match[3]))


@dataclass(frozen=True, slots=True)
class Pick:
    """Which letters: by their places, or all that wait of a topic, of a cause, or of both."""

    places: Sequence[Place] = ()
    topic: str | None = None
    cause: str | None = None


async def listed(
    session: AsyncSession, *, topic: str | None, cause: str | None, settled: bool, limit: int
) -> dict[str, Any]:
    """{counts: [{topic, cause, waiting, asked, redriven, discarded, first_seen, last_seen}], letters, more}.

    `settled`: also letters that were redriven or discarded. `more`: whether there are more than `limit`.
    """
    picked = {"topic": topic, "cause": cause}
    counts = (await session.execute(COUNTS, picked)).mappings()
    found = (await session.execute(LISTED, picked | {"settled": settled, "limit": limit + 1})).all()
    letters = [_shown(row) for row in found[:limit]]
    return {"counts": [dict(row) for row in counts], "letters": letters, "more": len(found) > limit}


async def shown(session: AsyncSession, place: Place) -> dict[str, Any]:
    """One letter, what it waits for, how many wait behind it and what was done with it. Problem 404."""
    found = (await session.execute(ONE, place._asdict())).one_or_none()
    if found is None:
        raise _unknown([place])
    before = (await session.execute(WAITS_FOR, {"id": found.id})).one_or_none()
    mates = (await session.execute(KEYMATES, {"id": found.id})).one()
    stated = dict(zip(found.header_names, found.header_values, strict=True)).get("schema-fingerprint", b"")
    return _shown(found) | {
        "fingerprint": stated.decode() if FINGERPRINT.fullmatch(stated) else None,
        "said_at": found.said_at,
        "bytes": found.bytes,
        "waits_for": None if before is None else str(Place(*before)),
        "parked": mates.parked,
        "behind": mates.behind,
        "acts": [dict(act) for act in (await session.execute(ACTS, {"id": found.id})).mappings()],
    }


async def ask(session: AsyncSession, pick: Pick, officer: str, reason: str) -> list[str]:
    """Have letters run again, each after those before it of its key; their places. Problem 404 or 409."""
    letters = await _picked(session, pick)
    writer = cast(Writer, session.info[WRITER])
    for topic in sorted({letter.topic for letter in letters}):
        _refuse_unheard(writer.catalogue, writer.agency, topic)
    ids = [letter.id for letter in letters]
    await session.execute(ASK, {"ids": ids, "now": now(session)})
    await _write_down(session, "ASKED", ids, officer, reason)
    return _places(letters)


async def discard(session: AsyncSession, pick: Pick, officer: str, reason: str) -> list[str]:
    """These never have an effect here, not even delivered again; what waited behind them goes on."""
    letters = await _picked(session, pick)
    ids = [letter.id for letter in letters]
    events = [event_id for letter in letters if (event_id := _event_id(letter)) is not None]
    await session.execute(DISCARD, {"ids": ids, "reason": reason})
    await session.execute(NEVER, {"events": events})
    await _write_down(session, "DISCARDED", ids, officer, reason)
    await deadletter.free_all(session)
    return _places(letters)


async def _picked(session: AsyncSession, pick: Pick) -> Sequence[Row[Any]]:
    """Locked. Each that is named must be there and wait."""
    if not pick.places:
        letters = (await session.execute(FILTERED, {"topic": pick.topic, "cause": pick.cause})).all()
        if not letters:
            raise not_found("dead letter that waits", "GET /dead-letters lists those that do.")
        return letters
    topics, partitions, offsets = zip(*set(pick.places), strict=True)
    named = {"topics": list(topics), "partitions": list(partitions), "offsets": list(offsets)}
    letters = (await session.execute(NAMED, named)).all()
    missing = set(pick.places) - {_place(letter) for letter in letters}
    if missing:
        raise _unknown(missing)
    settled = {letter.state for letter in letters} - {"WAITING"}
    if settled:
        places = ", ".join(_places([letter for letter in letters if letter.state != "WAITING"]))
        raise conflict("settled", "letters", f"Settled already, as {' and '.join(sorted(settled))}: {places}.",
                       "Leave them out; GET /dead-letters/{topic} shows what was done with one.")  # fmt: skip
    return letters


async def _write_down(session: AsyncSession, act: str, ids: Sequence[int], officer: str, reason: str) -> None:
    row = {"act": act, "ids": ids, "officer": officer, "reason": reason}
    await session.execute(ACT, row | {"now": now(session)})


def _refuse_unheard(catalogue: Catalogue, agency: str, topic: str) -> None:
    if (agency, topic) not in catalogue.contracts:
        raise conflict("not-heard", "letters", f"{agency} has no contract on {topic} any more: nothing can run it.",
                       f"Bring contracts/{agency}/{topic}.avsc back, or discard the letters.")  # fmt: skip


def _unknown(places: set[Place] | Sequence[Place]) -> Problem:
    told = ", ".join(str(place) for place in sorted(places))
    return not_found(
        f"dead letter as {told}", "It may have been cleared: its person was erased, or its keeping time is over."
    )


def _event_id(letter: Row[Any]) -> avro.UUID | None:
    headers: Mapping[str, bytes] = dict(zip(letter.header_names, letter.header_values, strict=True))
    try:
        return avro.UUID(headers.get("ce_id", b"").decode("ascii"))
    except ValueError:
        return None


def _place(row: Row[Any]) -> Place:
    return Place(row.topic, row.partition, row.record_offset)


def _places(letters: Sequence[Row[Any]]) -> list[str]:
    return [str(place) for place in sorted(map(_place, letters))]


def _shown(row: Row[Any]) -> dict[str, Any]:
    names = ("topic", "partition", "cause", "detail", "schema_id", "contract", "attempts", "state", "first_seen",
             "last_seen", "asked_at")  # fmt: skip
    return {"place": str(_place(row)), "offset": row.record_offset} | {name: getattr(row, name) for name in names}
