"""A topic read again by one agency, as its operators ask for it: from an offset, a time, or the log's start.

The order is a row and the agency's own offset set back, in one transaction; `replaying` says what is done on the way.
Nobody else's offset moves.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, cast

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError, TopicAuthorizationFailedError
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from sekali.agreement import Agreement, ContractEnded
from sekali.database import now
from sekali.errors import Problem, Unavailable, conflict, forbidden, not_found
from sekali.kafka import connection
from sekali.outbox import WRITER, Writer
from sekali.settings import AgencySettings

ASK_SECONDS = 10.0
MOST_SHOWN = 100
BEGINNINGS = "Say where it begins: start, offset:81, or time:2026-11-20T10:00:00+07:00, with the offset of its zone."

STANDS = text("select partition, next_offset from inbox_offset where topic = :topic order by partition")
STANDS_LOCKED = text(f"{STANDS.text} for update")
RUNNING = text("""
    select partition, begin_offset, until_offset from inbox_replay where topic = :topic and state = 'RUNNING'
""")
REPLACE = text("""
    update inbox_replay set state = 'REPLACED', ended_at = :now
    where topic = :topic and partition = :partition and state = 'RUNNING'
""")
WRITE_DOWN = text("""
    insert into inbox_replay (topic, partition, begin_offset, until_offset, officer, reason, asked_at)
    values (:topic, :partition, :begin, :until, :officer, :reason, :now)
""")
SET_BACK = text("""
    update inbox_offset set next_offset = :begin where topic = :topic and partition = :partition
""")
LISTED = text("""
    select replay_id, topic, partition, begin_offset as begin, until_offset as until, next_offset as at, state,
           officer, reason, asked_at, ended_at
    from inbox_replay join inbox_offset using (topic, partition)
    where cast(:topic as text) is null or topic = :topic order by replay_id desc limit :limit
""")


@dataclass(frozen=True, slots=True)
class Beginning:
    """`start`, `offset:N` or `time:ISO`; neither of the two: the log's start."""

    offset: int | None = None
    time: datetime | None = None

    @classmethod
    def read(cls, written: str) -> "Beginning":
        """ValueError with a sentence for what is none."""
        kind, _, told = written.partition(":")
        if written == "start":
            return cls()
        if kind == "offset" and told.isdecimal() and len(told) <= 18:
            return cls(offset=int(told))
        try:
            time = datetime.fromisoformat(told) if kind == "time" else None
        except ValueError:
            time = None
        if time is None or time.tzinfo is None:
            raise ValueError(BEGINNINGS)
        return cls(time=time)


class Borders(NamedTuple):
    """Of a partition: where its log begins, and the first record that the order means, or None."""

    start: int
    wanted: int | None


@dataclass(frozen=True, slots=True)
class Order:
    """`partition` None: all of them."""

    topic: str
    beginning: Beginning
    partition: int | None
    officer: str
    reason: str


async def borders(session: AsyncSession, settings: AgencySettings, order: Order) -> Mapping[int, Borders]:
    """By partition, asked of Kafka with the agency's own credentials.

    Raises Problem 403 where Kafka does not let it read the topic, 404 or 409 where it does not hear it, `Unavailable`.
    """
    _check(session, settings, order.topic)
    stands = (await session.execute(STANDS, {"topic": order.topic})).all()
    places = [TopicPartition(order.topic, row.partition) for row in stands if order.partition in {None, row.partition}]
    if not places:
        raise not_found(
            "partition that this agency has begun to hear", "/health/ready says whether it hears the topic."
        )
    if order.beginning.offset is not None and len(places) > 1:
        raise conflict("partition-missing", "partition", "An offset is a place in one partition.", "Name it.")
    try:
        return await _asked(settings, places, order.beginning)
    except TopicAuthorizationFailedError:
        raise forbidden(
            f"Kafka does not let {settings.agency} read {order.topic}: run `sekali rights apply`."
        ) from None
    except (KafkaError, OSError, TimeoutError) as error:
        raise Unavailable(f"Kafka does not say where {order.topic} begins ({type(error).__name__}).") from None


