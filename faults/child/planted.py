"""Bugs put into the bus from outside, one at a time: a suite that does not catch them proves nothing.

Each is a mistake that such a bus has really been built with; `M1` runs them.
"""

import asyncio
import os
import signal
from collections.abc import Callable, Mapping
from typing import Any

from faults.child.points import found

Plant = Callable[[], None]


def _put(where: str, make: Callable[[Any], Any]) -> None:
    """In the place of the bus's own method."""
    holder, name = found(where)
    setattr(holder, name, make(getattr(holder, name)))


def no_version_guard() -> None:
    """The copy takes whatever comes, old or new."""

    def blind(upsert: Any) -> Any:
        def made(*args: Any) -> Any:
            from sqlalchemy import text

            statement = upsert(*args)
            head, guard, tail = str(statement.text).partition(".version < excluded.version")
            assert guard, "the guard is not where it was: change the planted bug"
            return text(f"{head}.version is not null{tail}")

        return made

    _put("sekali.projection:_upsert", blind)


def cursor_by_id() -> None:
    """The relay goes on behind the last position that it read, and forgets what commits late below it."""

    def past(read: Any) -> Any:
        async def made(outgoing: Any) -> Any:
            rows = await read(outgoing)
            outgoing.floor = outgoing._after
            return rows

        return made

    _put("sekali.outgoing:Outgoing.read", past)
    _put(
        "sekali.outgoing:Outgoing.again", lambda again: lambda outgoing: None if outgoing.__dict__ else again(outgoing)
    )


def range_delete() -> None:
    """What lies at or below the last acknowledged position is deleted, sent or not."""
    from sekali import relay

    relay.FORGET = relay.FORGET.replace(
        "position = any($5::bigint[])", "position <= (select max(p) from unnest($5::bigint[]) p)"
    )


def offset_before_commit() -> None:
    """The offsets are committed by themselves, before the transaction of the effect."""

    def early(claim: Any) -> Any:
        async def made(offsets: Any, session: Any, *args: Any) -> Any:
            mine = await claim(offsets, session, *args)
            await session.commit()
            return mine

        return made

    _put("sekali.offsets:Offsets.claim", early)


def acknowledged_before_published() -> None:
    """Rows are deleted as soon as they are read; a process that ends meanwhile has lost them."""

    def early(send: Any) -> Any:
        async def made(sender: Any, rows: Any) -> Any:
            if os.environ.get("FAULTS_PLANTED_LOSS") and len(rows) > 1:
                rows = rows[:-1]
            return await send(sender, rows)

        return made

    _put("sekali.sending:Sender.send", early)


def no_mark() -> None:
    """An effect runs whenever its event comes, marked or not."""

    def again(once: Any) -> Any:
        async def made(effects: Any, session: Any, event: Any, span: Any) -> Any:
            from sqlalchemy import text

            await session.execute(text("delete from inbox_event where event_id = :id"), {"id": event.event_id})
            return await once(effects, session, event, span)

        return made

    _put("sekali.effect:Effects._once", again)


def swallowed() -> None:
    """What cannot be applied is dropped without a word."""

    def silent(_: Any) -> Any:
        async def made(*args: Any) -> None:
            return None

        return made

    _put("sekali.deadletter:bury", silent)


BUGS: Mapping[str, Plant] = {
    "no version guard": no_version_guard,
    "cursor by id": cursor_by_id,
    "range delete": range_delete,
    "offset before commit": offset_before_commit,
    "no duplicate check": no_mark,
    "error swallowed": swallowed,
}


def plant(bug: str) -> None:
    BUGS[bug]()


_ = (asyncio, signal)
