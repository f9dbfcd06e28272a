"""Carries out what contracts say on keeping: `retention_days` from the end of the purpose, or from arrival.

For a copy's row the purpose ends when the agency's own condition says so (`Inbox.projection(…, ended=…)`: annulled, or
dead with nothing open), or with the contract; the row then becomes a grave.
Dead letters and parked events count from their arrival.
What a law makes the agency hold of an erased person is deleted on its end date.
"""

import json
import logging
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Column,
    ColumnElement,
    DateTime,
    MetaData,
    Select,
    Table,
    Text,
    any_,
    delete,
    false,
    func,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.dialects.postgresql import UUID as SQL_UUID
from sqlalchemy.ext.asyncio import AsyncSession

from sekali import metrics
from sekali.database import now
from sekali.inbox import Effect, Projection

logger = logging.getLogger(__name__)

Transaction = Callable[[], AbstractAsyncContextManager[AsyncSession]]
PAGE = 1_000  # rows in one transaction
UNSEEN_DAYS = 30
"""Kept for so long after a contract was found missing that was never seen: nobody knows what it said."""

_MARKS = Table(
    "purpose_ended",
    MetaData(),
    Column("topic", Text),
    Column("key", SQL_UUID),
    Column("since", DateTime(timezone=True)),
)
SEEN = text("""
    insert into contract_seen (topic, retention_days, valid_until) values (:topic, :days, :valid_until)
    on conflict (topic) do update set retention_days = :days, valid_until = :valid_until, missing_since = null
""")
MISSING = text("""
    insert into contract_seen (topic, retention_days, missing_since) values (:topic, :days, :now)
    on conflict (topic) do update set missing_since = coalesce(contract_seen.missing_since, :now)
    returning retention_days, valid_until, missing_since
""")
TOPICS = text("select topic from dead_letter union select topic from parked")
DEAD_LETTERS = text("delete from dead_letter where topic = :topic and first_seen <= :before")
PARKED = text("delete from parked where topic = :topic and parked_at <= :before")
HOLDS = text("delete from legal_hold where until <= :today returning record")


@dataclass(frozen=True, slots=True)
class Terms:
    """How long a contract lets things be kept. `ended_on`: its last day, or that on which it was found missing."""

    retention_days: int
    ended_on: date

    def is_over(self, today: date) -> bool:
        return today > self.ended_on + timedelta(days=self.retention_days)


class Sweeper:
    """One agency's; `sweep` every hour is enough."""

    def __init__(self, agency: str, root: Path, declared: Mapping[str, Projection | Effect]) -> None:
        self._contracts = root / "contracts" / agency
        self._declared = declared

    async def sweep(self, transaction: Transaction) -> Counter[str]:
        """Rows swept: `copy`, `dead_letter`, `parked`, `hold`. Pages are transactions of their own."""
        swept: Counter[str] = Counter()
        async with transaction() as session:
            topics = {*self._declared, *(await session.execute(TOPICS)).scalars()}
        for topic in sorted(topics):
            async with transaction() as session:
                terms = await self._terms(session, topic)
                swept += await _forget_waiting(session, topic, terms)
            declared = self._declared.get(topic)
            if isinstance(declared, Projection):
                swept["copy"] += await _empty(transaction, declared, terms)
        async with transaction() as session:
            for record, count in Counter((await session.execute(HOLDS, {"today": _today(session)})).scalars()).items():
                _tell(record, "hold", count)
                swept["hold"] += count
        return swept

    async def _terms(self, session: AsyncSession, topic: str) -> Terms:
        """The file as it stands now; a missing one counts as ended from when it was first missed."""
        try:
            said = json.loads((self._contracts / f"{topic}.avsc").read_bytes())
            terms = Terms(int(said["retention_days"]), date.fromisoformat(said["valid_until"]))
        except (OSError, ValueError, KeyError, TypeError):
            found = await session.execute(MISSING, {"topic": topic, "days": UNSEEN_DAYS, "now": now(session)})
            days, valid_until, missing_since = found.one()
            gone_on = missing_since.date()
            return Terms(days, min(gone_on, valid_until or gone_on))
        seen = {"topic": topic, "days": terms.retention_days, "valid_until": terms.ended_on}
        await session.execute(SEEN, seen)
        return terms


