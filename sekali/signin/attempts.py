"""A browser that is away at the provider: what must come back with it, and what is then asked with the code.

An attempt is bound to the browser by a cookie, lasts ten minutes, and is taken once, before anything else is done.
"""

import secrets
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from sekali.database import now
from sekali.signin.sessions import hashed

LASTS = timedelta(minutes=10)

BEGIN = text("""
    insert into sign_in_attempt (state, cookie_hash, nonce, verifier, next, try_id, begun_at)
    values (:state, :cookie_hash, :nonce, :verifier, :next, :try_id, :now)
""")
TAKE = text("delete from sign_in_attempt where state = :state and cookie_hash = :cookie_hash returning *")
FORGET = text("delete from sign_in_attempt where begun_at <= :since")


@dataclass(frozen=True, slots=True)
class Attempt:
    """``verifier``: of PKCE (RFC 7636). ``next``: the path to go to in the end."""

    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    next: str
    try_id: int


async def begin(session: AsyncSession, browser: str, next_: str, try_id: int) -> Attempt:
    """`browser`: the cookie's value."""
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    made = Attempt(state, nonce, verifier, next_, try_id)
    await session.execute(BEGIN, {
        "state": made.state, "cookie_hash": hashed(browser), "nonce": made.nonce, "verifier": made.verifier,
        "next": next_, "try_id": try_id, "now": now(session),
    })  # fmt: skip
    return made


async def take(session: AsyncSession, browser: str | None, state: str) -> Attempt | None:
    """The attempt, which is gone then; None for another browser's, one that was taken, one that is too old."""
    if not browser:
        return None
    row = (await session.execute(TAKE, {"state": state, "cookie_hash": hashed(browser)})).mappings().first()
    if row is None or row["begun_at"] <= now(session) - LASTS:
        return None
    return Attempt(row["state"], row["nonce"], row["verifier"], row["next"], row["try_id"])


async def sweep(session: AsyncSession) -> None:
    await session.execute(FORGET, {"since": now(session) - LASTS})
