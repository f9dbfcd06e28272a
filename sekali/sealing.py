"""Sealed fields: AES-256-GCM under a keyset of topic and field, bound to person and version.

Layout of a sealed value: 4-byte key id, 12 random bytes, ciphertext, 16-byte tag.
Associated data: topic NUL field NUL record key NUL, then 16 bytes of a fact's event id or 8 of a state's version.
So a sealed value that is moved to another person, field, topic or version does not open.
"""

import base64
import json
import os
import time
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sekali.errors import SekaliError

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
    """What one agency may seal and open, read from `.sekali/keys/AGENCY.json`.

    The file is read again when it has changed (looked at once a second at most), and at once for an unknown key id.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._keysets: dict[tuple[str, str], Keyset] = {}
        self._stamp: tuple[int, int] | None = None
        self._looked = float("-inf")

    def seal(self, topic: str, field_name: str, key: bytes, subject: bytes, plain: bytes) -> bytes:
        """Seal under the current key. Raises `NoRightToKey`."""
        keyset = self._keyset(topic, field_name)
        key_id = keyset.current.to_bytes(KEY_ID, "big")
        nonce = os.urandom(NONCE)
        sealed = keyset.ciphers[key_id].encrypt(nonce, plain, binding(topic, field_name, key, subject))
        return key_id + nonce + sealed

    def open(self, topic: str, field_name: str, key: bytes, subject: bytes, sealed: bytes) -> bytes:
        """Open a sealed value. Raises `NoRightToKey`, `KeyNotKnownYet`, `SealBroken`."""
        key_id = sealed[:KEY_ID]
        cipher = self._keyset(topic, field_name).ciphers.get(key_id) or self._fetched(topic, field_name, key_id)
        try:
            return cipher.decrypt(
                sealed[KEY_ID : KEY_ID + NONCE], sealed[KEY_ID + NONCE :], binding(topic, field_name, key, subject)
            )
        except (InvalidTag, ValueError) as broken:
            raise SealBroken(f"The sealed field {field_name} of {topic} does not open: changed, or moved.") from broken

    def _keyset(self, topic: str, field_name: str) -> Keyset:
        self._refresh()
        keyset = self._keysets.get((topic, field_name))
        if keyset is None:
            raise NoRightToKey(
                f"The keyring {self._path.name} holds no key for the field {field_name} of {topic}: "
                "list the field in a contract and run `sekali rights apply`."
            )
        return keyset

    def _fetched(self, topic: str, field_name: str, key_id: bytes) -> AESGCM:
        self._refresh(at_once=True)
        cipher = self._keyset(topic, field_name).ciphers.get(key_id)
        if cipher is None:
            number = int.from_bytes(key_id, "big")
            raise KeyNotKnownYet(
                f"The keyring {self._path.name} does not hold key {number} of the field {field_name} of {topic} yet: "
                "run `sekali rights apply`."
            )
        return cipher

    def _refresh(self, *, at_once: bool = False) -> None:
        if not at_once and time.monotonic() - self._looked < RECHECK_SECONDS:
            return
        self._looked = time.monotonic()
        try:
            stat = self._path.stat()
        except FileNotFoundError:
            self._keysets, self._stamp = {}, None
            return
        stamp = (stat.st_mtime_ns, stat.st_ino)
        if stamp != self._stamp:
            self._keysets, self._stamp = _read(self._path), stamp


def _read(path: Path) -> dict[tuple[str, str], Keyset]:
    keysets = {}
    for name, entry in json.loads(path.read_text(encoding="utf-8"))["keysets"].items():
        topic, field_name = name.rsplit("/", 1)
        ciphers = {
            int(key_id).to_bytes(KEY_ID, "big"): AESGCM(base64.b64decode(key)) for key_id, key in entry["keys"].items()
        }
        keysets[topic, field_name] = Keyset(int(entry["current"]), ciphers)
    return keysets
