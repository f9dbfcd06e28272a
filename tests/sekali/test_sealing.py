"""A sealed value opens for its own person, field, topic and version, and for nothing else."""

import base64
import json
import os
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sekali.sealing import KeyNotKnownYet, Keyring, NoRightToKey, SealBroken, version_bytes
from tests.examples import examples

TOPIC, FIELD, KEY = "land.parcel.v1", "owner", b"0198c0de-0000-7000-8000-000000000001"


def write_ring(path: Path, current: int, **keys: bytes) -> None:
    named = {number.removeprefix("k"): base64.b64encode(key).decode() for number, key in keys.items()}
    names = (f"{TOPIC}/{FIELD}", f"{TOPIC}/tenant", f"land.parcel.v2/{FIELD}")
    keysets = {name: {"current": current, "keys": named} for name in names}
    path.write_text(json.dumps({"keysets": keysets}))


@pytest.fixture(scope="module")
def steady(tmp_path_factory: pytest.TempPathFactory) -> Keyring:
    """One ring for the many examples of a property."""
    path = tmp_path_factory.mktemp("ring") / "land.json"
    write_ring(path, 7, k7=os.urandom(32))
    return Keyring(path)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    write_ring(tmp_path / "land.json", 7, k7=b"7" * 32)
    return tmp_path / "land.json"


@pytest.fixture
def ring(path: Path) -> Keyring:
    return Keyring(path)


def sealed(ring: Keyring) -> bytes:
    return ring.seal(TOPIC, FIELD, KEY, version_bytes(3), b"MELATI CONTOH")


def test_melatis_name_comes_back_and_stands_nowhere_in_the_bytes(ring: Keyring) -> None:
    value = sealed(ring)
    assert b"MELATI" not in value
    assert ring.open(TOPIC, FIELD, KEY, version_bytes(3), value) == b"MELATI CONTOH"


@pytest.mark.parametrize(
    ("topic", "field", "key", "subject"),
    [
        ("land.parcel.v2", FIELD, KEY, version_bytes(3)),
        (TOPIC, "tenant", KEY, version_bytes(3)),
        (TOPIC, FIELD, KEY[:-1] + b"2", version_bytes(3)),
        (TOPIC, FIELD, KEY, version_bytes(4)),
        (TOPIC, FIELD, KEY, b"3" * 16),
    ],
    ids=["another topic", "another field", "another person", "another version", "a fact"],
)
def test_a_moved_value_does_not_open(ring: Keyring, topic: str, field: str, key: bytes, subject: bytes) -> None:
    with pytest.raises(SealBroken):
        ring.open(topic, field, key, subject, sealed(ring))


@settings(max_examples=examples(2_000), deadline=None)
@given(place=st.integers(min_value=4), change=st.integers(min_value=1, max_value=255))
def test_no_changed_byte_is_accepted(steady: Keyring, place: int, change: int) -> None:
    value = bytearray(sealed(steady))
    value[4 + place % (len(value) - 4)] ^= change
    with pytest.raises(SealBroken):
        steady.open(TOPIC, FIELD, KEY, version_bytes(3), bytes(value))


@settings(max_examples=examples(500), deadline=None)
@given(value=st.binary(max_size=80))
def test_made_up_bytes_are_refused_in_words(steady: Keyring, value: bytes) -> None:
    with pytest.raises((SealBroken, KeyNotKnownYet)):
        steady.open(TOPIC, FIELD, KEY, version_bytes(3), value)


def test_a_new_key_seals_within_seconds_and_the_old_one_still_opens(path: Path, ring: Keyring) -> None:
    old = sealed(ring)
    write_ring(path, 8, k7=b"7" * 32, k8=b"8" * 32)
    until = time.monotonic() + 5
    while sealed(ring)[:4] != (8).to_bytes(4, "big"):
        assert time.monotonic() < until
    assert ring.open(TOPIC, FIELD, KEY, version_bytes(3), old) == b"MELATI CONTOH"


def test_a_key_that_was_just_granted_opens_at_once(path: Path, ring: Keyring) -> None:
    sealed(ring)
    write_ring(path, 8, k7=b"7" * 32, k8=b"8" * 32)
    value = Keyring(path).seal(TOPIC, FIELD, KEY, version_bytes(3), b"MELATI CONTOH")
    assert ring.open(TOPIC, FIELD, KEY, version_bytes(3), value) == b"MELATI CONTOH"


def test_a_key_that_is_not_there_yet_is_told_apart_from_a_broken_seal(ring: Keyring) -> None:
    value = (9).to_bytes(4, "big") + sealed(ring)[4:]
    with pytest.raises(KeyNotKnownYet, match=r"key 9 .*sekali rights apply"):
        ring.open(TOPIC, FIELD, KEY, version_bytes(3), value)


def test_without_a_grant_the_way_out_is_named(tmp_path: Path) -> None:
    with pytest.raises(NoRightToKey, match="list the field in a contract"):
        Keyring(tmp_path / "none.json").seal(TOPIC, FIELD, KEY, version_bytes(1), b"x")
