"""A town for the library's own tests: the agency `land` says parcels and surveys, the agency `bank` hears them."""

import json
import textwrap
import types
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from pydantic import SecretStr
from sqlalchemy import BigInteger as Long
from sqlalchemy import Boolean, Column, DateTime, MetaData, Table, Text, Uuid, text
from sqlalchemy.ext.asyncio import AsyncSession

from sekali import generate, inbox, outbox, publish, topics
from sekali.bus import Bus, Worker
from sekali.contracts import Catalogue
from sekali.inbox import Awaiting, Inbox
from sekali.local.platform import Platform
from sekali.registry import Registry
from sekali.rights import in_force, keyrings
from sekali.settings import AgencySettings

STRING = {"type": "string", "logicalType": "uuid"}


def sealed_owner(namespace: str) -> list[Any]:
    inner = {
        "type": "record",
        "name": "ParcelOwner",
        "namespace": namespace,
        "fields": [{"name": "name", "type": "string", "doc": "who owns it"}],
    }
    return ["null", {"type": "bytes", "logicalType": "sealed", "seals": inner}]


def parcel(namespace: str, more: Sequence[dict[str, Any]] = ()) -> dict[str, Any]:
    return {
        "type": "record",
        "name": "Parcel",
        "namespace": namespace,
        "fields": [
            {"name": "parcel_id", "type": STRING, "doc": "key"},
            {"name": "version", "type": "long", "doc": "order"},
            {"name": "use", "type": "string", "doc": "what it is used for"},
            {"name": "owner", "type": sealed_owner(namespace), "default": None, "doc": "who"},
            *more,
        ],
    }


def surveyed(namespace: str) -> dict[str, Any]:
    return {
        "type": "record",
        "name": "Surveyed",
        "namespace": namespace,
        "fields": [
            {"name": "parcel_id", "type": STRING, "doc": "key"},
            {"name": "square_metres", "type": "long", "doc": "area"},
        ],
    }


CARD = """
topic: {topic}
owner: {owner}
kind: {kind}
key: parcel_id
time: said_at
partitions: 2
partitioner: crc32
retention: {retention}
delete_retention: 7 days
compatibility: FULL_TRANSITIVE
personal_data: none
tells: {{id: Bidang tanah., en: A parcel.}}
"""

MIGRATION = '''
from sekali.migrations import run

revision = "{agency}_0001"
down_revision = None
branch_labels = ("{agency}",)
depends_on = "sekali_0001"


def upgrade() -> None:
    run("""{sql}""")
'''

LAND_TABLES = "create table parcel (parcel_id uuid primary key, version bigint not null, use text, owner text)"
BANK_TABLES = """
create table parcel (parcel_id uuid primary key, version bigint not null, gone boolean not null default false,
                     as_of timestamptz, heard_at timestamptz, use text, owner text);
create table survey (place bigint generated always as identity, parcel_id uuid, square_metres bigint, owner text);
create table followed (parcel_id uuid, version bigint)
"""

land_parcel = Table(
    "parcel", MetaData(), Column("parcel_id", Uuid, primary_key=True), Column("version", Long), Column("use", Text),
    Column("owner", Text),
)  # fmt: skip
bank_parcel = Table(
    "parcel", MetaData(), Column("parcel_id", Uuid, primary_key=True), Column("version", Long, nullable=False),
    Column("gone", Boolean, nullable=False), Column("as_of", DateTime(timezone=True)),
    Column("heard_at", DateTime(timezone=True)), Column("use", Text), Column("owner", Text),
)  # fmt: skip


