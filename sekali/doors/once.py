"""A signed token changes something only once: one that was overheard is worth nothing afterwards."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from sekali.database import now
from sekali.errors import unauthenticated
from sekali.tokens import SKEW, Vouched

TAKE = text("""
    insert into token_taken (issuer, jti, ends) values (:issuer, :jti, :ends) on conflict do nothing returning jti
""")
FORGET = text("delete from token_taken where ends < :before")


async def take(session: AsyncSession, vouched: Vouched) -> None:
    """Problem 401 the second time, whichever process of the agency was asked first."""
    row = {"issuer": vouched.issuer, "jti": vouched.jti, "ends": vouched.ends}
    if (await session.execute(TAKE, row)).first() is None:
        raise unauthenticated("The token was shown here before. Make a new one for each change.")


async def forget(session: AsyncSession) -> None:
    """Those that have ended, which are refused for that anyway."""
    await session.execute(FORGET, {"before": now(session) - 2 * SKEW})
