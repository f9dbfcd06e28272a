"""The register of taxpayers: who is one, which places have a number, what is reminded and filed."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal, cast
from uuid import UUID

from sqlalchemy import ColumnElement, CursorResult, RowMapping, Select, and_, delete, literal, select, update
from sqlalchemy import Date as SqlDate
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.tax.model import Category, Person, ReturnState, Status, Taxpayer, return_due_on
from services.tax.store.copies import person
from services.tax.store.tables import among, application, nitku, reminder, resident, tax_return, taxpayer

_FIELDS = tuple(Taxpayer.__dataclass_fields__)
_COLUMNS = tuple(taxpayer.c[name] for name in _FIELDS)


def _taxpayer(row: RowMapping | Mapping[str, Any]) -> Taxpayer:
    return Taxpayer(
        **{name: row[name] for name in _FIELDS if name not in ("status", "category")},
        status=Status(row["status"]),
        category=Category(row["category"]),
    )


async def taxpayers(session: AsyncSession, resident_ids: Iterable[UUID]) -> dict[UUID, Taxpayer]:
    """Locked, in key order."""
    wanted: Select[Any] = select(*_COLUMNS).where(among(taxpayer.c.resident_id, resident_ids))
    found = await session.execute(wanted.order_by(taxpayer.c.resident_id).with_for_update())
    return {row["resident_id"]: _taxpayer(row) for row in found.mappings()}


async def taxpayer_row(session: AsyncSession, resident_id: UUID) -> RowMapping | None:
    wanted = select(taxpayer).where(taxpayer.c.resident_id == resident_id)
    return (await session.execute(wanted)).mappings().one_or_none()


async def by_npwp(session: AsyncSession, digits: str) -> UUID | None:
    """Whose number it is; nobody's once the registration has ended."""
    return await session.scalar(select(taxpayer.c.resident_id).where(taxpayer.c.npwp == digits))


async def person_and_taxpayer(
    session: AsyncSession, resident_id: UUID
) -> tuple[Person, Taxpayer | None] | Literal["not heard"]:
    """Both in one statement: from two, a change between them would look like a difference."""
    of_taxpayer = [taxpayer.c[name].label(f"taxpayer_{name}") for name in _FIELDS]
    joined = resident.outerjoin(taxpayer, taxpayer.c.resident_id == resident.c.resident_id)
    wanted = select(resident, *of_taxpayer).select_from(joined)
    row = (await session.execute(wanted.where(resident.c.resident_id == resident_id))).mappings().one_or_none()
    if row is None or row["version"] == 0:
        return "not heard"
    registered = row["taxpayer_resident_id"] is not None
    return person(row), _taxpayer({name: row[f"taxpayer_{name}"] for name in _FIELDS}) if registered else None


async def register(session: AsyncSession, one: Taxpayer, declared: Mapping[str, Any], moment: datetime) -> None:
    await session.execute(insert(taxpayer).values(**asdict(one), declared=dict(declared), said_at=moment))


async def save(session: AsyncSession, one: Taxpayer, *, said_at: datetime | None = None) -> None:
    values = asdict(one) | ({"said_at": said_at} if said_at else {}) | ({"declared": {}} if _ended(one) else {})
    await session.execute(update(taxpayer).where(taxpayer.c.resident_id == one.resident_id).values(values))
    if _ended(one):
        await session.execute(
            update(application)
            .where(application.c.resident_id == one.resident_id)
            .values(receipt=application.c.receipt.op("-")("npwp").op("-")("nitkus"))
        )


def _ended(one: Taxpayer) -> bool:
    return one.status is Status.ENDED


# --- places -------------------------------------------------------------------------------------------------------


async def numbered(session: AsyncSession, licence_ids: Collection[UUID]) -> set[UUID]:
    """Licences whose place already has a NITKU, whoever holds them."""
    found = await session.execute(select(nitku.c.licence_id).where(among(nitku.c.licence_id, licence_ids)))
    return set(found.scalars())


async def number(
    session: AsyncSession, resident_id: UUID, serial: int, licence_id: UUID | None, moment: datetime
) -> None:
    await session.execute(
        insert(nitku).values(resident_id=resident_id, serial=serial, licence_id=licence_id, given_at=moment)
    )


async def places(session: AsyncSession, resident_id: UUID) -> Sequence[RowMapping]:
    wanted = select(nitku).where(nitku.c.resident_id == resident_id).order_by(nitku.c.serial)
    return (await session.execute(wanted)).mappings().all()


# --- reminders and returns ----------------------------------------------------------------------------------------


async def remind(session: AsyncSession, tax_year: int, resident_id: UUID | None = None) -> int:
    """A reminder of the year's return for every active taxpayer (or one) who has not filed; rows made."""
    who: list[ColumnElement[bool]] = [taxpayer.c.status == Status.AKTIF]
    if resident_id is not None:
        who.append(taxpayer.c.resident_id == resident_id)
    filed = select(tax_return.c.resident_id).where(
        tax_return.c.resident_id == taxpayer.c.resident_id,
        tax_return.c.tax_year == tax_year,
        tax_return.c.state == ReturnState.FILED,
    )
    wanted = select(
        taxpayer.c.resident_id, literal(tax_year), sql_cast(literal(return_due_on(tax_year)), SqlDate)
    ).where(and_(*who), ~filed.exists())
    made = insert(reminder).from_select(["resident_id", "tax_year", "due_on"], wanted).on_conflict_do_nothing()
    return cast("CursorResult[Any]", await session.execute(made)).rowcount


async def drop_reminders(session: AsyncSession, resident_id: UUID, tax_year: int | None = None) -> None:
    of_year = [] if tax_year is None else [reminder.c.tax_year == tax_year]
    await session.execute(delete(reminder).where(reminder.c.resident_id == resident_id, *of_year))


async def reminders(session: AsyncSession, resident_id: UUID) -> Sequence[RowMapping]:
    wanted = select(reminder).where(reminder.c.resident_id == resident_id).order_by(reminder.c.tax_year)
    return (await session.execute(wanted)).mappings().all()


async def returns(session: AsyncSession, resident_id: UUID) -> dict[int, ReturnState]:
    wanted = select(tax_return.c.tax_year, tax_return.c.state).where(tax_return.c.resident_id == resident_id)
    return {year: ReturnState(state) for year, state in await session.execute(wanted)}


async def return_rows(session: AsyncSession, resident_id: UUID) -> Sequence[RowMapping]:
    wanted = select(tax_return).where(tax_return.c.resident_id == resident_id).order_by(tax_return.c.tax_year)
    return (await session.execute(wanted)).mappings().all()


@dataclass(frozen=True, slots=True)
class Recorded:
    """An officer's word on a year's return."""

    tax_year: int
    state: ReturnState
    officer: str = field(repr=False)


async def record_return(session: AsyncSession, resident_id: UUID, one: Recorded, moment: datetime) -> None:
    values = {"state": one.state.value, "recorded_by": one.officer, "recorded_at": moment}
    row = insert(tax_return).values(resident_id=resident_id, tax_year=one.tax_year, **values)
    await session.execute(row.on_conflict_do_update(index_elements=["resident_id", "tax_year"], set_=values))
