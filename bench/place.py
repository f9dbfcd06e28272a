"""Where is measured: the embedded platform, population as the owner, and agencies that hear it under two contracts.

`thin` lists no sealed group, `wide` lists all seven. Schemas are the project's own.
"""

import json
import os
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import asyncpg
from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic, OffsetSpec
from pydantic import SecretStr
from sqlalchemy import BigInteger as Long
from sqlalchemy import Boolean, Column, Date, DateTime, MetaData, Table, Text, Uuid
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable
from sqlalchemy.types import TypeEngine

from sekali import migrations, publish, topics
from sekali.bus import Bus
from sekali.contracts import Catalogue
from sekali.database import Database
from sekali.inbox import Inbox
from sekali.kafka import Connection, connection
from sekali.local.databases import create
from sekali.local.platform import Platform, Report, silent
from sekali.local.secrets import new_password
from sekali.registry import Registry
from sekali.rights import in_force, keyrings
from sekali.sealing import Keyring
from sekali.settings import AgencySettings

OWNER, THIN, WIDE = "population", "thin", "wide"
RESIDENT = "population.resident.v1"
PARTS = ("postgres", "kafka", "registry")
ATTRIBUTES = {
    "purpose": {"id": "mengukur", "en": "measure"},
    "legal_basis": "UU 27/2022 art. 20(2)(e)",
    "agreement": "PKS/CONTOH/2026/99",
    "retention_days": 365,
    "valid_until": "2098-12-31",
}
URLS = "urls.json"
COLUMNS: Mapping[str, Mapping[str, str]] = {
    THIN: {"standing": "standing", "registered_at": "registered_at"},
    WIDE: {
        "standing": "standing",
        "registered_at": "registered_at",
        "change_kind": "change.kind",
        "changed_on": "change.effective_on",
        "nik": "identity.nik",
        "full_name": "identity.full_name",
        "sex": "identity.sex",
        "life": "life.status",
        "died_on": "life.died_on",
        "birth_date": "birth.date",
        "birth_place": "birth.place",
        "street": "address.street",
        "rt": "address.rt",
        "rw": "address.rw",
        "village_code": "address.village_code",
        "district_code": "address.district_code",
        "regency_code": "address.regency_code",
        "province_code": "address.province_code",
        "postal_code": "address.postal_code",
        "religion": "civil.religion",
        "marital_status": "civil.marital_status",
        "occupation": "civil.occupation",
        "nationality": "civil.nationality",
        "kk_number": "family.kk_number",
        "relationship": "family.relationship",
        "mother_name": "family.mother_name",
    },
}
MIGRATION = '''
from sekali.migrations import run

revision = "{agency}_0001"
down_revision = None
branch_labels = ("{agency}",)
depends_on = "sekali_0001"


def upgrade() -> None:
    run("""{sql}""")
'''


def copy_table(reader: str) -> Table:
    """The reader's own copy of the residents."""
    dated: Mapping[str, TypeEngine[Any] | type[TypeEngine[Any]]] = {
        "registered_at": DateTime(timezone=True),
        "changed_on": Date,
        "died_on": Date,
        "birth_date": Date,
    }
    columns: list[Column[Any]] = [Column(name, dated.get(name, Text)) for name in COLUMNS[reader]]
    return Table(
        "resident", MetaData(), Column("resident_id", Uuid, primary_key=True), Column("version", Long, nullable=False),
        Column("gone", Boolean, nullable=False), Column("as_of", DateTime(timezone=True)),
        Column("heard_at", DateTime(timezone=True)), *columns,
    )  # fmt: skip


def _root(project: Path, root: Path) -> Path:
    """A tree of its own: the project's schemas of population, and the two contracts of these measurements."""
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(project / "schemas" / OWNER, root / "schemas" / OWNER)
    schema = json.loads((root / "schemas" / OWNER / RESIDENT / "1.avsc").read_text())
    for reader in (THIN, WIDE):
        groups = {path.partition(".")[0] for path in COLUMNS[reader].values()}
        fields = [one for one in schema["fields"] if one["name"] in {"resident_id", "version", *groups}]
        contract = root / "contracts" / reader / f"{RESIDENT}.avsc"
        contract.parent.mkdir(parents=True)
        contract.write_text(json.dumps(schema | {"fields": fields} | ATTRIBUTES))
        folder = root / "services" / reader / "migrations"
        folder.mkdir(parents=True)
        created = CreateTable(copy_table(reader)).compile(dialect=postgresql.dialect())  # type: ignore[no-untyped-call]
        (folder / "0001_tables.py").write_text(MIGRATION.format(agency=reader, sql=created))
    (root / "services" / OWNER / "migrations").mkdir(parents=True)
    return root


