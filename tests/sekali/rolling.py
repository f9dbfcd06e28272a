"""A land office and its two subscribers through a rolling upgrade, with code and contracts of three ages.

first: revision 1 of the plots, both subscribers on its contract.
second: revision 2, with a new sealed group and new symbols; no contract has changed.
third: the court's contract takes the new group up. The bank stays on the old contract throughout.
"""

import asyncio
import json
import random
import shutil
import textwrap
import types
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from pydantic import SecretStr
from sqlalchemy import BigInteger, Boolean, Column, DateTime, Integer, MetaData, Table, Text, Uuid, text
from sqlalchemy.ext.asyncio import AsyncSession

from sekali import generate, outbox, publish, topics
from sekali.bus import Bus
from sekali.contracts import Catalogue
from sekali.inbox import Inbox
from sekali.local.platform import Platform
from sekali.registry import Registry
from sekali.rights import in_force, keyrings
from sekali.settings import AgencySettings
from sekali.testing import eventually
from tests.sekali.town import CARD, MIGRATION, STRING, rows, surveyed

PLOTS = 12
PACE_SECONDS = 0.004
KINDS = {1: ["FIELD", "HOUSE"], 2: ["FIELD", "HOUSE", "FOREST"]}
TENURES = {1: ["OWNED", "LEASED"], 2: ["OWNED", "LEASED", "SHARED"]}
OLD = {"kind": "kind", "owner": "owner.name", "tenure": "owner.tenure"}
NEW = OLD | {"corners": "boundary.corners"}
LAND = "create table plot (parcel_id uuid primary key, version bigint not null, kind text, owner text, tenure text)"
COPY = """create table plot (parcel_id uuid primary key, version bigint not null, gone boolean not null default false,
    as_of timestamptz, heard_at timestamptz, kind text, owner text, tenure text);
create table survey (parcel_id uuid, square_metres bigint)"""
CORNERS = "alter table plot add column corners int"
SECOND = 'down_revision = "{agency}_0001"\nbranch_labels = None\ndepends_on = None'

copied = Table(
    "plot", MetaData(), Column("parcel_id", Uuid, primary_key=True), Column("version", BigInteger, nullable=False),
    Column("gone", Boolean, nullable=False), Column("as_of", DateTime(timezone=True)),
    Column("heard_at", DateTime(timezone=True)), Column("kind", Text), Column("owner", Text), Column("tenure", Text),
    Column("corners", Integer),
)  # fmt: skip


def plot(namespace: str, number: int) -> dict[str, Any]:
    """Revision `number` of the topic's schema."""

    def one_of(name: str, symbols: Sequence[str]) -> dict[str, Any]:
        return {"type": "enum", "name": name, "symbols": ["UNKNOWN", *symbols], "default": "UNKNOWN"}

    def sealed(name: str, *fields: dict[str, Any]) -> dict[str, Any]:
        inner = {"type": "record", "name": name.title(), "namespace": namespace, "fields": list(fields)}
        kind = ["null", {"type": "bytes", "logicalType": "sealed", "seals": inner}]
        return {"name": name, "type": kind, "default": None, "doc": name}

    tenure = {"name": "tenure", "type": one_of("Tenure", TENURES[number]), "doc": "how it is held"}
    said = [
        {"name": "parcel_id", "type": STRING, "doc": "key"},
        {"name": "version", "type": "long", "doc": "order"},
        {"name": "kind", "type": one_of("Kind", KINDS[number]), "doc": "what it is"},
        sealed("owner", {"name": "name", "type": "string", "doc": "who owns it"}, tenure),
    ]
    if number == 2:
        said.append(sealed("boundary", {"name": "corners", "type": "int", "doc": "how many"}))
    return {"type": "record", "name": "Plot", "namespace": namespace, "fields": said}


@dataclass
class Age:
    """What is on disk where code of that age runs. `says`: the revision that the land office's code says."""

    root: Path
    says: int
    court_reads: Mapping[str, str]
    events: dict[str, Any] = field(default_factory=dict)


