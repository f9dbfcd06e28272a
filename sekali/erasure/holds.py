"""What a law makes an agency keep of an erased person: out of its own tables, so that nothing there can use it.

A held record is locked away with the article and the end date. Officers are told of it; it is shown to one who names
the article and a reason, and that is noted. The sweeper deletes it on its end date.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from sekali.database import now
from sekali.errors import Problem, conflict, not_found

KEEP = text("""
    insert into legal_hold (record, key, person, article, until, held_at, content)
    values (:record, :key, :person, :article, :until, :now, cast(:content as jsonb)) on conflict do nothing
""")
LISTED = text("select hold_id, record, article, until from legal_hold where person = :person order by record, hold_id")
OF = text("select article, until from legal_hold where key = :key or person = :key order by until desc limit 1")
OPENED = text("select record, article, until, content from legal_hold where hold_id = :hold_id")
NOTED = text("insert into legal_hold_opening values (:hold_id, :officer, :article, :reason, :now)")


@dataclass(frozen=True, slots=True)
class Hold:
    """`record` names the kind, as `licence`; `content` is JSON text of all its rows; `until`: the day it is deleted."""

    record: str
    key: UUID
    article: str
    until: date
    content: str = field(repr=False)


async def keep(session: AsyncSession, person: UUID, holds: Sequence[Hold]) -> Counter[str]:
    """Lock away; gives the counts of those whose time was over already, which nothing keeps."""
    over: Counter[str] = Counter()
    at = now(session)
    for one in holds:
        if one.until <= at.date():
            over[one.record] += 1
            continue
        row = {"record": one.record, "key": one.key, "article": one.article, "until": one.until, "content": one.content}
        await session.execute(KEEP, row | {"person": person, "now": at})
    return over


async def listed(session: AsyncSession, person: UUID) -> list[dict[str, Any]]:
    """[{hold_id, record, article, until}], never a content."""
    return [dict(row) for row in (await session.execute(LISTED, {"person": person})).mappings()]


def years_after(day: date, years: int) -> date:
    """The same day of a later year; 28 February where there is no 29th."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


async def absent(session: AsyncSession, key: UUID, what: str, way_out: str = "") -> Problem:
    """The problem for what is not there: 451 where a law holds it, else 404. `key`: the record's or the person's."""
    return await restricted(session, key) or not_found(what, way_out)


async def restricted(session: AsyncSession, key: UUID) -> Problem | None:
    """451 where a law holds something of this record or person."""
    held = (await session.execute(OF, {"key": key})).one_or_none()
    if held is None:
        return None
    return Problem(
        451, "restricted", "This record is restricted",
        f"The person was erased; {held.article} has it kept until {held.until}, for that purpose alone. "
        "GET /erasures/{person} lists it; POST /holds/{hold_id}/opening opens it under that article.",
        article=held.article, until=held.until.isoformat(),
    )  # fmt: skip


async def opened(session: AsyncSession, hold_id: UUID, officer: str, *, article: str, reason: str) -> dict[str, Any]:
    """The content, for an officer who names the article it is held under; noted first, in the same transaction."""
    held = (await session.execute(OPENED, {"hold_id": hold_id})).mappings().one_or_none()
    if held is None:
        raise not_found("held record", "Its end date may have passed.")
    if held["article"] != article:
        raise conflict("another-article", "article", "The record is not held under this article.",
                       "Name the article as GET /erasures/{person} lists it.")  # fmt: skip
    note = {"hold_id": hold_id, "officer": officer, "article": article, "reason": reason}
    await session.execute(NOTED, note | {"now": now(session)})
    return dict(held)