async def _forget_waiting(session: AsyncSession, topic: str, terms: Terms) -> Counter[str]:
    """Dead letters and parked events that arrived too long ago."""
    swept: Counter[str] = Counter()
    before = now(session) - timedelta(days=terms.retention_days)
    for what, statement in (("dead_letter", DEAD_LETTERS), ("parked", PARKED)):
        done: Any = await session.execute(statement, {"topic": topic, "before": before})
        swept[what] = done.rowcount
        _tell(topic, what, done.rowcount)
    return swept


async def _empty(transaction: Transaction, projection: Projection, terms: Terms) -> int:
    rows = _Rows(projection)
    async with transaction() as session:
        await rows.mark(session)
        over = terms.is_over(_today(session))
        due = rows.all() if over else rows.due(now(session) - timedelta(days=terms.retention_days))
    emptied = 0
    while True:
        async with transaction() as session:
            keys = list((await session.execute(due)).scalars())
            await bury_rows(session, projection, keys)
        emptied += len(keys)
        if len(keys) < PAGE:
            break
    _tell(projection.topic, "copy", emptied)
    return emptied


async def bury_rows(session: AsyncSession, projection: Projection, keys: list[UUID]) -> None:
    """Leave graves: key and version, which later records must exceed, and nothing else."""
    table = projection.into
    emptied = {name: None for name in table.columns.keys() if name not in {projection.key, "version", "gone"}}  # noqa: SIM118
    if keys:
        wanted = table.columns[projection.key] == any_(literal(keys, ARRAY(SQL_UUID)))
        await session.execute(update(table).where(wanted).values({**emptied, "gone": True}))


class _Rows:
    """The statements of one copy. A row that is swept stays marked: refilled, it is swept again at once."""

    def __init__(self, projection: Projection) -> None:
        self._topic = projection.topic
        self._table = projection.into
        self._key: Column[UUID] = projection.into.columns[projection.key]
        self._filled: ColumnElement[bool] = ~self._table.c.gone & (self._table.c.version > 0)
        ended = projection.ended
        self._ended: ColumnElement[bool] = false() if ended is None else func.coalesce(ended, false())

    async def mark(self, session: AsyncSession) -> None:
        """Who is over for the first time is noted with today; who is so no longer (a death taken back) is forgotten."""
        at = literal(now(session)).label("since")
        over = select(literal(self._topic).label("topic"), self._key.label("key"), at)
        marked = insert(_MARKS).from_select(["topic", "key", "since"], over.where(self._filled, self._ended))
        await session.execute(marked.on_conflict_do_nothing())
        back = select(self._key).where(self._filled, ~self._ended)
        await session.execute(delete(_MARKS).where(_MARKS.c.topic == self._topic, _MARKS.c.key.in_(back)))

    def due(self, before: datetime) -> Select[Any]:
        """Locked in key order, as every transaction locks them, and judged again under the lock."""
        marked = select(self._key).join(_MARKS, (_MARKS.c.key == self._key) & (_MARKS.c.topic == self._topic))
        return self._page(marked.where(_MARKS.c.since <= before, self._ended))

    def all(self) -> Select[Any]:
        return self._page(select(self._key))

    def _page(self, wanted: Select[Any]) -> Select[Any]:
        ordered = wanted.where(self._filled).order_by(self._key).limit(PAGE)
        return ordered.with_for_update(of=self._table)


def _tell(topic: str, what: str, count: int) -> None:
    if count:
        metrics.RETENTION_SWEPT.labels(topic, what).inc(count)
        logger.info("%s: the keeping time of %d rows is over; they are gone (%s).", topic, count, what)


def _today(session: AsyncSession) -> date:
    return now(session).date()
