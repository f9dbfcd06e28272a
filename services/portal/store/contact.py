"""Queries on contacts and on the residents they belong to."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.portal.store.tables import contact, resident


async def standing(session: AsyncSession, resident_id: UUID) -> RowMapping | None:
    """{version, gone, standing} of a resident's copy."""
    found = await session.execute(
        select(resident.c.version, resident.c.gone, resident.c.standing).where(resident.c.resident_id == resident_id)
    )
    return found.mappings().one_or_none()


async def withdrawn(session: AsyncSession, keys: Sequence[UUID]) -> list[UUID]:
    """Those of `keys` who are annulled or erased, in key order."""
    found = await session.scalars(
        select(resident.c.resident_id)
        .where(resident.c.resident_id.in_(keys), or_(resident.c.gone, resident.c.standing == "ANNULLED"))
        .order_by(resident.c.resident_id)
    )
    return list(found)


async def read(session: AsyncSession, resident_id: UUID) -> RowMapping | None:
    """The contact as it stands; None when nothing is said or it was withdrawn."""
    found = await session.execute(select(contact).where(contact.c.resident_id == resident_id, ~contact.c.gone))
    return found.mappings().one_or_none()


async def say(
    session: AsyncSession, resident_id: UUID, email: str | None, mobile: str | None, said_at: datetime
) -> int | None:
    """The next version of the contact; None when it said the same already."""
    values = {"email": email, "mobile": mobile, "said_at": said_at}
    statement = insert(contact).values(resident_id=resident_id, version=1, gone=False, **values)
    changed = or_(contact.c.email.is_distinct_from(email), contact.c.mobile.is_distinct_from(mobile))
    found = await session.scalars(
        statement.on_conflict_do_update(
            index_elements=[contact.c.resident_id],
            set_={**values, "version": contact.c.version + 1, "gone": False},
            where=changed,
        ).returning(contact.c.version)
    )
    return found.one_or_none()


async def withdraw(session: AsyncSession, residents: Sequence[UUID], at: datetime) -> list[tuple[UUID, int]]:
    """Empties the contacts that still stand; gives their keys with the versions of the tombstones, in key order."""
    standing_ones = (
        select(contact.c.resident_id)
        .where(contact.c.resident_id.in_(residents), ~contact.c.gone)
        .order_by(contact.c.resident_id)
        .with_for_update()
    )
    emptied = await session.execute(
        update(contact)
        .where(contact.c.resident_id.in_((await session.scalars(standing_ones)).all()))
        .values(email=None, mobile=None, gone=True, said_at=at, version=contact.c.version + 1)
        .returning(contact.c.resident_id, contact.c.version)
    )
    return sorted((row.resident_id, row.version) for row in emptied)


async def locked(session: AsyncSession, keys: Sequence[UUID]) -> Sequence[RowMapping]:
    """The rows of `keys`, locked in key order, graves too."""
    found = await session.execute(
        select(contact).where(contact.c.resident_id.in_(keys)).order_by(contact.c.resident_id).with_for_update()
    )
    return found.mappings().all()
