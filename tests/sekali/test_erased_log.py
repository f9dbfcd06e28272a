"""The broker's own files: after an erasure and the stated time, no byte of the person is in any of them."""

import asyncio
from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from sekali import beats, erasure, outbox, topics
from sekali.bus import Bus
from sekali.contracts import Catalogue
from sekali.local.platform import Platform
from sekali.outbox import Tombstone
from sekali.testing import eventually
from tests.sekali.test_relay import empty, partition_of
from tests.sekali.town import Town

SHORT = {
    "segment.ms": "1000",
    "max.compaction.lag.ms": "1",
    "min.cleanable.dirty.ratio": "0.01",
    "delete.retention.ms": "4000",
    "file.delete.delay.ms": "100",
    "segment.bytes": str(1 << 20),
}
LIMIT_SECONDS = 120.0


@pytest.fixture
def platform(embedded_platform: Platform) -> Iterator[Platform]:
    """Child processes: their log files can be read."""
    yield embedded_platform


@pytest.fixture
def village(town: Town) -> Town:
    """Here a parcel's key names a person, and the broker forgets within seconds."""
    card = town.root / "schemas" / town.land / town.parcels / "topic.yaml"
    card.write_text(card.read_text() + "person: true\n")
    topics.apply(town.platform.admin.confluent(), Catalogue.load(town.root), overrides=SHORT)
    return town


def files_with(town: Town, wanted: bytes) -> list[str]:
    """The town's files under the broker's log folder, those waiting to be deleted too, that hold these bytes."""
    log = town.platform.place.data / "kafka" / "log"
    found = []
    for file in sorted(log.glob(f"{town.land}.*/*")):
        try:
            if file.is_file() and wanted in file.read_bytes():
                found.append(str(file.relative_to(log)))
        except FileNotFoundError:  # deleted between looking and reading
            continue
    return found


async def said_with_seal(town: Town, land: Bus, owner: str, partition: int) -> tuple[UUID, bytes]:
    """A parcel in this partition, and the sealed bytes of its owner's name."""
    parcel_id = next(one for one in iter(uuid4, None) if partition_of(town, one) == partition)
    async with land.transaction() as session:
        await town.register(session, "garden", owner, parcel_id)
        payload = (await session.execute(text("select payload from outbox"))).scalar_one()
    await eventually(lambda: empty(land), "it is said")
    return parcel_id, bytes(payload)[-40:]  # the end of the sealed group: ciphertext and tag


async def erase(town: Town, land: Bus, person: UUID) -> None:
    async with land.transaction() as session:
        await session.execute(text("update parcel set version = 2, owner = null where parcel_id = :id"), {"id": person})
        await erasure.withdrawn(session, Tombstone(town.events[town.land].Parcel, person, 2))
    await eventually(lambda: empty(land), "the tombstone is said")


async def gone_by_beats(town: Town, land: Bus, partition: int, wanted: bytes, what: str) -> None:
    """Each hour's beat, one a second here, until these bytes are in no file."""
    key = beats.key_of(town.parcels, partition, 2)

    async def beaten_and_gone() -> bool:
        async with land.transaction() as session:
            await outbox.put(session, Tombstone(outbox.unnamed(town.parcels, 1), key, 1))
        await asyncio.sleep(0.5)
        return files_with(town, wanted) == []

    await eventually(beaten_and_gone, what, LIMIT_SECONDS)


async def test_only_beats_take_her_bytes_away_where_nobody_writes_any_more(village: Town) -> None:
    """Kafka rolls a segment only when something is appended: without beats they stay, whatever the lag says."""
    town = village
    async with town.open_land() as land:
        melati, melatis = await said_with_seal(town, land, "MELATI CONTOH", 0)
        sari, saris = await said_with_seal(town, land, "SARI CONTOH", 1)
        place = f"{town.parcels}-0"
        assert [file.split("/")[0] for file in files_with(town, melatis)] == [place]
        await erase(town, land, melati)
        await erase(town, land, sari)
        await gone_by_beats(town, land, 1, saris, "no sealed byte of Sari's is in any file")
        # The cleaner has been at work, long after every stated time; it never touches the segment that is written to.
        assert [file.split("/")[0] for file in files_with(town, melatis)] == [place]
        await gone_by_beats(town, land, 0, melatis, "no sealed byte of Melati's is in any file")
        assert files_with(town, b"CONTOH") == []
        for partition, person in enumerate((melati, sari)):
            await gone_by_beats(town, land, partition, str(person).encode(), "the key is in no file either")
