"""What signing in leaves behind goes by itself."""

from sqlalchemy.ext.asyncio import AsyncSession

from sekali.settings import AgencySettings
from sekali.signin import attempts, sessions, throttling
from sekali.signin.sessions import Lasting


async def sweep(session: AsyncSession, settings: AgencySettings) -> None:
    """Sessions a day after their end, attempts and tries after minutes."""
    await sessions.sweep(session, Lasting(settings.session_idle, settings.session_longest))
    await attempts.sweep(session)
    await throttling.sweep(session)
