"""Ten thousand ways to change, move, cut or replay a sealed value: none opens, in a ring or in a subscriber's decoder.

Every run tries the same ways, from one seed.
"""

import asyncio
import base64
import json
import os
import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from sekali.codec import PREFIX, Decoder, Encoder, Heard, Poison
from sekali.contracts import Catalogue, Contract, Revision
from sekali.keystore import FileStore, Ring
from sekali.registry import Registry
from sekali.sealing import KeyNotKnownYet, Keyring, NoRightToKey, SealBroken, version_bytes
from tests.schemas.country import ROOT

TAMPERS = 10_000
SEED = 20_261_122
CATALOGUE = Catalogue.load(ROOT)
SEALED = sorted((topic, group.name) for topic in CATALOGUE.cards for group in CATALOGUE.latest(topic).sealed)
PEOPLE = [str(UUID(int=number + (7 << 76) + (2 << 62))).encode() for number in range(1, 40)]
REFUSED = (SealBroken, KeyNotKnownYet)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sealed value stands: what its associated data bind."""

    topic: str
    field: str
    person: bytes
    subject: bytes


@pytest.fixture(scope="module")
def keyring(tmp_path_factory: pytest.TempPathFactory) -> Keyring:
    """Worst case for the seal: every field of every topic is sealed under the same two keys with the same ids."""
    keys = {str(number): base64.b64encode(os.urandom(32)).decode() for number in (1, 2)}
    ring: Ring = {f"{topic}/{name}": {"current": 1, "keys": keys} for topic, name in SEALED}
    folder = tmp_path_factory.mktemp("keys")
    FileStore(folder).write("all", ring, before={})
    return Keyring(folder / "all.json")


def somewhere(chance: random.Random) -> Place:
    topic, name = chance.choice(SEALED)
    subject = version_bytes(chance.randrange(1, 50)) if chance.random() < 0.7 else chance.randbytes(16)
    return Place(topic, name, chance.choice(PEOPLE), subject)


def moved(place: Place, chance: random.Random) -> Place:
    """Another place that differs in topic, field, person, version or event, or in several of them."""
    while True:
        other = somewhere(chance)
        mixed = Place(
            chance.choice((place.topic, other.topic)),
            chance.choice((place.field, other.field)),
            chance.choice((place.person, other.person)),
            chance.choice((place.subject, other.subject)),
        )
        if mixed != place and (mixed.topic, mixed.field) in SEALED:
            return mixed


def _parts(place: Place) -> tuple[str, str, bytes, bytes]:
    return place.topic, place.field, place.person, place.subject


def changed(value: bytes, chance: random.Random) -> bytes:
    """Bits flipped, cut at either end, a piece doubled, removed or overwritten, another key's id in front."""
    begin = chance.randrange(len(value))
    end = chance.randrange(begin + 1, len(value) + 1)
    flipped = bytes([value[begin] ^ chance.randrange(1, 256)])
    ways = [
        value[:begin] + flipped + value[begin + 1 :],
        value[:begin],
        value[end:],
        value[:begin] + value[end:],
        value[:end] + value[begin:end] + value[end:],
        value[:begin] + chance.randbytes(end - begin) + value[end:],
        (2).to_bytes(4, "big") + value[4:],
        value + chance.randbytes(chance.randrange(1, 20)),
    ]
    return chance.choice([way for way in ways if way != value])


def test_ten_thousand_changed_and_moved_values_are_all_refused(keyring: Keyring) -> None:
    chance, tried, opened = random.Random(SEED), 0, []
    while tried < TAMPERS:
        place = somewhere(chance)
        value = keyring.seal(*_parts(place), chance.randbytes(chance.randrange(0, 120)))
        for way in ("changed", "moved", "both"):
            at = place if way == "changed" else moved(place, chance)
            tampered = value if way == "moved" else changed(value, chance)
            tried += 1
            try:
                keyring.open(*_parts(at), tampered)
            except REFUSED:
                continue
            opened.append((way, place, at))
        assert keyring.open(*_parts(place), value) is not None, "what was not touched opens"
    assert opened == []


