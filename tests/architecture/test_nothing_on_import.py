"""Importing any agency's app connects to nothing, starts nothing and needs no setting."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.house import ROOT, agencies

PROGRAM = Path(__file__).with_name("watched_import.py")


def imported(root: Path, *modules: str) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("SEKALI_", "OTEL_"))}
    command = [sys.executable, str(PROGRAM), *modules]
    done = subprocess.run(
        command, env={**environment, "PYTHONPATH": str(root)}, cwd=root, capture_output=True, text=True, check=False,
        timeout=120,
    )  # fmt: skip
    assert done.returncode == bool(done.stdout.strip()), done.stderr
    return done.stdout.strip()


def test_no_app_does_anything_when_it_is_imported() -> None:
    said = imported(ROOT, "sekali.cli", *(f"services.{agency}.app" for agency in agencies(ROOT)))
    if said:
        pytest.fail(said, pytrace=False)


GREEDY = {
    "import socket\nsocket.socket().connect_ex(('127.0.0.1', 9))": "socket.connect",
    "import subprocess\nsubprocess.run(['true'])": "subprocess.Popen",
    "import os\nos.environ['SEKALI_DATABASE_URL']": "KeyError",
    "import threading\nthreading.Timer(0.5, print).start()": "starts a thread",
}


@pytest.mark.parametrize(("code", "word"), GREEDY.items(), ids=GREEDY.values())
def test_a_module_that_does_something_is_told(tmp_path: Path, code: str, word: str) -> None:
    (tmp_path / "greedy.py").write_text(code)
    (tmp_path / "modest.py").write_text("x = 1")
    (said,) = imported(tmp_path, "modest", "greedy").splitlines()
    assert said.startswith("greedy: importing it")
    assert word in said
    assert "nothing is built on import" in said
