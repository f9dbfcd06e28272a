"""What only npm has, fetched once by its own client into the git-ignored folder .tools, pinned by hash."""

import base64
import fcntl
import hashlib
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

TOOLS = Path(__file__).parents[1] / ".tools"
SECONDS = 300


@contextmanager
def alone(tools: Path, what: str) -> Iterator[None]:
    """One process at a time makes `what` in the folder; workers of one test session share it."""
    tools.mkdir(parents=True, exist_ok=True)
    with (tools / f".{what}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@dataclass(frozen=True)
class Package:
    """`sha512`: what npm calls `dist.integrity`, without its first word."""

    name: str
    version: str
    sha512: str

    def folder(self, tools: Path = TOOLS) -> Path:
        """The package's files, without what it depends on. Fails the test with a sentence where they cannot be had."""
        place = tools / f"{self.name.replace('/', '-').removeprefix('@')}-{self.version}"
        with alone(tools, self.name.rpartition("/")[2]):
            if not place.exists():
                with tempfile.TemporaryDirectory(dir=tools) as folder:
                    self._unpack(self._fetched(Path(folder)), Path(folder)).rename(place)
        return place

    def _fetched(self, folder: Path) -> Path:
        npm = shutil.which("npm")
        if npm is None:
            pytest.fail(f"npm is needed once to fetch {self.name}: install npm (Debian: apt install npm).")
        asked = [npm, "pack", "--silent", "--pack-destination", str(folder), f"{self.name}@{self.version}"]
        done = subprocess.run(asked, capture_output=True, text=True, timeout=SECONDS, check=False, cwd=folder)
        found = list(folder.glob("*.tgz"))
        if done.returncode or not found:
            pytest.fail(f"npm could not fetch {self.name}@{self.version}; its last words: {done.stderr[-500:]}")
        return found[0]

    def _unpack(self, archive: Path, folder: Path) -> Path:
        digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
        if digest != self.sha512:
            pytest.fail(f"{self.name}@{self.version} is not the package that was pinned: its SHA-512 differs.")
        with tarfile.open(archive) as held:
            held.extractall(folder, filter="data")
        return folder / "package"


def installed(folder: Path, tools: Path = TOOLS) -> Path:
    """The folder that holds `node_modules` as package-lock.json in `folder` says. Fails the test with a sentence."""
    lock = folder / "package-lock.json"
    place = tools / f"{folder.name}-{hashlib.sha256(lock.read_bytes()).hexdigest()[:12]}"
    with alone(tools, folder.name):
        if not place.exists():
            npm = shutil.which("npm")
            if npm is None:
                pytest.fail(f"npm is needed once for {folder.name}: install npm (Debian: apt install npm).")
            with tempfile.TemporaryDirectory(dir=tools) as made:
                work = Path(made) / "work"
                work.mkdir()
                for name in ("package.json", "package-lock.json"):
                    shutil.copy(folder / name, work)
                asked = [npm, "ci", "--silent", "--ignore-scripts", "--no-audit", "--no-fund"]
                done = subprocess.run(asked, capture_output=True, text=True, timeout=SECONDS, check=False, cwd=work)
                if done.returncode:
                    pytest.fail(f"npm could not install what {folder.name} needs; last words: {done.stderr[-500:]}")
                work.rename(place)
    return place
