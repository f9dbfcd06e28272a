"""Queries on contacts and on the residents they belong to."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.portal.store.tables import contact, resident

NEXT = contact.c.version + 1


async def standing(session: AsyncSession, resident_id: UUID) -> RowMapping | None:
    """{version, gone, standing} of a resident's copy."""
    found = await session.execute(
        select(resident.c.version, resident.c.gone, resident.c.standing).where(resident.c.resident_id == resident_id)
    )
    return found.mappings().one_or_none()


async def annulled(session: AsyncSession, keys: Sequence[UUID]) -> list[UUID]:
    """Those of `keys` who are annulled, in key order."""
    found = await session.scalars(
        select(resident.c.resident_id)
        .where(resident.c.resident_id.in_(keys), resident.c.standing == "ANNULLED")
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
    statement = insert(contact).values(resident_id=resident_id, version=1, v2_version=1, gone=False, **values)
    changed = or_(contact.c.email.is_distinct_from(email), contact.c.mobile.is_distinct_from(mobile))
    found = await session.scalars(
        statement.on_conflict_do_update(
            index_elements=[contact.c.resident_id],
            set_={**values, "version": NEXT, "v2_version": NEXT, "gone": False},
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
        .values(email=None, mobile=None, gone=True, said_at=at, version=NEXT, v2_version=NEXT)
        .returning(contact.c.resident_id, contact.c.version)
    )
    return sorted((row.resident_id, row.version) for row in emptied)


async def say_behind(session: AsyncSession, limit: int) -> Sequence[RowMapping]:
    """Rows whose present version v2 has not yet, graves too, marked as said there; in key order, others skipped."""
    behind = (
        select(contact.c.resident_id)
        .where(contact.c.v2_version < contact.c.version)
        .order_by(contact.c.resident_id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    moved = await session.execute(
        update(contact)
        .where(contact.c.resident_id.in_((await session.scalars(behind)).all()))
        .values(v2_version=contact.c.version)
        .returning(contact)
    )
    return sorted(moved.mappings().all(), key=lambda row: row["resident_id"])


async def bury_on_v1(session: AsyncSession, limit: int) -> Sequence[RowMapping]:
    """Rows that still stand on v1, marked as buried there; in key order, others skipped."""
    standing_ones = (
        select(contact.c.resident_id)
        .where(contact.c.v1_buried.is_(None), ~contact.c.gone)
        .order_by(contact.c.resident_id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    buried = await session.execute(
        update(contact)
        .where(contact.c.resident_id.in_((await session.scalars(standing_ones)).all()))
        .values(v1_buried=NEXT)
        .returning(contact)
    )
    return sorted(buried.mappings().all(), key=lambda row: row["resident_id"])


async def locked(session: AsyncSession, keys: Sequence[UUID]) -> Sequence[RowMapping]:
    """The rows of `keys`, locked in key order, graves too."""
    found = await session.execute(
        select(contact).where(contact.c.resident_id.in_(keys)).order_by(contact.c.resident_id).with_for_update()
    )
    return found.mappings().all()
