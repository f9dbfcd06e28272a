"""Keys are renewed and taken away while facts flow: nobody loses anything, and who lost the right opens nothing new."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from aiokafka import AIOKafkaConsumer
from sqlalchemy import text

from sekali.bus import Bus
from sekali.contracts import Catalogue
from sekali.kafka import connection
from sekali.keystore import FileStore, Ring
from sekali.rights import in_force, keyrings, rotation
from sekali.sealing import KEY_ID, KeyNotKnownYet, Keyring
from sekali.testing import eventually
from tests.sekali.town import BANK_TABLES, MIGRATION, Town, parcel, rows

TODAY = date(2026, 1, 1)
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@dataclass
class OtherBank(Town):
    """The same town, seen by another agency that hears of its parcels."""

    @property
    def bank(self) -> str:
        return f"shop{self.name}"


@pytest.fixture
async def shop(town: Town, agency_database: Callable[[], str]) -> OtherBank:
    other = OtherBank(town.platform, town.root, dict(town.databases), town.name)
    other.databases = {**town.databases, other.bank: agency_database()}
    folder = town.root / "services" / other.bank / "migrations"
    folder.mkdir(parents=True)
    (folder / "0001_tables.py").write_text(MIGRATION.format(agency=other.bank, sql=BANK_TABLES))
    other.hear(town.parcels, parcel(town.parcels))
    other.hear(town.surveys, json.loads((town.root / "contracts" / town.bank / f"{town.surveys}.avsc").read_text()))
    await other.publish()
    return other


def ring(town: Town, agency: str) -> Ring:
    return FileStore(town.keys).read(agency)


def rotate(town: Town) -> int:
    """What `sekali keys rotate` does; the id of the new key."""
    catalogue, store = Catalogue.load(town.root), FileStore(town.keys)
    present = keyrings.read_all(store)
    name = f"{town.parcels}/owner"
    rings, _ = rotation.rotated(catalogue, in_force(catalogue, TODAY), present, [name], lambda: NOON)
    keyrings.write(store, rings, present)
    return rings[town.land][name]["current"]


@asynccontextmanager
async def load(town: Town, land: Bus) -> AsyncIterator[list[UUID]]:
    """Land registers parcels without a pause, each in its own transaction, until the block ends."""
    said: list[UUID] = []

    async def register() -> None:
        while True:
            async with land.transaction() as session:
                parcel_id = await town.register(session, "garden", f"OWNER {len(said)} CONTOH")
            said.append(parcel_id)
            await asyncio.sleep(0)

    task = asyncio.create_task(register())
    try:
        yield said
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def grown(said: list[UUID], by: int) -> None:
    """Until so many more were said."""
    goal = len(said) + by

    async def there() -> bool:
        return len(said) >= goal

    await eventually(there, f"{by} more parcels are registered")


async def holds_all(bank: Bus, said: list[UUID]) -> None:
    """Each said parcel is in the copy with its owner, and nothing is among the dead letters."""

    async def there() -> bool:
        async with bank.transaction() as session:
            found = await session.execute(text("select parcel_id from parcel where owner like 'OWNER %'"))
            return set(said) <= {row.parcel_id for row in found}

    await eventually(there, f"all {len(said)} parcels are in the copy with their owners", 60)
    assert await rows(bank, "dead_letter") == []


async def sealed_by(town: Town) -> list[tuple[int, float, bytes, bytes, dict[str, bytes]]]:
    """All of the log: key id, time said, key, sealed owner, headers; with raw access to the broker."""
    consumer = AIOKafkaConsumer(
        town.parcels, **connection(town.settings(town.land)), group_id=None, auto_offset_reset="earliest"
    )
    await consumer.start()
    found = []
    try:
        ends = await consumer.end_offsets(consumer.assignment())
        while any([await consumer.position(place) < end for place, end in ends.items()]):
            for records in (await consumer.getmany(timeout_ms=200)).values():
                for record in records:
                    sealed = _owner(town, record.value)
                    key_id = int.from_bytes(sealed[:KEY_ID], "big")
                    found.append((key_id, record.timestamp / 1000, record.key, sealed, dict(record.headers)))
    finally:
        await consumer.stop()
    return found


def _owner(town: Town, value: bytes) -> bytes:
    from io import BytesIO

    from fastavro import parse_schema, schemaless_reader

    schema: Any = Catalogue.load(town.root).latest(town.parcels).schema
    plain = json.loads(json.dumps(schema))
    for one in plain["fields"]:
        if one["name"] == "owner":
            one["type"] = ["null", "bytes"]
    record: Any = schemaless_reader(BytesIO(value[5:]), parse_schema(plain), None)
    owner: bytes = record["owner"]
    return owner


async def test_a_key_is_renewed_under_load_and_nothing_is_lost(town: Town) -> None:
    async with town.open_land() as land, town.open_bank() as bank:
        async with load(town, land) as said:
            await grown(said, 50)
            made = []
            for _ in range(3):
                made.append(rotate(town))
                await eventually(seals_with(land, town, made[-1]), "land seals with the new key", 5)
                await grown(said, 200)
        await holds_all(bank, said)
        log = await sealed_by(town)
        assert {key_id for key_id, *_ in log} >= set(made), "each sealed something"
        assert bank.subscriptions[town.parcels].trouble is None


def seals_with(land: Bus, town: Town, key_id: int) -> Callable[[], Any]:
    """Whether the running service itself does."""

    async def look() -> bool:
        sealed = land._keyring.seal(town.parcels, "owner", b"k", b"1", b"x")
        return int.from_bytes(sealed[:KEY_ID], "big") == key_id

    return look


async def test_a_reader_that_gets_the_new_key_late_waits_for_it_and_goes_on(town: Town) -> None:
    file = town.keys / f"{town.bank}.json"
    async with town.open_land() as land, town.open_bank() as bank:
        old = file.read_bytes()
        rotate(town)
        new = file.read_bytes()
        file.write_bytes(old)
        async with load(town, land) as said:
            subscription = bank.subscriptions[town.parcels]

            async def waits() -> bool:
                return "does not hold key" in (subscription.trouble or "")

            await eventually(waits, "the bank meets a key that it does not know")
            file.write_bytes(new)
            await grown(said, 50)
        await holds_all(bank, said)
        assert subscription.trouble is None


async def test_one_of_two_readers_loses_its_contract_and_opens_nothing_said_five_seconds_later(
    town: Town, shop: OtherBank
) -> None:
    name = f"{town.parcels}/owner"
    async with town.open_land() as land, town.open_bank() as bank, shop.open_bank() as other:
        async with load(town, land) as said:
            await grown(said, 50)
            kept_copy = Keyring(_copied(town.keys / f"{shop.bank}.json"))
            (town.root / "contracts" / shop.bank / f"{town.parcels}.avsc").unlink()
            town.grant()
            began = time.time()
            subscription = other.subscriptions[town.parcels]

            async def stopped() -> bool:
                return bool(subscription.trouble)

            await eventually(stopped, "the shop's subscription stops", 5)
            assert town.parcels in (subscription.trouble or "")
            await eventually(_later(began + 6), "six seconds have passed, with facts in them")
            await grown(said, 20)
        await holds_all(bank, said)
        assert name not in ring(town, shop.bank)
        held = {row.parcel_id for row in await rows(other, "parcel")}
        late = [one for one in await sealed_by(town) if one[1] > began + 5]
        assert len(late) >= 20
        for _, _, key, sealed, headers in late:
            assert UUID(key.decode()) not in held
            version = int(headers["ce_entityversion"]).to_bytes(8, "big")
            with pytest.raises(KeyNotKnownYet):  # not even with a copy of the keys that it had
                kept_copy.open(town.parcels, "owner", key, version, sealed)
            assert Keyring(town.keys / f"{town.bank}.json").open(town.parcels, "owner", key, version, sealed)
        first = max(at for key_id, at, *_ in await sealed_by(town) if key_id != late[-1][0])
        assert first - began <= 5, "the old key sealed for no more than five seconds"


def _copied(path: Path) -> Path:
    copy = path.with_suffix(".copy")
    copy.write_bytes(path.read_bytes())
    return copy


def _later(moment: float) -> Callable[[], Any]:
    async def look() -> bool:
        return time.time() > moment

    return look


# What the store holds after each step needs no platform.


def test_a_second_apply_makes_no_further_key(town: Town) -> None:
    (town.root / "contracts" / town.bank / f"{town.parcels}.avsc").unlink()
    town.grant()
    after = keyrings.read_all(FileStore(town.keys))
    catalogue = Catalogue.load(town.root)
    assert keyrings.plan(catalogue, in_force(catalogue, TODAY), town.keys) == (after, [])


class Breaks(FileStore):
    """A store that dies after so many writes."""

    def __init__(self, folder: Path, writes: int) -> None:
        super().__init__(folder)
        self.left = writes

    def write(self, agency: str, ring: Ring, *, before: Ring) -> None:
        if ring != before:
            if self.left == 0:
                raise OSError("the disk is gone")
            self.left -= 1
        super().write(agency, ring, before=before)


@pytest.mark.parametrize("writes", range(8))
def test_however_early_it_breaks_the_next_apply_shuts_the_door_and_loses_no_key(
    town: Town, shop: OtherBank, writes: int
) -> None:
    """The shop keeps a copy of every ring it ever had; what land seals when all is done it must not open."""
    name, store = f"{town.parcels}/owner", FileStore(town.keys)
    seen = dict(ring(town, shop.bank)[name]["keys"])
    sealing = {ring(town, town.land)[name]["current"]}
    (town.root / "contracts" / shop.bank / f"{town.parcels}.avsc").unlink()
    catalogue = Catalogue.load(town.root)
    present = keyrings.read_all(store)
    rings, _ = keyrings.plan(catalogue, in_force(catalogue, TODAY), present)
    try:
        keyrings.write(Breaks(town.keys, writes), rings, present)
    except OSError:
        seen |= ring(town, shop.bank).get(name, {"keys": {}})["keys"]
        sealing |= {ring(town, town.land)[name]["current"]}
    town.grant()
    final = keyrings.read_all(store)
    assert name not in final[shop.bank]
    assert final[town.land][name] == final[town.bank][name]
    assert str(final[town.land][name]["current"]) not in seen
    assert {str(key_id) for key_id in sealing} <= final[town.bank][name]["keys"].keys(), (
        "what was sealed stays readable"
    )


def test_two_administrators_at_once_do_not_overwrite_each_other(town: Town) -> None:
    store, catalogue = FileStore(town.keys), Catalogue.load(town.root)
    present, name = keyrings.read_all(store), f"{town.parcels}/owner"
    first, _ = rotation.rotated(catalogue, in_force(catalogue, TODAY), present, [name], lambda: NOON)
    second, _ = rotation.rotated(catalogue, in_force(catalogue, TODAY), present, [name], lambda: NOON)
    keyrings.write(store, first, present)
    with pytest.raises(Exception, match="changed by somebody else"):
        keyrings.write(store, second, present)
    assert keyrings.read_all(store) == first


def test_the_list_tells_age_and_holders_and_never_a_key(town: Town) -> None:
    made = rotate(town)
    present = keyrings.read_all(FileStore(town.keys))
    (line,) = rotation.held(present, Catalogue.load(town.root))
    assert (line.current, line.made, line.older, line.holders) == (made, NOON, 1, (town.bank, town.land))
    keys = ring(town, town.land)[f"{town.parcels}/owner"]["keys"].values()
    assert not [key for key in keys if key in repr(line)]


def test_a_new_key_is_asked_for_long_before_the_end(town: Town) -> None:
    line = replace(rotation.KeyLine("t", "f", 7, NOON, 0, ("land",)), sealed=2**30 - 1)
    assert line.warning(NOON + timedelta(days=300)) is None
    assert "sekali keys rotate t f" in (replace(line, sealed=2**30).warning(NOON) or "")
    assert "366 days old" in (line.warning(NOON + timedelta(days=366)) or "")


async def test_what_was_sealed_since_the_key_was_made_is_counted_from_the_log(town: Town) -> None:
    async with town.open_land() as land, town.open_bank() as bank:
        async with load(town, land) as said:
            await grown(said, 30)
        await holds_all(bank, said)
    (line,) = rotation.held(keyrings.read_all(FileStore(town.keys)), Catalogue.load(town.root))
    counted = rotation.counted(town.platform.admin.confluent(), [line])
    assert counted[line] >= len(said)
    later = replace(line, made=datetime.now(UTC) + timedelta(minutes=1))
    assert rotation.counted(town.platform.admin.confluent(), [later]) == {later: 0}


def test_a_field_that_is_not_sealed_has_no_key_to_renew(town: Town) -> None:
    present, catalogue = keyrings.read_all(FileStore(town.keys)), Catalogue.load(town.root)
    with pytest.raises(rotation.NoSuchKey, match=f"no key for {town.parcels}/use.*{town.parcels}/owner"):
        rotation.rotated(catalogue, (), present, [f"{town.parcels}/use"], lambda: NOON)