async def ask(
    session: AsyncSession, settings: AgencySettings, order: Order, found: Mapping[int, Borders]
) -> Sequence[dict[str, Any]]:
    """[{partition, begin, until}]: what is read again. A running replay that covers the order stands for it.

    `found`: what `borders` answered. Problem 409 where the log does not reach back so far, or nothing lies behind.
    """
    _check(session, settings, order.topic)
    stands = {row.partition: row.next_offset for row in await session.execute(STANDS_LOCKED, {"topic": order.topic})}
    running = {row.partition: row for row in await session.execute(RUNNING, {"topic": order.topic})}
    taken = []
    for partition, border in sorted(found.items()):
        begin = _begin(order, partition, border)
        open_ = running.get(partition)
        until = stands[partition] if open_ is None else max(stands[partition], open_.until_offset)
        if begin is None or begin >= until:
            continue
        if open_ is not None and open_.begin_offset <= begin:
            taken.append({"partition": partition, "begin": open_.begin_offset, "until": open_.until_offset})
            continue
        row = {"topic": order.topic, "partition": partition, "begin": begin, "until": until, "now": now(session)}
        await session.execute(REPLACE, _only(row, "topic", "partition", "now"))
        await session.execute(WRITE_DOWN, row | {"officer": order.officer, "reason": order.reason})
        await session.execute(SET_BACK, _only(row, "topic", "partition", "begin"))
        taken.append(_only(row, "partition", "begin", "until"))
    if not taken:
        raise conflict("nothing-behind", "from", f"{settings.agency} stands before it or at it, or the log is empty.",
                       "Choose an earlier beginning.")  # fmt: skip
    return taken


async def listed(session: AsyncSession, topic: str | None) -> list[dict[str, Any]]:
    """The last ones first: {replay_id, topic, partition, begin, until, at, state, officer, reason, …}."""
    rows = await session.execute(LISTED, {"topic": topic, "limit": MOST_SHOWN})
    return [dict(row) for row in rows.mappings()]


def _check(session: AsyncSession, settings: AgencySettings, topic: str) -> None:
    """The right at this moment: the contract's file is read anew."""
    agency = settings.agency
    contract = cast(Writer, session.info[WRITER]).catalogue.contracts.get((agency, topic))
    if contract is None:
        raise conflict("not-heard", "topic", f"{agency} has no contract on it: nothing can be read again.",
                       f"Look into contracts/{agency}/ for what it hears.")  # fmt: skip
    try:
        Agreement(contract, Path(settings.root), lambda: now(session)).check()
    except ContractEnded as ended:
        raise Problem(409, "contract-ended", "The contract does not stand", str(ended)) from None


async def _asked(
    settings: AgencySettings, places: Sequence[TopicPartition], beginning: Beginning
) -> Mapping[int, Borders]:
    consumer = AIOKafkaConsumer(**connection(settings), client_id=f"{settings.agency}.replay", group_id=None)
    async with asyncio.timeout(ASK_SECONDS):
        await consumer.start()
        try:
            starts = await consumer.beginning_offsets(places)
            wanted: dict[TopicPartition, int | None] = dict(starts)
            if beginning.offset is not None:
                wanted = dict.fromkeys(places, beginning.offset)
            elif beginning.time is not None:
                at = int(beginning.time.timestamp() * 1000)
                known = await consumer.offsets_for_times(dict.fromkeys(places, at))
                wanted = {place: known[place].offset if known.get(place) else None for place in places}
        finally:
            await consumer.stop()
    return {place.partition: Borders(starts[place], wanted[place]) for place in places}


def _begin(order: Order, partition: int, border: Borders) -> int | None:
    if order.beginning.offset is not None and order.beginning.offset < border.start:
        raise conflict("before-the-log", "from",
                       f"{order.topic}[{partition}] begins at {border.start}: what lay before is gone from the log.",
                       f"Begin at offset:{border.start}, or at the start.")  # fmt: skip
    return border.wanted


def _only(row: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: row[name] for name in names}
