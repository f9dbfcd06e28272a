"""Bugs put into the bus from outside, one at a time: a suite that does not catch them proves nothing.

Each is a mistake that such a bus has really been built with.
The row M1 plants them; what they take hold of may be renamed, and is told then.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from faults.child.points import NoSuchPoint, found
from sekali import effect, projection, relay
from sekali.database import after_commit

LATE_SECONDS = 0.3


def _put(where: str, make: Callable[[Any], Any]) -> None:
    """In the place of the bus's own function."""
    holder, name = found(where)
    setattr(holder, name, make(getattr(holder, name)))


def _instead(known: str, old: str, new: str) -> str:
    if old not in known:
        raise NoSuchPoint(f"No statement holds {old!r} any more: change faults/child/planted.py.")
    return known.replace(old, new)


def acknowledged_before_published() -> None:
    """Rows are deleted as soon as they are read."""

    def made(read: Any) -> Any:
        async def early(outgoing: Any) -> Any:
            rows = await read(outgoing)
            gone = "delete from outbox where position = any($1::bigint[]) returning position"
            await outgoing._reading.fetch(gone, [row[0] for row in rows])
            return rows

        return early

    _put("sekali.outgoing:Outgoing.read", made)


def offset_before_commit() -> None:
    """The offsets move in a transaction of their own, before that of the effect."""

    def made(after: Any) -> Any:
        @asynccontextmanager
        async def early(lane: Any, claim: str) -> AsyncIterator[Any]:
            async with after(lane, claim) as (_, status):
                pass
            async with after(lane, "select 1") as (session, _):
                yield session, status

        return early

    _put("sekali.lane:Lane.transaction_after", made)


def cursor_by_id() -> None:
    """The relay goes on behind the last position that it read, and never looks back."""

    def made(read: Any) -> Any:
        async def onwards(outgoing: Any) -> Any:
            rows = await read(outgoing)
            outgoing.floor = outgoing._after
            return rows

        return onwards

    def never(again: Any) -> Any:
        return lambda outgoing: None if hasattr(outgoing, "floor") else again(outgoing)

    _put("sekali.outgoing:Outgoing.read", made)
    _put("sekali.outgoing:Outgoing.again", never)


def range_delete() -> None:
    """What stands at or below the last acknowledged position is deleted, sent or not."""
    old, new = "position = any($5::bigint[])", "position <= (select max(one) from unnest($5::bigint[]) one)"
    relay.FORGET = _instead(relay.FORGET, old, new)


def no_version_guard() -> None:
    """A copy takes what comes, old or new."""

    def made(guard: Any) -> Any:
        return lambda copy: _instead(guard(copy), ".version < excluded.version", ".version is not null")

    _put(f"{projection.__name__}:Copy.guard", made)


def mark_outside_the_transaction() -> None:
    """That an event had its effect is committed before it has."""

    def made(once: Any) -> Any:
        async def early(effects: Any, session: Any, event: Any, span: Any) -> Any:
            known = {"event_id": event.event_id}
            async with AsyncSession(session.bind) as other, other.begin():
                if (await other.execute(effect.FIRST_TIME, known)).scalar_one_or_none() is None:
                    return effect.Outcome.DUPLICATE
            await effects._effect.handler(session, effects._effect.event.of(event.value))
            return effect.Outcome.APPLIED

        return early

    _put("sekali.effect:Effects._once", made)


def error_swallowed() -> None:
    """What cannot be decoded or applied is dropped without a word."""

    def made(_: Any) -> Any:
        async def silent(*_args: Any) -> None:
            return None

        return silent

    _put("sekali.deadletter:bury", made)


def letter_outside_the_transaction() -> None:
    """Dead letters are written a little later, by themselves."""

    def made(bury: Any) -> Any:
        async def late(session: Any, *args: Any) -> None:
            bind, info = session.bind, dict(session.info)

            async def write() -> None:
                await asyncio.sleep(LATE_SECONDS)
                async with AsyncSession(bind, info={"sekali.clock": info["sekali.clock"]}) as other, other.begin():
                    await bury(other, *args)

            after_commit(session, lambda: tasks.append(asyncio.ensure_future(write())))

        return late

    tasks: list[Any] = []
    _put("sekali.deadletter:bury", made)


def no_duplicate_check() -> None:
    """An effect runs whenever its event comes."""

    def made(once: Any) -> Any:
        async def again(effects: Any, session: Any, event: Any, span: Any) -> Any:
            await session.execute(text("delete from inbox_event where event_id = :id"), {"id": event.event_id})
            return await once(effects, session, event, span)

        return again

    _put("sekali.effect:Effects._once", made)


def no_relay_lock() -> None:
    """Nothing keeps two relays apart: no lock, and nobody looks at the offsets that a relay expects of its log.

    The lock alone is not missed: expected offsets tell of a second writer, and what it wrote is said again (row F8).
    """

    def unlocked(_: Any) -> Any:
        async def always(*_args: Any) -> bool:
            return True

        return always

    def unlooked(_: Any) -> Any:
        async def never(*_args: Any) -> None:
            return None

        return never

    def blind(moving: Any) -> Any:
        async def without_holes(*args: Any) -> Any:
            moved, _ = await moving(*args)
            return moved, []

        return without_holes

    _put("sekali.relay:Relay._lock", unlocked)
    _put("sekali.log:OwnLog.check", unlooked)
    _put("sekali.log:OwnLog.moving", blind)
    relay.FORGET = _instead(relay.FORGET, "where next_offset = expected", "where true")


def use_after_the_answer() -> None:
    """The use is written down a little later, by itself: the answer does not wait for it."""

    def made(_: Any) -> Any:
        def late(session: Any, append: Any) -> None:
            bind, kept = session.bind, {name: session.info[name] for name in ("sekali.clock", "sekali.outbox")}
            kept["sekali.uses.pending"] = session.info.pop("sekali.uses.pending")

            async def write() -> None:
                await asyncio.sleep(LATE_SECONDS)
                async with AsyncSession(bind, info=kept) as other, other.begin():
                    await append(other)

            after_commit(session, lambda: tasks.append(asyncio.ensure_future(write())))

        return late

    tasks: list[Any] = []
    _put("sekali.uses.recording:before_commit", made)


def key_kept() -> None:
    """A keyring forgets nothing: a key that was taken away goes on opening."""

    def made(refresh: Any) -> Any:
        def hoarding(ring: Any, **named: Any) -> None:
            before = ring._keysets
            refresh(ring, **named)
            ring._keysets = before | ring._keysets

        return hoarding

    _put("sekali.sealing:Keyring.refresh", made)


BUGS: Mapping[str, Callable[[], None]] = {
    "acknowledged before published": acknowledged_before_published,
    "offset before commit": offset_before_commit,
    "cursor by id": cursor_by_id,
    "range delete": range_delete,
    "no version guard": no_version_guard,
    "mark outside the transaction": mark_outside_the_transaction,
    "error swallowed": error_swallowed,
    "dead letter outside the transaction": letter_outside_the_transaction,
    "no duplicate check": no_duplicate_check,
    "no relay lock": no_relay_lock,
    "use logged after the answer": use_after_the_answer,
    "key cached past its revocation": key_kept,
}


def plant(bug: str) -> None:
    BUGS[bug]()
