"""Sealed fields: AES-256-GCM under a keyset of topic and field, bound to person and version.

Layout of a sealed value: 4-byte key id, 12 random bytes, ciphertext, 16-byte tag.
Associated data: topic NUL field NUL record key NUL, then 16 bytes of a fact's event id or 8 of a state's version.
So a sealed value that is moved to another person, field, topic or version does not open.
"""

import base64
import os
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sekali import metrics
from sekali.errors import SekaliError
from sekali.keystore import FileSource, Ring, Source

NONCE = 12
KEY_ID = 4
RECHECK_SECONDS = 1.0


class NoRightToKey(SekaliError):
    """The keyring has no keyset for the field: no contract grants it, or `sekali rights apply` has not run."""


class KeyNotKnownYet(SekaliError):
    """The value names a key that the keyring does not hold yet: fetch, wait, go on."""


class SealBroken(SekaliError):
    """The tag fails under a known key: the value was changed or moved. Poison."""


@dataclass(frozen=True, slots=True)
class Keyset:
    """The keys of one sealed field. `current` seals; every key opens."""

    current: int
    ciphers: dict[bytes, AESGCM] = field(repr=False)


def binding(topic: str, field_name: str, key: bytes, subject: bytes) -> bytes:
    """Associated data of a sealed value. `subject` is `version_bytes(version)` or a fact's event id."""
    return b"\0".join((topic.encode(), field_name.encode(), key, subject))


def version_bytes(version: int) -> bytes:
    return version.to_bytes(8, "big")


class Keyring:
    """What one agency may seal and open, from its source: a path is that of its file.

    The source is asked once a second at most, and at once for an unknown key id. What it no longer tells is forgotten
    then: no key outlives its grant by more than that second.
    """

    def __init__(self, source: Source | Path) -> None:
        self._source: Source = FileSource(source) if isinstance(source, Path) else source
        self._keysets: dict[tuple[str, str], Keyset] = {}
        self._stamp: Hashable = None
        self._looked = float("-inf")

    def seal(self, topic: str, field_name: str, key: bytes, subject: bytes, plain: bytes) -> bytes:
        """Seal under the current key. Raises `NoRightToKey`, `KeyStoreDown`."""
        keyset = self._keyset(topic, field_name)
        key_id = keyset.current.to_bytes(KEY_ID, "big")
        nonce = os.urandom(NONCE)
        sealed = keyset.ciphers[key_id].encrypt(nonce, plain, binding(topic, field_name, key, subject))
        return key_id + nonce + sealed

    def open(self, topic: str, field_name: str, key: bytes, subject: bytes, sealed: bytes) -> bytes:
        """Open a sealed value. Raises `NoRightToKey`, `KeyNotKnownYet`, `SealBroken`, `KeyStoreDown`."""
        key_id = sealed[:KEY_ID]
        if len(key_id) < KEY_ID:
            raise SealBroken(f"The sealed field {field_name} of {topic} does not open: it is too short.")
        cipher = self._keyset(topic, field_name).ciphers.get(key_id) or self._fetched(topic, field_name, key_id)
        return _decrypted(cipher, sealed, binding(topic, field_name, key, subject), topic, field_name)

    def opener(self, topic: str, field_name: str) -> Callable[[bytes, bytes], bytes]:
        """`open` for many records of one field: (record key NUL subject, sealed value) -> plain.

        It asks no source by itself for keys that it holds: call `refresh` before a batch, and about every 50 records.
        """
        head, name = b"\0".join((topic.encode(), field_name.encode(), b"")), (topic, field_name)

        def opened(person: bytes, sealed: bytes) -> bytes:
            keyset = self._keysets.get(name)
            cipher = None if keyset is None else keyset.ciphers.get(sealed[:KEY_ID])
            if cipher is None:
                key, _, subject = person.partition(b"\0")
                return self.open(topic, field_name, key, subject, sealed)
            return _decrypted(cipher, sealed, head + person, topic, field_name)

        return opened

    def _keyset(self, topic: str, field_name: str) -> Keyset:
        self.refresh()
        keyset = self._keysets.get((topic, field_name))
        if keyset is None:
            raise NoRightToKey(
                f"The keyring {self._source.name} holds no key for the field {field_name} of {topic}: "
                "list the field in a contract and run `sekali rights apply`."
            )
        return keyset

    def _fetched(self, topic: str, field_name: str, key_id: bytes) -> AESGCM:
        self.refresh(at_once=True)
        cipher = self._keyset(topic, field_name).ciphers.get(key_id)
        if cipher is None:
            number = int.from_bytes(key_id, "big")
            raise KeyNotKnownYet(
                f"The keyring {self._source.name} does not hold key {number} of the field {field_name} of {topic} yet: "
                "run `sekali rights apply`."
            )
        return cipher

    def refresh(self, *, at_once: bool = False) -> None:
        """Ask the source whether keys came or went, if it was not asked within a second. Raises `KeyStoreDown`."""
        now = time.monotonic()
        if not at_once and now - self._looked < RECHECK_SECONDS:
            return
        # Asked before it is remembered as asked: a source that fails must not leave old keys in use for a second.
        edition = self._source.fetch(self._stamp)
        self._looked = now
        if edition is not None:
            self._keysets, self._stamp = _parsed(edition.ring), edition.stamp


def _decrypted(cipher: AESGCM, sealed: bytes, bound: bytes, topic: str, field_name: str) -> bytes:
    try:
        return cipher.decrypt(sealed[KEY_ID : KEY_ID + NONCE], sealed[KEY_ID + NONCE :], bound)
    except (InvalidTag, ValueError) as broken:
        raise SealBroken(f"The sealed field {field_name} of {topic} does not open: changed, or moved.") from broken


def _parsed(ring: Ring) -> dict[tuple[str, str], Keyset]:
    keysets = {}
    for name, entry in ring.items():
        topic, field_name = name.rsplit("/", 1)
        ciphers = {
            int(key_id).to_bytes(KEY_ID, "big"): AESGCM(base64.b64decode(key)) for key_id, key in entry["keys"].items()
        }
        keysets[topic, field_name] = Keyset(int(entry["current"]), ciphers)
        made = entry.get("made", {}).get(str(entry["current"]))
        if made is not None:
            metrics.KEY_MADE.labels(topic, field_name).set(datetime.fromisoformat(made).timestamp())
    return keysets
