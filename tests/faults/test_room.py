"""A small file system for a stand's server: it fills up, gives room again, and is gone with its process."""

import subprocess
import sys
from pathlib import Path

import pytest

from faults.stand import room
from faults.stand.children import PROJECT

FILL = """
import errno, sys
from pathlib import Path
from faults.stand.room import Ballast

folder = Path(sys.argv[1])
ballast = Ballast(folder)
ballast.fill()
try:
    (folder / "log").write_bytes(b"said")
except OSError as full:
    print(errno.errorcode[full.errno])
ballast.drop()
(folder / "log").write_bytes(b"said")
print((folder / "log").stat().st_size)
"""


def test_it_is_full_has_room_again_and_leaves_nothing(tmp_path: Path) -> None:
    if why := room.missing(tmp_path):
        pytest.skip(f"no small file systems here: {why}")
    folder = room.folder(tmp_path, "kafka")
    command = room.command(tmp_path, [sys.executable, "-c", FILL, str(folder)])
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=PROJECT)
    assert (done.stdout.split(), done.returncode) == (["ENOSPC", "4"], 0), done.stderr
    assert list(folder.iterdir()) == []


def test_it_says_why_there_can_be_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert room.missing(tmp_path) == "the program unshare is missing"
