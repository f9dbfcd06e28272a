"""Who is signed in at an agency's pages: a row in its own database; the browser holds a random id and nothing else."""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from sekali.database import now
from sekali.tokens import CitizenCaller, OfficerCaller

SEEN_EVERY = timedelta(minutes=1)
"""A session's last use is written down this often, so that looking at a page writes nothing."""
KEPT_AFTER = timedelta(days=1)
"""What is typed into a form whose session has ended can still be kept for whom it was."""

BEGIN = text("""
    insert into web_session (id_hash, kind, subject, role, csrf, by_provider, created_at, seen_at, ends_at)
    values (:id_hash, :kind, :subject, :role, :csrf, :by_provider, :now, :now, :ends_at)
""")
FIND = text("select * from web_session where id_hash = :id_hash")
SEEN = text("update web_session set seen_at = :now where id_hash = :id_hash and seen_at < :now")
END = text("delete from web_session where id_hash = :id_hash")
REPLACE = text("delete from web_session where id_hash = :id_hash returning kind, subject, csrf")
SWEEP = text("delete from web_session where ends_at < :before or seen_at < :idle")


@dataclass(frozen=True, slots=True)
class Lasting:
    """How long a session lasts: without a request, and in any case."""

    idle: timedelta
    longest: timedelta


@dataclass(frozen=True, slots=True)
class Session:
    """``subject``: resident id or officer's name. ``alive``: neither idle for too long nor too old."""

    kind: Literal["citizen", "officer"]
    subject: str = field(repr=False)
    role: str | None
    csrf: str = field(repr=False)
    by_provider: bool
    alive: bool

    @property
    def name(self) -> str:
        """What a page may call an officer; a citizen's name is not known here."""
        return self.subject if self.kind == "officer" else ""

    def caller(self, agency: str) -> CitizenCaller | OfficerCaller:
        """The same person as a door of this agency knows them."""
        if self.kind == "citizen":
            return CitizenCaller(UUID(self.subject))
        assert self.role is not None
        return OfficerCaller(agency, self.subject, self.role)


async def begin(
    session: AsyncSession, who: CitizenCaller | OfficerCaller, lasting: Lasting, *, by_provider: bool, old: str | None
) -> str:
    """The new id, for the cookie. Always a new one: `old`, which somebody else may know, ends.

    The same person's forms that are still open in other tabs stay theirs to send.
    """
    new, at = secrets.token_urlsafe(32), now(session)
    row = {
        "kind": "citizen" if isinstance(who, CitizenCaller) else "officer",
        "subject": str(who.resident_id) if isinstance(who, CitizenCaller) else who.name,
        "role": None if isinstance(who, CitizenCaller) else who.role,
    }
    before = (await session.execute(REPLACE, {"id_hash": hashed(old)})).first() if old else None
    is_the_same = before is not None and (before.kind, before.subject) == (row["kind"], row["subject"])
    csrf = before.csrf if before is not None and is_the_same else secrets.token_urlsafe(32)
    await session.execute(BEGIN, {
        **row, "id_hash": hashed(new), "csrf": csrf, "by_provider": by_provider, "now": at,
        "ends_at": at + lasting.longest,
    })  # fmt: skip
    return new


async def find(session: AsyncSession, cookie: str, lasting: Lasting) -> Session | None:
    """Whose cookie it is, also for a while after the session has ended; None for an unknown one."""
    row = (await session.execute(FIND, {"id_hash": hashed(cookie)})).mappings().first()
    if row is None:
        return None
    at: datetime = now(session)
    alive = at < row["ends_at"] and at < row["seen_at"] + lasting.idle
    if alive and at - row["seen_at"] >= SEEN_EVERY:
        await session.execute(SEEN, {"id_hash": row["id_hash"], "now": at})
    return Session(row["kind"], row["subject"], row["role"], row["csrf"], row["by_provider"], alive)


async def end(session: AsyncSession, cookie: str) -> None:
    await session.execute(END, {"id_hash": hashed(cookie)})


async def sweep(session: AsyncSession, lasting: Lasting) -> None:
    """Removes those that ended a day ago."""
    before = now(session) - KEPT_AFTER
    await session.execute(SWEEP, {"before": before, "idle": before - lasting.idle})


def hashed(value: str) -> bytes:
    """What is stored of a secret of 256 random bits: enough to find it, no use to who reads it."""
    return hashlib.sha256(value.encode()).digest()
