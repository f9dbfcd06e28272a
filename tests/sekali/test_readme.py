"""The example of the README runs as it is printed there."""

import importlib
import json
import re
import shutil
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from secrets import token_hex
from types import ModuleType
from typing import Any
from uuid import uuid4

import pytest
from pydantic import SecretStr
from sqlalchemy import text

import services
from sekali import generate, outbox, publish, topics
from sekali.bus import Bus
from sekali.contracts import Catalogue
from sekali.inbox import Inbox
from sekali.local.platform import Platform
from sekali.registry import Registry
from sekali.rights import in_force, keyrings
from sekali.settings import AgencySettings
from sekali.testing import eventually
from tests.sekali.town import rows

ROOT = Path(__file__).parents[2]
BLOCKS = dict(re.findall(r"^```(json|python)\n(.*?)^```", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL))

# What every file of an agency begins with, and the two files that the README does not print.
IMPORTS = """
from uuid import UUID
from sqlalchemy.ext.asyncio import AsyncSession
from sekali import outbox
from sekali.inbox import Inbox
from services.vehicles import store
from services.vehicles.events import Vehicle

"""
STORE = """
from sqlalchemy import BigInteger, Boolean, Column, DateTime, MetaData, Table, Text, Uuid, text

resident = Table(
    "resident", MetaData(), Column("resident_id", Uuid, primary_key=True), Column("version", BigInteger),
    Column("gone", Boolean), Column("as_of", DateTime(timezone=True)), Column("heard_at", DateTime(timezone=True)),
    Column("life", Text),
)

async def vehicles_of_the_dead(session, residents):
    found = await session.execute(text(
        "update vehicle set status = 'TO_HEIRS', version = vehicle.version + 1 from resident "
        "where owner = resident_id and life = 'DIED' and status = 'OWNED' and owner = any(:ids) "
        "returning id, vehicle.version"), {"ids": residents})
    return found.all()
"""
TABLES = """
from sekali.migrations import run

revision = "vehicles_0001"
down_revision = None
branch_labels = ("vehicles",)
depends_on = "sekali_0001"

def upgrade():
    run('''create table resident (resident_id uuid primary key, version bigint not null, gone boolean not null
           default false, as_of timestamptz, heard_at timestamptz, life text);
           create table vehicle (id uuid primary key, version bigint, owner uuid, status text)''')
"""
VEHICLE = {
    "type": "record",
    "name": "Vehicle",
    "namespace": "vehicles.vehicle.v1",
    "fields": [
        {"name": "vehicle_id", "type": {"type": "string", "logicalType": "uuid"}, "doc": "key"},
        {"name": "version", "type": "long", "doc": "order"},
        {"name": "status", "type": "string", "doc": "whose it is"},
    ],
}
CARD = """
topic: vehicles.vehicle.v1
owner: vehicles
kind: state
key: vehicle_id
time: said_at
partitions: 1
partitioner: crc32
retention: for ever
delete_retention: 7 days
compatibility: FULL_TRANSITIVE
personal_data: none
tells: {id: Kendaraan., en: A vehicle.}
"""


def test_the_example_has_at_most_thirty_lines() -> None:
    lines = [line for block in BLOCKS.values() for line in block.splitlines() if line.strip()]
    assert len(lines) < 30