@dataclass
class Town:
    """One town on a real platform; its names are its own, so that towns do not meet."""

    platform: Platform
    root: Path
    databases: Mapping[str, str]
    name: str
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    events: dict[str, Any] = field(default_factory=dict)
    mended: bool = False
    """Until then the bank cannot enter a survey below zero."""

    @property
    def land(self) -> str:
        return f"land{self.name}"

    @property
    def bank(self) -> str:
        return f"bank{self.name}"

    @property
    def parcels(self) -> str:
        return f"{self.land}.parcel.v1"

    @property
    def surveys(self) -> str:
        return f"{self.land}.surveyed.v1"

    @property
    def keys(self) -> Path:
        return self.root / "keys"

    def write(self) -> None:
        """Schemas, cards, contracts, migrations."""
        self.say(self.parcels, "state", "for ever", parcel(self.parcels))
        self.say(self.surveys, "fact", "7 days", surveyed(self.surveys))
        self.hear(self.parcels, parcel(self.parcels))
        self.hear(self.surveys, surveyed(self.surveys))
        for agency, sql in ((self.land, LAND_TABLES), (self.bank, BANK_TABLES)):
            folder = self.root / "services" / agency / "migrations"
            folder.mkdir(parents=True)
            (folder / "0001_tables.py").write_text(MIGRATION.format(agency=agency, sql=sql))

    def say(self, topic: str, kind: str, retention: str, schema: dict[str, Any]) -> None:
        folder = self.root / "schemas" / self.land / topic
        folder.mkdir(parents=True, exist_ok=True)
        card = CARD.format(topic=topic, owner=self.land, kind=kind, retention=retention)
        (folder / "topic.yaml").write_text(textwrap.dedent(card))
        number = len(list(folder.glob("*.avsc"))) + 1
        (folder / f"{number}.avsc").write_text(json.dumps(schema))

    def hear(self, topic: str, schema: dict[str, Any], valid_until: date = date(2098, 12, 31)) -> None:
        attributes = {
            "purpose": {"id": "uji", "en": "test"},
            "legal_basis": "UU 27/2022 art. 20(2)(e)",
            "agreement": "PKS/CONTOH/2026/99",
            "retention_days": 365,
            "valid_until": valid_until.isoformat(),
        }
        folder = self.root / "contracts" / self.bank
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{topic}.avsc").write_text(json.dumps(schema | attributes))

    async def publish(self) -> None:
        """Topics, schemas, keyrings; then the generated classes."""
        catalogue = Catalogue.load(self.root)
        topics.apply(self.platform.admin.confluent(), catalogue)
        registry = Registry(self.platform.endpoints.registry.url)
        await publish.publish(registry, catalogue)
        await registry.close()
        self.grant()
        for agency in (self.land, self.bank):
            module = types.ModuleType(f"events_of_{agency}")
            exec(generate.module(catalogue, agency), module.__dict__)
            self.events[agency] = module

    def grant(self) -> None:
        catalogue = Catalogue.load(self.root)
        rings, _ = keyrings.plan(catalogue, in_force(catalogue, date(2026, 1, 1)), self.keys)
        keyrings.write(self.keys, rings)

    def settings(self, agency: str) -> AgencySettings:
        kafka = self.platform.endpoints.kafka
        user = self.platform.admin.kafka
        return AgencySettings(
            agency=agency,
            root=self.root,
            database_url=self.databases[agency],
            kafka_bootstrap=kafka.bootstrap,
            kafka_username=user.username,
            kafka_password=SecretStr(user.password),
            registry_url=self.platform.endpoints.registry.url,
            keyring=self.keys / f"{agency}.json",
            development_sign_in=True,
        )

    @asynccontextmanager
    async def open_land(self, workers: Sequence[Worker] = ()) -> AsyncIterator[Bus]:
        bus = Bus(self.settings(self.land), inbox=Inbox(), current={self.parcels: self._current}, workers=workers)
        async with _alive(bus):
            yield bus

    @asynccontextmanager
    async def open_bank(
        self, inbox_of: Callable[["Town"], Inbox] | None = None, then: inbox.Then | None = None
    ) -> AsyncIterator[Bus]:
        declared = inbox_of(self) if inbox_of else self.inbox(then)
        bus = Bus(self.settings(self.bank), inbox=declared, clock=lambda: self.now)
        async with _alive(bus):
            yield bus

    def inbox(self, then: inbox.Then | None = None) -> Inbox:
        """Parcels as a copy; a survey is entered with the owner, so it waits for its parcel."""
        declared = Inbox()
        declared.projection(self.parcels, into=bank_parcel, columns={"use": "use", "owner": "owner.name"}, then=then)

        async def enter_survey(session: AsyncSession, event: Any) -> None:
            await self.enter(session, event)

        heard = getattr(self.events[self.bank], generate.class_name(self.surveys, heard=True))
        enter_survey.__annotations__["event"] = heard
        declared.effect(self.surveys)(enter_survey)
        return declared

    async def enter(self, session: AsyncSession, event: Any) -> None:
        if event.square_metres < 0 and not self.mended:
            raise ValueError("a survey below zero")
        found = await session.execute(
            text("select owner from parcel where parcel_id = :id and version > 0"), {"id": event.parcel_id}
        )
        row = found.one_or_none()
        if row is None:
            raise Awaiting(self.parcels, event.parcel_id)
        await session.execute(
            text("insert into survey (parcel_id, square_metres, owner) values (:id, :area, :owner)"),
            {"id": event.parcel_id, "area": event.square_metres, "owner": row.owner},
        )

    # What land does.

    def parcel(self, parcel_id: UUID, version: int, use: str, owner: str | None) -> Any:
        events = self.events[self.land]
        group = None if owner is None else events.ParcelOwner(name=owner)
        return events.Parcel(parcel_id=parcel_id, version=version, use=use, owner=group)

    def survey(self, parcel_id: UUID, square_metres: int) -> Any:
        return self.events[self.land].Surveyed(parcel_id=parcel_id, square_metres=square_metres)

    async def register(self, session: AsyncSession, use: str, owner: str, parcel_id: UUID | None = None) -> UUID:
        """Write a parcel's next version and say it."""
        parcel_id = parcel_id or uuid4()
        row = await session.execute(
            text("""insert into parcel values (:id, 1, :use, :owner)
                    on conflict (parcel_id) do update set version = parcel.version + 1, use = :use, owner = :owner
                    returning version"""),
            {"id": parcel_id, "use": use, "owner": owner},
        )
        await outbox.put(session, self.parcel(parcel_id, row.scalar_one(), use, owner))
        return parcel_id

    async def _current(self, session: AsyncSession, keys: Sequence[UUID]) -> Sequence[outbox.Event]:
        rows = await session.execute(
            text("select * from parcel where parcel_id = any(:keys) order by parcel_id for update"),
            {"keys": list(keys)},
        )
        return [self.parcel(row.parcel_id, row.version, row.use, row.owner) for row in rows]


@asynccontextmanager
async def _alive(bus: Bus) -> AsyncIterator[None]:
    await bus.start()
    try:
        yield
    finally:
        await bus.stop()


async def rows(bus: Bus, table: str, order: str = "1") -> list[Any]:
    async with bus.transaction() as session:
        found = await session.execute(text(f"select * from {table} order by {order}"))
        return list(found.all())


def counting(bus: Bus, table: str, wanted: int) -> Callable[[], Awaitable[list[Any]]]:
    """Looks until a table has that many rows; the answer is the rows."""

    async def look() -> list[Any]:
        found = await rows(bus, table)
        return found if len(found) == wanted else []

    return look
