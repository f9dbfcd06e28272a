"""The command: a wrong call is told how it is meant, a foreseen error is a sentence, and never a traceback."""

import subprocess
import sys
from pathlib import Path

import pytest

CALL = (sys.executable, "-c", "from sekali.cli import main; main()")


def call(*arguments: str, state: Path) -> subprocess.CompletedProcess[str]:
    environment = {"SEKALI_STATE": str(state), "PATH": "/usr/bin:/bin"}
    return subprocess.run([*CALL, *arguments], capture_output=True, text=True, check=False, env=environment)


@pytest.mark.parametrize("wrong", [["foo"], ["tail"], ["tail", "--bogus"], ["topics", "x"], ["up", "x"]])
def test_a_wrong_call_gets_the_usage(wrong: list[str], tmp_path: Path) -> None:
    done = call(*wrong, state=tmp_path)
    assert done.returncode == 2
    assert "Usage: sekali" in done.stderr
    assert "Traceback" not in done.stderr


def test_without_an_installation_the_way_out_is_named(tmp_path: Path) -> None:
    done = call("tail", "population.resident.v1", "--as", "licensing", state=tmp_path)
    assert done.returncode == 1
    assert "run `sekali up`" in done.stderr
    assert "Traceback" not in done.stderr


def test_every_verb_explains_itself(tmp_path: Path) -> None:
    done = call("--help", state=tmp_path)
    assert done.returncode == 0
    for verb in ("up", "down", "doctor", "tail", "topics", "schemas", "rights", "types"):
        assert verb in done.stdout
