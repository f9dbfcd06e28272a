"""Where keyrings lie: `sekali rights apply` writes them, each agency's process reads its own.

A ring's shape, in every store:
{"<topic>/<field>": {"current": 17, "keys": {"17": "<base64, 32 bytes>"}, "made": {"17": "2026-11-22T03:00:00Z"}}}.
"""

import fcntl
import json
import os
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, NotRequired, Protocol, TypedDict

from sekali.errors import SekaliError, Unavailable


class Keyset(TypedDict):
    """`current` seals, every key opens; `made` is missing for keys older than this member."""

    current: int
    keys: dict[str, str]
    made: NotRequired[dict[str, str]]


Ring = dict[str, Keyset]


class KeyStoreDown(Unavailable):
    """The store of keys does not answer, or its answer is no ring: wait and ask again."""


class KeyStoreRefuses(SekaliError):
    """The store of keys does not let us in."""


class KeyStoreChanged(SekaliError):
    """Somebody else wrote a ring meanwhile."""

    def __init__(self, agency: str) -> None:
        super().__init__(f"The keyring of {agency} was changed by somebody else meanwhile: run the same command again.")


class Edition(NamedTuple):
    """A ring, and what tells it from the one before: equal stamps, equal rings."""

    stamp: Hashable
    ring: Ring


class Source(Protocol):
    """One agency's ring, as its own process sees it. Asked on the path of a fact: an answer takes microseconds.

    A store behind a network is asked by a thread of its own (`sekali.vault.Watched`), and what was last heard is told.
    """

    @property
    def name(self) -> str:
        """For people, in errors."""
        ...

    def fetch(self, known: Hashable) -> Edition | None:
        """The present edition, or None where its stamp is `known`. A ring that is not there is an empty one.

        Raises `KeyStoreDown`, `KeyStoreRefuses`.
        """
        ...


class KeyStore(Protocol):
    """All rings, for whoever grants keys. Each ring appears whole or not at all, and leaves no older one behind."""

    def agencies(self) -> list[str]:
        """Who has a ring."""
        ...

    def read(self, agency: str) -> Ring:
        """Empty where there is none."""
        ...

    def write(self, agency: str, ring: Ring, *, before: Ring) -> None:
        """Raises `KeyStoreChanged` where `before` is not what lies there: a key that seals must not be overwritten."""
        ...


class FileSource:
    """A ring in a file: {"keysets": ring}."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.name = path.name

    def fetch(self, known: Hashable) -> Edition | None:
        try:
            stat = self._path.stat()
            stamp = (stat.st_mtime_ns, stat.st_ino, stat.st_size)
            return None if stamp == known else Edition(stamp, _read(self._path))
        except FileNotFoundError:
            return Edition(None, {})
        except OSError as wrong:
            raise KeyStoreDown(f"The keyring {self.name} cannot be read ({type(wrong).__name__}).") from None


class FileStore:
    """A file for each agency in one folder, which only its owner may read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def agencies(self) -> list[str]:
        return sorted(path.stem for path in self._folder.glob("*.json"))

    def read(self, agency: str) -> Ring:
        path = self._path(agency)
        return _read(path) if path.exists() else {}

    def write(self, agency: str, ring: Ring, *, before: Ring) -> None:
        """An unchanged file is not touched, unless others could read it."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._path(agency)
        with alone(self._folder):
            if self.read(agency) != before:
                raise KeyStoreChanged(agency)
            if not path.exists() or path.stat().st_mode & 0o077 or ring != before:
                replace_private(path, json.dumps({"keysets": ring}, indent=1) + "\n")

    def _path(self, agency: str) -> Path:
        return self._folder / f"{agency}.json"


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """One writer at a time; the lock is the folder's own, so that it leaves no file."""
    lock = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _read(path: Path) -> Ring:
    try:
        return checked(json.loads(path.read_text(encoding="utf-8"))["keysets"])
    except (ValueError, KeyError, TypeError):
        # The text of these errors holds what was read: keys.
        raise KeyStoreDown(f"The keyring {path.name} is no keyring: put the right file back.") from None


def checked(ring: Any) -> Ring:
    """The ring, or ValueError, KeyError, TypeError where its shape is another."""
    for name, keyset in ring.items():
        topic, _, field = name.rpartition("/")
        if not (topic and field and str(int(keyset["current"])) in keyset["keys"]):
            raise ValueError
    held: Ring = ring
    return held


def replace_private(path: Path, text: str) -> None:
    """A file that only its owner may read, whole or not at all."""
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(path)