class Country:
    """The README's agency beside the population registry, under names of their own on the shared broker."""

    def __init__(self, root: Path, platform: Platform) -> None:
        self.root, self.platform = root, platform
        self.mark = f"x{token_hex(3)}"
        self.population, self.vehicles = f"population{self.mark}", f"vehicles{self.mark}"
        self.modules: dict[str, ModuleType] = {}

    def own(self, printed: str) -> str:
        return printed.replace("population", self.population).replace("vehicles", self.vehicles)

    def write(self) -> None:
        home = self.root / "schemas" / self.population / f"{self.population}.resident.v1"
        shutil.copytree(ROOT / "schemas/population/population.resident.v1", home)
        for file in (home / "topic.yaml", *home.glob("*.avsc")):
            file.write_text(self.own(file.read_text()))
        self._file(f"schemas/{self.vehicles}/{self.vehicles}.vehicle.v1/topic.yaml", CARD)
        self._file(f"schemas/{self.vehicles}/{self.vehicles}.vehicle.v1/1.avsc", json.dumps(VEHICLE))
        self._file(f"contracts/{self.vehicles}/{self.population}.resident.v1.avsc", BLOCKS["json"])
        agency = f"services/{self.vehicles}"
        self._file(f"{agency}/__init__.py", "")
        self._file(f"{agency}/store.py", STORE)
        self._file(f"{agency}/inbox.py", IMPORTS + BLOCKS["python"])
        self._file(f"{agency}/migrations/0001_tables.py", TABLES)
        (self.root / "services" / self.population / "migrations").mkdir(parents=True)
        for name in (self.population, self.vehicles):
            written = generate.module(Catalogue.load(self.root), name)
            self._file(f"services/{name}/events.py", written)
            self._file(f"services/{name}/__init__.py", "")

    def _file(self, name: str, printed: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(printed if self.mark in printed else self.own(printed))

    async def apply(self) -> None:
        catalogue = Catalogue.load(self.root)
        topics.apply(self.platform.admin.confluent(), catalogue)
        registry = Registry(self.platform.endpoints.registry.url)
        await publish.publish(registry, catalogue)
        await registry.close()
        rings, _ = keyrings.plan(catalogue, in_force(catalogue, date(2026, 1, 1)), self.root / "keys")
        keyrings.write(self.root / "keys", rings)

    def bus(self, agency: str, database: str, inbox: Inbox, topic: str) -> Bus:
        async def nothing(*_: Any) -> list[Any]:
            return []

        user, kafka = self.platform.admin.kafka, self.platform.endpoints.kafka
        told = AgencySettings(
            agency=agency,
            root=self.root,
            database_url=database,
            kafka_bootstrap=kafka.bootstrap,
            kafka_username=user.username,
            kafka_password=SecretStr(user.password),
            registry_url=self.platform.endpoints.registry.url,
            keyring=self.root / "keys" / f"{agency}.json",
        )
        return Bus(told, inbox=inbox, current={topic: nothing})


@pytest.fixture
async def country(platform: Platform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Country:
    made = Country(tmp_path, platform)
    made.write()
    await made.apply()
    monkeypatch.setattr(services, "__path__", [*services.__path__, str(tmp_path / "services")])
    monkeypatch.setattr(sys, "modules", dict(sys.modules))
    return made


async def test_a_dead_owners_vehicle_goes_to_the_heirs(country: Country, agency_database: Callable[[], str]) -> None:
    heard = importlib.import_module(f"services.{country.vehicles}.inbox")
    said = importlib.import_module(f"services.{country.population}.events")
    register = country.bus(country.population, agency_database(), Inbox(), f"{country.population}.resident.v1")
    office = country.bus(country.vehicles, agency_database(), heard.inbox, f"{country.vehicles}.vehicle.v1")
    owner, vehicle = uuid4(), uuid4()
    await register.start()
    await office.start()
    try:
        async with office.transaction() as session:
            await session.execute(text("insert into vehicle values (:v, 1, :o, 'OWNED')"), {"v": vehicle, "o": owner})
        for version, status in ((1, "ALIVE"), (2, "DIED")):
            async with register.transaction() as session:
                await outbox.put(session, resident(said, owner, version, status))

        async def passed() -> bool:
            (row,) = await rows(office, "vehicle")
            return (row.status, row.version) == ("TO_HEIRS", 2)

        await eventually(passed, "the vehicle of the dead owner goes to the heirs")
    finally:
        await office.stop()
        await register.stop()


def resident(said: ModuleType, owner: Any, version: int, status: str) -> Any:
    return said.Resident(
        resident_id=owner,
        version=version,
        standing="VALID",
        registered_at=datetime(2026, 1, 1, tzinfo=UTC),
        life=said.ResidentLife(status=status),
    )
