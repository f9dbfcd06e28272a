"""The tracker's own part of a projection."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.portal.store import tracker


async def track(agency: str, session: AsyncSession, keys: list[UUID]) -> None:
    await tracker.name_agency(session, agency, keys)
