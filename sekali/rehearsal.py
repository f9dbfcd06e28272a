"""For an agency's own tests: its real database, projections, seals and doors, with no Kafka behind them.

A test says `await office.hear(topic, key, value)` and looks into `office.said(topic)` and `office.rows(…)`.
"""

import io
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from fastavro import parse_schema, schemaless_reader
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from sekali import migrations, testing
from sekali.codec import Heard
from sekali.contracts import Catalogue
from sekali.database import Database
from sekali.erasure import ERASURES, Erasures
from sekali.inbox import Inbox, Projection
from sekali.outbox import WRITER, Writer
from sekali.rights import keyrings
from sekali.sealing import Keyring, version_bytes
from sekali.settings import AgencySettings
from sekali.testing import Clock

START = datetime(2026, 11, 20, 3, tzinfo=UTC)  # a Friday, 10 o'clock in Jakarta


@dataclass(frozen=True)
class _Record:
    """What a projection reads of a Kafka record."""

    timestamp: int


@dataclass
class Office:
    """An agency at work; also the bus that its doors ask for."""

    settings: AgencySettings
    database: Database
    catalogue: Catalogue
    keyring: Keyring
    inbox: Inbox
    clock: Clock
    versions: dict[tuple[str, UUID], int] = field(default_factory=dict)

    def transaction(self) -> AbstractAsyncContextManager[AsyncSession]:
        return self.database.transaction()

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def ready(self) -> dict[str, str]:
        return {"database": "ok"}

    async def hear(self, topic: str, key: UUID, value: dict[str, Any] | None, *, version: int | None = None) -> None:
        """A state arrives (None: a tombstone): the copy and what follows from it, in one transaction.

        `version` by itself is the next one.
        """
        async with self.transaction() as session:
            await self.hear_in(session, topic, key, value, version=version)

    async def hear_in(
        self, session: AsyncSession, topic: str, key: UUID, value: dict[str, Any] | None, *, version: int | None = None
    ) -> list[UUID]:
        """In the caller's transaction; the keys whose row changed."""
        told = version or self.versions.get((topic, key), 0) + 1
        self.versions[topic, key] = max(told, self.versions.get((topic, key), 0))
        declared = self.inbox.declared[topic]
        assert isinstance(declared, Projection)
        record: Any = _Record(int(self.clock.at.timestamp() * 1000))
        heard = Heard(record, key, uuid4(), told, value, None)
        return await testing.heard(session, Erasures(self.catalogue, self.inbox.declared), declared, heard)

    async def said(self, topic: str, key: UUID | None = None) -> list[dict[str, Any]]:
        """What waits in the outbox for a topic, opened, oldest first; {"gone": version} for a tombstone."""
        rows = await self.rows("select * from outbox where aggregatetype = :topic order by position", topic=topic)
        mine = [row for row in rows if key is None or row["aggregateid"] == str(key)]
        return [opened(row, self.catalogue, self.keyring) or {"gone": row["version"]} for row in mine]

    async def rows(self, query: str, **parameters: Any) -> list[dict[str, Any]]:
        async with self.transaction() as session:
            return [dict(row) for row in (await session.execute(text(query), parameters)).mappings()]


def opened(row: Mapping[str, Any], catalogue: Catalogue, keyring: Keyring) -> dict[str, Any] | None:
    """A row of the outbox as its readers see it, sealed groups opened; None for a tombstone."""
    if row["payload"] is None:
        return None
    topic = row["aggregatetype"]
    revision = catalogue.revision(topic, row["revision"])
    record = _read(row["payload"], revision.schema)
    subject = row["id"].bytes if row["version"] is None else version_bytes(row["version"])
    for group in revision.sealed:
        if (sealed := record[group.name]) is not None:
            plain = keyring.open(topic, group.name, row["aggregateid"].encode(), subject, sealed)
            record[group.name] = _read(plain, group.inner)
    return record


def _read(body: bytes, schema: dict[str, Any]) -> dict[str, Any]:
    record = schemaless_reader(io.BytesIO(body), parse_schema(schema), None)
    assert isinstance(record, dict)
    return record


@asynccontextmanager
async def rehearsing(
    agency: str, kind: type[AgencySettings], inbox: Inbox, *, database_url: str, root: Path, keys: Path, **more: Any
) -> AsyncIterator[Office]:
    """The agency's migrated database and its keys; closed at the end. `kind`: its class of settings, `more` of them.

    An agency's own kind of office is made of it: `TaxOffice(**vars(opened))`.
    """
    catalogue, clock = Catalogue.load(root), Clock(START)
    rings, _ = keyrings.plan(catalogue, catalogue.contracts.values(), keys)
    keyrings.write(keys, rings)
    settings = kind(
        agency=agency, root=root, database_url=database_url, kafka_bootstrap="127.0.0.1:0",
        registry_url="http://127.0.0.1:0", keyring=keys / f"{agency}.json", development_sign_in=True, **more,
    )  # fmt: skip
    keyring = Keyring(settings.keyring)
    writer, erasures = Writer(agency, catalogue, keyring, lambda: None), Erasures(catalogue, inbox.declared)
    database = Database(database_url, info={WRITER: writer, ERASURES: erasures}, clock=clock)
    library = Path(migrations.__file__).parent
    await database.migrate([library / "versions", root / "services" / agency / "migrations"], library)
    try:
        yield Office(settings, database, catalogue, keyring, inbox, clock)
    finally:
        await database.close()