def test_every_bit_of_a_value_counts(keyring: Keyring) -> None:
    place = somewhere(random.Random(SEED))
    value = keyring.seal(*_parts(place), b"MELATI CONTOH")
    for bit in range(len(value) * 8):
        flipped = bytearray(value)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(REFUSED):
            keyring.open(*_parts(place), bytes(flipped))
    for length in range(len(value)):
        with pytest.raises(REFUSED):
            keyring.open(*_parts(place), value[:length])


# The same on whole records, through what a subscriber decodes with.


@dataclass
class Swapped:
    """A Kafka record as a decoder sees it."""

    topic: str
    key: bytes
    value: bytes
    headers: list[tuple[str, bytes]]
    partition: int = 0
    offset: int = 0
    timestamp: int = 0


class OneSchema(Registry):
    """Knows a single schema by heart; decoding asks for nothing else."""

    def __init__(self, revision: Revision) -> None:
        super().__init__("http://127.0.0.1:1")
        self._revision = revision

    async def schema_by_id(self, schema_id: int) -> dict[str, Any]:
        return self._revision.schema


@dataclass
class Parcels:
    """The town's parcel topic without a platform: records of owners in any version."""

    revision: Revision
    contract: Contract
    keyring: Keyring
    encoder: Encoder = field(init=False)

    def __post_init__(self) -> None:
        self.encoder = Encoder(self.revision)

    def record(self, person: bytes, version: int, said_version: int | None = None) -> Swapped:
        value = {"parcel_id": person.decode(), "version": version, "use": "garden", "owner": {"name": "MELATI CONTOH"}}
        body = self.encoder.encode(value, person, version_bytes(version), self.keyring)
        headers = [
            ("ce_id", PEOPLE[0]),
            ("ce_entityversion", str(said_version or version).encode()),
            ("schema-fingerprint", self.revision.fingerprint.encode()),
        ]
        return Swapped(self.revision.topic, person, PREFIX.pack(0, 1) + body, headers)

    def heard(self, record: Swapped) -> Heard:
        decoder = Decoder(self.contract, state=True, registry=OneSchema(self.revision), keyring=self.keyring)
        return asyncio.run(decoder.decode(record))


@pytest.fixture
def parcels(tmp_path: Path) -> Parcels:
    from tests.sekali.town import Town

    town: Any = Town(None, tmp_path, {}, "x")  # type: ignore[arg-type]
    town.write()
    town.grant()
    catalogue = Catalogue.load(tmp_path)
    revision, contract = catalogue.latest(town.parcels), catalogue.contracts[town.bank, town.parcels]
    return Parcels(revision, contract, Keyring(tmp_path / "keys" / f"{town.land}.json"))


def test_a_record_under_another_persons_key_goes_to_the_dead_letters(parcels: Parcels) -> None:
    good = parcels.record(PEOPLE[1], 3)
    heard = parcels.heard(good)
    assert heard.value is not None
    assert heard.value["owner"]["name"] == "MELATI CONTOH"
    good.key = PEOPLE[2]
    with pytest.raises(Poison) as refused:
        parcels.heard(good)
    assert refused.value.cause == "SEAL_BROKEN"
    assert "MELATI" not in str(refused.value)


def test_an_old_version_cannot_be_told_as_a_new_one(parcels: Parcels) -> None:
    with pytest.raises(Poison) as refused:
        parcels.heard(parcels.record(PEOPLE[1], 3, said_version=4))
    assert refused.value.cause == "SEAL_BROKEN"


def test_the_ring_itself_must_name_the_field(parcels: Parcels, tmp_path: Path) -> None:
    record = parcels.record(PEOPLE[1], 3)
    path = tmp_path / "other.json"
    path.write_text(json.dumps({"keysets": {}}))
    parcels.keyring = Keyring(path)
    with pytest.raises(NoRightToKey):
        parcels.heard(record)


def test_no_byte_wanders_from_the_person_to_the_version(parcels: Parcels) -> None:
    """Both stand beside each other in the associated data, parted by a NUL: a key that holds one is no key."""
    record = parcels.record(PEOPLE[1], 3)
    record.key = PEOPLE[1] + b"\0"
    with pytest.raises(Poison) as refused:
        parcels.heard(record)
    assert refused.value.cause == "NO_ID"