@dataclass
class Place:
    """All that a measurement needs; made once for a run. Handed to another process, it is the same place there."""

    platform: Platform
    root: Path
    catalogue: Catalogue
    keys: Path
    urls: Mapping[str, str]

    def settings(self, agency: str, instance: str = "1") -> AgencySettings:
        kafka, user = self.platform.endpoints.kafka, self.platform.admin.kafka
        return AgencySettings(
            agency=agency,
            root=self.root,
            database_url=self.urls[agency].replace("postgresql:", "postgresql+asyncpg:"),
            kafka_bootstrap=kafka.bootstrap,
            kafka_username=user.username,
            kafka_password=SecretStr(user.password),
            registry_url=self.platform.endpoints.registry.url,
            keyring=self.keys / f"{agency}.json",
            instance=instance,
            development_sign_in=True,
        )

    def kafka(self) -> Connection:
        return connection(self.settings(OWNER))

    def keyring(self, agency: str) -> Keyring:
        return Keyring(self.keys / f"{agency}.json")

    def bus(self, reader: str, instance: str = "1") -> Bus:
        """A reader as it runs in production: its copy, and nothing that follows from a change."""
        inbox = Inbox()
        inbox.projection(RESIDENT, into=copy_table(reader), columns=COLUMNS[reader])
        return Bus(self.settings(reader, instance), inbox=inbox)

    async def sql(self, agency: str) -> "asyncpg.Connection[asyncpg.Record]":
        return await asyncpg.connect(self.urls[agency])

    def admin(self) -> AdminClient:
        return AdminClient(dict(self.platform.admin.confluent()))

    def fresh(self, topic: str = RESIDENT) -> None:
        """The topic anew and empty, as the residents' card says; whatever its name."""
        admin, card = self.admin(), self.catalogue.cards[RESIDENT]
        if topic in admin.list_topics(timeout=topics.SECONDS).topics:
            admin.delete_topics([topic])[topic].result(timeout=topics.SECONDS)
            while topic in admin.list_topics(timeout=topics.SECONDS).topics:
                time.sleep(0.05)
        new = NewTopic(topic, card.partitions, 1, config=topics.config(card))
        admin.create_topics([new])[topic].result(timeout=topics.SECONDS)

    def ends(self, topic: str = RESIDENT) -> dict[int, int]:
        """Where the log goes on, by partition."""
        admin, places = self.admin(), range(self.catalogue.cards[RESIDENT].partitions)
        asked = admin.list_offsets({TopicPartition(topic, number): OffsetSpec.latest() for number in places})  # type: ignore[no-untyped-call]
        return {place.partition: answer.result().offset for place, answer in asked.items()}

    def database(self, name: str) -> str:
        """One more empty database; its URL."""
        return create(self.platform.admin, f"bench_{name}", new_password())

    def __reduce__(self) -> tuple[Callable[[Path, Path], "Place"], tuple[Path, Path]]:
        return opened, (self.platform.place.root, self.platform.place.state)


def opened(project: Path, state: Path) -> Place:
    """The place that `prepare` has made under `state`."""
    root = state / "root"
    urls = json.loads((state / URLS).read_text())
    return Place(Platform(project, state), root, Catalogue.load(root), state / "keys", urls)


async def prepare(project: Path, state: Path, report: Report = silent, *, platform: bool = True) -> Place:
    """Start the platform, and make databases, topics, schemas and keys anew.

    Without `platform` only what lies on disk: enough for what needs no server.
    """
    started = Platform(project, state, owner=os.getpid(), report=report)
    started.down()
    shutil.rmtree(state, ignore_errors=True)
    root = _root(project, state / "root")
    catalogue, keys = Catalogue.load(root), state / "keys"
    rings, _ = keyrings.plan(catalogue, in_force(catalogue, date.today()), keys)
    keyrings.write(keys, rings)
    place = Place(started, root, catalogue, keys, {})
    if platform:
        started.up(PARTS)
        place.urls = await _furnished(place)
    (state / URLS).write_text(json.dumps(place.urls))
    return place


async def _furnished(place: Place) -> dict[str, str]:
    """Topics, schemas, and a database for each agency; their URLs."""
    topics.apply(place.platform.admin.confluent(), place.catalogue)
    registry = Registry(place.platform.endpoints.registry.url)
    await publish.publish(registry, place.catalogue)
    await registry.close()
    library, urls = Path(migrations.__file__).parent, {}
    for agency in (OWNER, THIN, WIDE):
        urls[agency] = place.database(agency)
        database = Database(urls[agency])
        await database.migrate([library / "versions", place.root / "services" / agency / "migrations"], library)
        await database.close()
    return urls
