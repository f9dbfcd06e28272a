"""How often signing in may be tried, from one address and for one account, counted in the agency's database.

A try counts until it has ended well. Rows hold a hash, and are gone after the window.
"""

import hashlib
import ipaddress
from collections.abc import Collection
from datetime import timedelta

from fastapi import Request
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from sekali.database import now
from sekali.errors import Problem

WINDOW = timedelta(minutes=10)
TOO_OFTEN = "asked-too-often"

# One counts at a time, else many at once would each see room.
ALONE = text("select pg_advisory_xact_lock(:lock)")
TRIES = text("select count(*) as tries, min(tried_at) as first from sign_in_try where who = :who and tried_at > :since")
TRY = text("insert into sign_in_try (who, tried_at) values (:who, :now) returning try_id")
WELL = text("delete from sign_in_try where try_id = any(:tries)")
FORGET = text("delete from sign_in_try where tried_at <= :since")


def address(request: Request) -> str:
    """Of who asks; of IPv6 the network of 64 bits, which is one customer's."""
    host = request.client.host if request.client else ""
    try:
        found = ipaddress.ip_address(host)
    except ValueError:
        return f"address {host}"
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is None:
        return f"address {ipaddress.ip_network((found, 64), strict=False)}"
    return f"address {getattr(found, 'ipv4_mapped', None) or found}"


def account(name: str) -> str:
    return f"account {name}"


async def begin(session: AsyncSession, who: str, most: int) -> int:
    """Counts one more try; gives its number, for `ended_well`. Problem 429 when there were too many."""
    mark, at = hashlib.sha256(who.encode()).digest(), now(session)
    await session.execute(ALONE, {"lock": int.from_bytes(mark[:8], signed=True)})
    found = (await session.execute(TRIES, {"who": mark, "since": at - WINDOW})).one()
    if found.tries >= most:
        wait = int((found.first + WINDOW - at).total_seconds()) + 1
        raise Problem(
            429, TOO_OFTEN, "Too many tries", "Signing in was tried too often. Please wait, then try again.",
            detail_id="Terlalu sering mencoba masuk. Harap tunggu, lalu coba lagi.", retry_after_seconds=wait,
        )  # fmt: skip
    return int((await session.execute(TRY, {"who": mark, "now": at})).scalar_one())


async def ended_well(session: AsyncSession, tries: Collection[int]) -> None:
    """These do not count any more."""
    await session.execute(WELL, {"tries": list(tries)})


async def sweep(session: AsyncSession) -> None:
    await session.execute(FORGET, {"since": now(session) - WINDOW})
