"""Applications: the aggregate, and the queries of its desks and workers."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, Select, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from services.licensing.model.application import OPEN, Application, ApplicationStatus, Kswp, NextActor, Reason, Step
from services.licensing.model.clock import ClockState, SlaClock
from services.licensing.store.tables import among
from services.licensing.store.tables import application as table

CASE_FILE = ("submission_id", "answers", "facts", "receipt")
COLUMNS = [column for column in table.c if column.name not in CASE_FILE]
key = table.c.application_id
BATCH = 500  # ids that a worker takes in one go


@dataclass(frozen=True, slots=True, repr=False)
class Submitted:
    """What the citizen handed in and got back. `facts`: topic -> version of the copy that filled the form."""

    submission_id: UUID
    answers: Mapping[str, Any]
    facts: Mapping[str, int]
    receipt: Mapping[str, Any]


async def add(session: AsyncSession, application: Application, submitted: Submitted) -> bool:
    """False if the submission's id is taken."""
    row = _values(application) | asdict(submitted)
    added = await session.execute(
        upsert(table).values(row).on_conflict_do_nothing(constraint="application_submitted_once").returning(key)
    )
    return added.scalar() is not None


async def save(session: AsyncSession, application: Application) -> None:
    """The application one version later; the row is locked by the caller."""
    same = key == application.application_id, table.c.version == application.version - 1
    done = await session.execute(update(table).where(*same).values(_values(application)).returning(key))
    done.scalar_one()


async def note(session: AsyncSession, application: Application) -> None:
    """Store what others are not told of (which question to tax is the latest): no new version."""
    same = key == application.application_id, table.c.version == application.version
    done = await session.execute(update(table).where(*same).values(_values(application)).returning(key))
    done.scalar_one()


async def get(session: AsyncSession, application_id: UUID) -> Application | None:
    return next(iter(await _read(session, select(*COLUMNS).where(key == application_id))), None)


async def lock(session: AsyncSession, application_id: UUID) -> Application | None:
    return next(iter(await lock_many(session, [application_id])), None)


async def lock_many(session: AsyncSession, applications: Collection[UUID]) -> list[Application]:
    return await _read(session, select(*COLUMNS).where(among(key, applications)).order_by(key).with_for_update())


async def lock_open_of(session: AsyncSession, residents: Collection[UUID]) -> list[Application]:
    wanted = among(table.c.resident_id, residents), table.c.status.in_(OPEN)
    return await _read(session, select(*COLUMNS).where(*wanted).order_by(key).with_for_update())


async def of_resident(session: AsyncSession, resident_id: UUID) -> list[Application]:
    """A citizen's applications, the newest first (ids are UUIDv7)."""
    return await _read(session, select(*COLUMNS).where(table.c.resident_id == resident_id).order_by(key.desc()))


async def of_licence(session: AsyncSession, licence_id: UUID) -> UUID:
    found: UUID = (await session.execute(select(key).where(table.c.licence_id == licence_id))).scalar_one()
    return found


async def at_desk(session: AsyncSession, status: ApplicationStatus | None, limit: int) -> list[Application]:
    """Open applications for the officers, the most urgent first, those with a stopped clock last."""
    wanted = table.c.status == status if status else table.c.status.in_(OPEN)
    order = table.c.due_on.asc().nulls_last(), key
    return await _read(session, select(*COLUMNS).where(wanted).order_by(*order).limit(limit))


async def to_check(session: AsyncSession, limit: int) -> list[Application]:
    """Issued by the clock while tax was silent, oldest first."""
    wanted = select(*COLUMNS).where(table.c.kswp_check_due)
    return await _read(session, wanted.order_by(key).limit(limit))


async def case_file(session: AsyncSession, application_id: UUID) -> RowMapping:
    return (await session.execute(select(table).where(key == application_id))).mappings().one()


async def by_submission(session: AsyncSession, submission_id: UUID) -> RowMapping | None:
    """The first answer to this submission: {application_id, resident_id, receipt}."""
    columns = key, table.c.resident_id, table.c.receipt
    found = await session.execute(select(*columns).where(table.c.submission_id == submission_id))
    return found.mappings().one_or_none()


async def overdue(session: AsyncSession, today: date) -> list[UUID]:
    return await _ids(session, table.c.due_on < today, table.c.ended_at.is_(None))


async def unanswered_since(session: AsyncSession, limit: datetime) -> list[UUID]:
    return await _ids(
        session, table.c.status == ApplicationStatus.MENUNGGU_KSWP, table.c.kswp_asked_at <= limit,
        table.c.ended_at.is_(None),
    )  # fmt: skip


async def ended_before(session: AsyncSession, limit: datetime) -> list[UUID]:
    return await _ids(session, table.c.ended_at <= limit, table.c.buried_at.is_(None))


async def _ids(session: AsyncSession, *conditions: ColumnElement[bool]) -> list[UUID]:
    return list(await session.scalars(select(key).where(*conditions).order_by(key).limit(BATCH)))


async def _read(session: AsyncSession, query: Select[Any]) -> list[Application]:
    return [_application(row) for row in (await session.execute(query)).mappings()]


def _application(row: RowMapping) -> Application:
    clock = SlaClock(ClockState(row["clock"]), row["due_on"], row["days_left"])
    steps = tuple(Step(ApplicationStatus(s["status"]), datetime.fromisoformat(s["at"])) for s in row["steps"])
    plain = {name: value for name, value in row.items() if name not in {"due_on", "days_left"}}
    return Application(**plain | {
        "clock": clock,
        "steps": steps,
        "status": ApplicationStatus(row["status"]),
        "next_actor": NextActor(row["next_actor"]),
        "reason_code": Reason(row["reason_code"]) if row["reason_code"] else None,
        "kswp": Kswp(row["kswp"]),
    })  # fmt: skip


def _values(application: Application) -> dict[str, Any]:
    values = asdict(application)
    return values | {
        "clock": application.clock.state,
        "due_on": application.clock.due_on,
        "days_left": application.clock.days_left,
        "steps": [{"status": step.status, "at": step.at.isoformat()} for step in application.steps],
    }