@dataclass
class Rolling:
    """`said`: plot -> what was said of it last, as (version, kind, owner, tenure, corners)."""

    platform: Platform
    home: Path
    databases: Mapping[str, str]
    name: str
    said: dict[UUID, tuple[Any, ...]] = field(default_factory=dict)
    surveys: list[int] = field(default_factory=list)
    offices: list[tuple[Bus, Age]] = field(default_factory=list)
    _gate: asyncio.Lock = field(default_factory=asyncio.Lock)
    _running: list[Bus] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.land, self.bank, self.court = f"land{self.name}", f"bank{self.name}", f"court{self.name}"
        self.plots, self.surveyed = f"{self.land}.plot.v1", f"{self.land}.surveyed.v1"
        self.chance = random.Random(20261122)

    # The three ages on disk.

    def first(self) -> Age:
        root = self.home / "first"
        self._say(root, self.plots, "state", "for ever", plot(self.plots, 1))
        self._say(root, self.surveyed, "fact", "7 days", surveyed(self.surveyed))
        self._hear(root, self.bank, self.plots, plot(self.plots, 1))
        self._hear(root, self.bank, self.surveyed, surveyed(self.surveyed))
        self._hear(root, self.court, self.plots, plot(self.plots, 1))
        for agency, script in ((self.land, LAND), (self.bank, COPY), (self.court, COPY)):
            self._migration(root, agency, "0001", MIGRATION.format(agency=agency, sql=script))
        return self._made(Age(root, 1, OLD))

    def second(self) -> Age:
        root = Path(shutil.copytree(self.home / "first", self.home / "second"))
        self._say(root, self.plots, "state", "for ever", plot(self.plots, 2))
        self._migration(root, self.land, "0002", _adding_corners(self.land))
        return self._made(Age(root, 2, OLD))

    def third(self) -> Age:
        root = Path(shutil.copytree(self.home / "second", self.home / "third"))
        self._hear(root, self.court, self.plots, plot(self.plots, 2))
        self._migration(root, self.court, "0002", _adding_corners(self.court))
        return self._made(Age(root, 2, NEW))

    async def publish(self, age: Age) -> None:
        """Topics, schemas and rights as the files of that age say."""
        catalogue = Catalogue.load(age.root)
        topics.apply(self.platform.admin.confluent(), catalogue)
        registry = Registry(self.platform.endpoints.registry.url)
        await publish.publish(registry, catalogue)
        await registry.close()
        self.grant(age)

    def grant(self, age: Age) -> None:
        catalogue = Catalogue.load(age.root)
        rings, _ = keyrings.plan(catalogue, in_force(catalogue, date(2026, 1, 1)), self.home / "keys")
        keyrings.write(self.home / "keys", rings)

    # What runs.

    async def start_land(self, age: Age) -> Bus:
        """One more instance of the land office; it takes its part of the traffic."""
        bus = await self._started(self.made_land(age))
        self.offices.append((bus, age))
        return bus

    def made_land(self, age: Age) -> Bus:
        async def current(session: AsyncSession, keys: Sequence[UUID]) -> Sequence[outbox.Event]:
            query = text("select * from plot where parcel_id = any(:keys) order by parcel_id for update")
            return [self._event(age, row._asdict()) for row in await session.execute(query, {"keys": list(keys)})]

        return Bus(self._settings(self.land, age), inbox=Inbox(), current={self.plots: current})

    async def stop_land(self, bus: Bus) -> None:
        async with self._gate:
            self.offices = [office for office in self.offices if office[0] is not bus]
        await self.stop(bus)

    async def start_bank(self, age: Age) -> Bus:
        inbox = Inbox()
        inbox.projection(self.plots, into=copied, columns=OLD)

        async def enter(session: AsyncSession, event: Any) -> None:
            row = {"id": event.parcel_id, "area": event.square_metres}
            await session.execute(text("insert into survey values (:id, :area)"), row)

        enter.__annotations__["event"] = getattr(age.events[self.bank], generate.class_name(self.surveyed, heard=True))
        inbox.effect(self.surveyed)(enter)
        return await self._started(Bus(self._settings(self.bank, age), inbox=inbox))

    async def start_court(self, age: Age, database: str | None = None) -> Bus:
        """`database`: another than its own, to begin anew from the log's start."""
        inbox = Inbox()
        inbox.projection(self.plots, into=copied, columns=age.court_reads)
        return await self._started(Bus(self._settings(self.court, age, database), inbox=inbox))

    async def stop(self, bus: Bus) -> None:
        self._running.remove(bus)
        await bus.stop()

    async def close(self) -> None:
        for bus in list(self._running):
            await self.stop(bus)

    @asynccontextmanager
    async def traffic(self) -> AsyncIterator[None]:
        """Plots change all the time, by whichever instances of the land office run."""
        ids = list(self.said) or [uuid4() for _ in range(PLOTS)]

        async def go_on() -> None:
            while True:
                async with self._gate:
                    if self.offices:
                        bus, age = self.chance.choice(self.offices)
                        await self.write(bus, age, self.chance.choice(ids))
                await asyncio.sleep(PACE_SECONDS)

        task = asyncio.create_task(go_on())
        try:
            yield
            async with self._gate:
                task.cancel()
        finally:
            task.cancel()
            done = (await asyncio.gather(task, return_exceptions=True))[0]
        assert isinstance(done, asyncio.CancelledError), done

    async def write(self, bus: Bus, age: Age, plot_id: UUID) -> None:
        """One use case: the plot's next version, and a survey of it."""
        row: dict[str, Any] = {
            "parcel_id": plot_id,
            "kind": self.chance.choice(KINDS[age.says]),
            "owner": self.chance.choice(["MELATI CONTOH", "RANGGA CONTOH"]),
            "tenure": self.chance.choice(TENURES[age.says]),
        }
        if age.says == 2:
            row["corners"] = self.chance.randint(3, 12)
        names = list(row)
        statement = text(f"""
            insert into plot (version, {", ".join(names)}) values (1, {", ".join(f":{name}" for name in names)})
            on conflict (parcel_id) do update
                set version = plot.version + 1, {", ".join(f"{name} = excluded.{name}" for name in names[1:])}
            returning version
        """)
        area = len(self.surveys)
        async with bus.transaction() as session:
            row["version"] = (await session.execute(statement, row)).scalar_one()
            survey = age.events[self.land].Surveyed(parcel_id=plot_id, square_metres=area)
            await outbox.put(session, self._event(age, row), survey)
        self.said[plot_id] = (row["version"], row["kind"], row["owner"], row["tenure"], row.get("corners"))
        self.surveys.append(area)

    async def everyone_hears(self, *buses: Bus) -> None:
        """Until each copy has a version of every plot that is said from now on."""
        before = {plot_id: said[0] for plot_id, said in self.said.items()}

        async def moved() -> bool:
            for bus in buses:
                versions = {row.parcel_id: row.version for row in await rows(bus, "plot")}
                if len(versions) < PLOTS or any(versions[key] <= version for key, version in before.items()):
                    return False
            return True

        await eventually(moved, "each copy moves on with the traffic", 40)

    async def equals(self, bus: Bus, *, old: bool) -> None:
        """Until the copy is what was said last, read by the old or by the new contract."""
        wanted = {plot_id: _by_old_contract(said) if old else said for plot_id, said in self.said.items()}

        async def same() -> bool:
            return await self.copy(bus, old=old) == wanted

        await eventually(same, "the copy equals its source under its contract", 40)

    async def copy(self, bus: Bus, *, old: bool) -> dict[UUID, tuple[Any, ...]]:
        names = ("version", "kind", "owner", "tenure", *(() if old else ("corners",)))
        return {row.parcel_id: tuple(getattr(row, name) for name in names) for row in await rows(bus, "plot")}

    def _event(self, age: Age, row: Mapping[str, Any]) -> Any:
        events = age.events[self.land]
        known = row["tenure"] if row["tenure"] in TENURES[age.says] else "UNKNOWN"
        more = {}
        if age.says == 2 and row.get("corners") is not None:
            more["boundary"] = events.PlotBoundary(corners=row["corners"])
        return events.Plot(
            parcel_id=row["parcel_id"],
            version=row["version"],
            kind=events.PlotKind(row["kind"] if row["kind"] in KINDS[age.says] else "UNKNOWN"),
            owner=events.PlotOwner(name=row["owner"], tenure=events.PlotOwnerTenure(known)),
            **more,
        )

    async def _started(self, bus: Bus) -> Bus:
        await bus.start()
        self._running.append(bus)
        return bus

    def _settings(self, agency: str, age: Age, database: str | None = None) -> AgencySettings:
        kafka, user = self.platform.endpoints.kafka, self.platform.admin.kafka
        return AgencySettings(
            agency=agency,
            root=age.root,
            database_url=database or self.databases[agency],
            kafka_bootstrap=kafka.bootstrap,
            kafka_username=user.username,
            kafka_password=SecretStr(user.password),
            registry_url=self.platform.endpoints.registry.url,
            keyring=self.home / "keys" / f"{agency}.json",
        )

    def _made(self, age: Age) -> Age:
        for agency in (self.land, self.bank, self.court):
            module = types.ModuleType(f"events_of_{agency}")
            exec(generate.module(Catalogue.load(age.root), agency), module.__dict__)
            age.events[agency] = module
        return age

    def _say(self, root: Path, topic: str, kind: str, retention: str, schema: dict[str, Any]) -> None:
        folder = root / "schemas" / self.land / topic
        folder.mkdir(parents=True, exist_ok=True)
        card = CARD.format(topic=topic, owner=self.land, kind=kind, retention=retention)
        (folder / "topic.yaml").write_text(textwrap.dedent(card))
        number = len(list(folder.glob("*.avsc"))) + 1
        (folder / f"{number}.avsc").write_text(json.dumps(schema))

    def _hear(self, root: Path, agency: str, topic: str, schema: dict[str, Any]) -> None:
        attributes = {
            "purpose": {"id": "uji", "en": "test"},
            "legal_basis": "UU 27/2022 art. 20(2)(e)",
            "agreement": "PKS/CONTOH/2026/99",
            "retention_days": 365,
            "valid_until": "2098-12-31",
        }
        folder = root / "contracts" / agency
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{topic}.avsc").write_text(json.dumps(schema | attributes))

    def _migration(self, root: Path, agency: str, number: str, script: str) -> None:
        folder = root / "services" / agency / "migrations"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{number}.py").write_text(script)


def _adding_corners(agency: str) -> str:
    script, number = MIGRATION.format(agency=agency, sql=CORNERS), f'revision = "{agency}_000'
    head = f'down_revision = None\nbranch_labels = ("{agency}",)\ndepends_on = "sekali_0001"'
    assert head in script
    return script.replace(f"{number}1", f"{number}2", 1).replace(head, SECOND.format(agency=agency))


def _by_old_contract(said: tuple[Any, ...]) -> tuple[Any, ...]:
    """A symbol that came later is UNKNOWN, a group that came later is not there."""
    version, kind, owner, tenure, _ = said
    return (
        version,
        kind if kind in KINDS[1] else "UNKNOWN",
        owner,
        tenure if tenure in TENURES[1] else "UNKNOWN",
    )
