"""Licences and the NIBs that they stand under."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Select, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from services.licensing.model.kbli import Risk, Scale
from services.licensing.model.licence import Document, Licence, LicenceStatus, Place, Verifier
from services.licensing.store.tables import PLACE, among, nib
from services.licensing.store.tables import licence as table

COLUMNS = [column for column in table.c if column.name != "place_key"]
key = table.c.licence_id


async def nib_of(session: AsyncSession, resident_id: UUID) -> str | None:
    return await session.scalar(select(nib.c.nib).where(nib.c.resident_id == resident_id))


async def take_nib(session: AsyncSession, resident_id: UUID, digits: str, at: datetime) -> bool:
    """Give a person these digits; False if they are someone's already, or the person has a NIB."""
    taken = await session.execute(
        upsert(nib)
        .values(resident_id=resident_id, nib=digits, issued_at=at)
        .on_conflict_do_nothing()
        .returning(nib.c.nib)
    )
    return taken.scalar() is not None


async def is_held(session: AsyncSession, holder_id: UUID, kbli: tuple[str, str], place: Place) -> bool:
    """Whether the holder has this activity (version, code) at this place already, applied for or in force."""
    same = select(key).where(
        table.c.holder_id == holder_id,
        table.c.kbli_version == kbli[0],
        table.c.kbli_code == kbli[1],
        table.c.place_key == place.key,
        table.c.status != LicenceStatus.DICABUT,
    )
    return await session.scalar(same.limit(1)) is not None


async def add(session: AsyncSession, licence: Licence) -> None:
    await session.execute(insert(table).values(_values(licence)))


async def save(session: AsyncSession, licence: Licence) -> None:
    """The licence one version later; the row is locked by the caller."""
    done = await session.execute(
        update(table).where(key == licence.licence_id, table.c.version == licence.version - 1).values(_values(licence))
        .returning(key)
    )  # fmt: skip
    done.scalar_one()


async def lock(session: AsyncSession, licence_id: UUID) -> Licence | None:
    return next(iter(await lock_many(session, [licence_id])), None)


async def lock_many(session: AsyncSession, licences: Collection[UUID]) -> list[Licence]:
    return await _read(session, select(*COLUMNS).where(among(key, licences)).order_by(key).with_for_update())


async def lock_of_holders(
    session: AsyncSession, holders: Collection[UUID], statuses: Collection[LicenceStatus]
) -> list[Licence]:
    wanted = among(table.c.holder_id, holders), table.c.status.in_(statuses)
    return await _read(session, select(*COLUMNS).where(*wanted).order_by(key).with_for_update())


async def of_holder(session: AsyncSession, holder_id: UUID) -> list[Licence]:
    wanted = select(*COLUMNS).where(table.c.holder_id == holder_id)
    return await _read(session, wanted.order_by(table.c.issued_on, key))


async def of_ids(session: AsyncSession, licences: Collection[UUID]) -> dict[UUID, Licence]:
    found = await _read(session, select(*COLUMNS).where(among(key, licences)))
    return {one.licence_id: one for one in found}


async def get(session: AsyncSession, licence_id: UUID) -> Licence | None:
    return next(iter(await _read(session, select(*COLUMNS).where(key == licence_id))), None)


async def _read(session: AsyncSession, query: Select[Any]) -> list[Licence]:
    rows: Sequence[RowMapping] = (await session.execute(query)).mappings().all()
    return [_licence(row) for row in rows]


def _licence(row: RowMapping) -> Licence:
    plain = {name: value for name, value in row.items() if name not in PLACE}
    return Licence(**plain | {
        "status": LicenceStatus(row["status"]),
        "resumes_as": LicenceStatus(row["resumes_as"]) if row["resumes_as"] else None,
        "scale": Scale(row["scale"]),
        "risk": Risk(row["risk"]),
        "documents": tuple(Document(code) for code in row["documents"]),
        "verified_by": Verifier(row["verified_by"]) if row["verified_by"] else None,
        "place": Place(**{name: row[name] for name in PLACE}),
    })  # fmt: skip


def _values(licence: Licence) -> dict[str, Any]:
    values = asdict(licence)
    place: dict[str, Any] = values.pop("place")
    return values | place | {"place_key": licence.place.key, "documents": list(licence.documents)}
