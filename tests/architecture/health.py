"""A made-up health agency, whole and small: what the laws are shown to hold on, and spoiled to fail. Path -> text."""

CARD = """\
topic: health.visit-planned.v1
owner: health
kind: fact
key: resident_id
time: planned_at
partitions: 4
partitioner: crc32
retention: 7 days
delete_retention: 7 days
compatibility: FULL_TRANSITIVE
personal_data: general
tells:
  id: Kunjungan petugas telah direncanakan.
  en: A nurse's visit was planned.
"""

SCHEMA = """\
{
  "type": "record",
  "name": "VisitPlanned",
  "namespace": "health.visit_planned.v1",
  "doc": "A nurse's visit was planned.",
  "fields": [
    {
      "name": "resident_id",
      "doc": "Who is visited.",
      "label": {"id": "ID penduduk", "en": "Resident id"},
      "type": {"type": "string", "logicalType": "uuid"}
    },
    {
      "name": "planned_at",
      "doc": "When it was planned, UTC.",
      "label": {"id": "Direncanakan pada", "en": "Planned at"},
      "type": {"type": "long", "logicalType": "timestamp-millis"}
    }
  ]
}
"""

CONTRACT = """\
{
  "type": "record",
  "name": "Resident",
  "namespace": "population.resident.v1",
  "doc": "What health hears of population.resident.v1.",
  "purpose": {"id": "Merencanakan kunjungan petugas", "en": "Plan the visits of nurses"},
  "legal_basis": "UU 27/2022 art. 20(2)(e); UU 17/2023",
  "agreement": "PKS/CONTOH/2026/90",
  "retention_days": 365,
  "valid_until": "2028-12-31",
  "fields": [
    {"name": "resident_id", "doc": "Joins the copy.", "type": {"type": "string", "logicalType": "uuid"}},
    {"name": "version", "doc": "Order and duplicates are judged by it.", "type": "long"},
    {
      "name": "standing",
      "doc": "Nobody visits the annulled.",
      "type": {"type": "enum", "name": "Standing", "symbols": ["UNKNOWN", "VALID", "ANNULLED"], "default": "UNKNOWN"}
    },
    {
      "name": "registered_at",
      "doc": "Shows as of when the copy is right.",
      "type": {"type": "long", "logicalType": "timestamp-millis"}
    },
    {
      "name": "identity",
      "doc": "Whom the nurse asks for.",
      "type": ["null", {
        "type": "bytes",
        "logicalType": "sealed",
        "seals": {
          "type": "record",
          "name": "Identity",
          "namespace": "population.resident.v1",
          "fields": [{"name": "full_name", "doc": "The nurse asks for this name.", "type": "string"}]
        }
      }],
      "default": null
    }
  ]
}
"""

README = """\
# health

| | topic | why |
|---|---|---|
| says | `health.visit-planned.v1` | a nurse's visit was planned |
| hears | `population.resident.v1` | whom nurses ask for |
"""

SETTINGS = '''\
"""What health can be told from outside."""

from sekali.settings import AgencySettings


class Settings(AgencySettings):
    """Nothing beside what every agency has."""
'''

STORE = '''\
"""What health keeps: its copy of residents."""

from sqlalchemy import BigInteger, Boolean, Column, DateTime, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import UUID

metadata = MetaData()
resident = Table(
    "resident",
    metadata,
    Column("resident_id", UUID, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("gone", Boolean, nullable=False, server_default="false"),
    Column("as_of", DateTime(timezone=True)),
    Column("heard_at", DateTime(timezone=True)),
    Column("standing", Text),
    Column("full_name", Text),
)
'''

MIGRATION = '''\
"""Health's copy of residents."""

from alembic import op

revision = "health_0001"
down_revision = None
branch_labels = ("health",)
depends_on = "sekali_0001"


def upgrade() -> None:
    op.execute(
        "create table resident (resident_id uuid primary key, version bigint not null, "
        "gone boolean not null default false, as_of timestamptz, heard_at timestamptz, standing text, full_name text)"
    )
'''

INBOX = '''\
"""What health hears."""

from sekali.inbox import Inbox
from services.health import store

inbox = Inbox()
inbox.projection(
    "population.resident.v1",
    into=store.resident,
    columns={"standing": "standing", "full_name": "identity.full_name"},
)
'''

PREFILL = '''\
"""Reads."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.health.store import resident


async def copy(session: AsyncSession, resident_id: UUID) -> dict[str, Any] | None:
    found = await session.execute(select(resident).where(resident.c.resident_id == resident_id))
    row = found.mappings().one_or_none()
    return dict(row) if row is not None else None
'''

OUTBOX = '''\
"""What health says."""

from datetime import datetime
from uuid import UUID

from services.health import events


def planned(resident_id: UUID, at: datetime) -> events.VisitPlanned:
    return events.VisitPlanned(resident_id=resident_id, planned_at=at)
'''

SERVICE = '''\
"""Use cases."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sekali.database import now
from sekali.errors import conflict, not_heard_yet
from sekali.outbox import put
from services.health import model, outbox, prefill


async def plan_visit(session: AsyncSession, resident_id: UUID) -> None:
    copy = await prefill.copy(session, resident_id)
    if copy is None:
        raise not_heard_yet("population.resident.v1")
    if not model.may_be_visited(copy["standing"]):
        raise conflict("annulled", "resident_id", "This record was annulled.")
    await put(session, outbox.planned(resident_id, now(session)))
'''

MODEL = '''\
"""Rules."""


def may_be_visited(standing: str) -> bool:
    return standing == "VALID"
'''

FORMS = '''\
"""Health's doors."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter

from sekali.doors import Officer, TheBus
from sekali.errors import not_heard_yet
from services.health import prefill, service

doors = APIRouter()


@doors.get("/residents/{resident_id}")
async def resident(resident_id: UUID, _officer: Officer, bus: TheBus) -> dict[str, Any]:
    async with bus.transaction() as session:
        copy = await prefill.copy(session, resident_id)
    if copy is None:
        raise not_heard_yet("population.resident.v1")
    return copy


@doors.post("/visits/{resident_id}", status_code=201)
async def plan(resident_id: UUID, _officer: Officer, bus: TheBus) -> dict[str, str]:
    async with bus.transaction() as session:
        await service.plan_visit(session, resident_id)
    return {"status": "PLANNED"}
'''

PAGES = '''\
"""Health's desk."""

from starlette.responses import Response

from sekali.pages import ThePage, page_router
from sekali.signin import SignedInOfficer

desk = page_router()


@desk.get("/office")
async def office(_officer: SignedInOfficer, page: ThePage) -> Response:
    return page("sekali/layout.html")
'''

APP = '''\
"""Health, joined."""

from fastapi import FastAPI

from sekali.bus import Bus
from sekali.doors import application, serve
from sekali.pages import Pages
from services.health.forms import doors
from services.health.inbox import inbox
from services.health.pages import desk
from services.health.settings import Settings

TITLE = {"id": "Kesehatan", "en": "Health"}


def build() -> FastAPI:
    return application(Bus(Settings(), inbox=inbox), doors, desk, title=TITLE, pages=Pages(TITLE))


if __name__ == "__main__":
    serve(build, Settings())
'''

FILES = {
    "schemas/health/health.visit-planned.v1/topic.yaml": CARD,
    "schemas/health/health.visit-planned.v1/1.avsc": SCHEMA,
    "contracts/health/population.resident.v1.avsc": CONTRACT,
    "services/health/README.md": README,
    "services/health/__init__.py": "",
    "services/health/settings.py": SETTINGS,
    "services/health/store.py": STORE,
    "services/health/migrations/0001_health.py": MIGRATION,
    "services/health/model.py": MODEL,
    "services/health/outbox.py": OUTBOX,
    "services/health/prefill.py": PREFILL,
    "services/health/service.py": SERVICE,
    "services/health/inbox.py": INBOX,
    "services/health/forms.py": FORMS,
    "services/health/pages.py": PAGES,
    "services/health/app.py": APP,
    "services/health/tests/__init__.py": "",
}
