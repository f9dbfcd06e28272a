"""The lock is what makes two machines alike: it pins and hashes everything that pyproject.toml asks for."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PIN = re.compile(r"^(?P<name>[\w.-]+)==(?P<version>[^ ;]+)(?P<rest>.*)", re.MULTILINE)
ADVICE = "run `make lock`"


def faults(pyproject: str, lock: str) -> list[str]:
    """A sentence for each requirement that the lock does not hold, and for each pin without a hash."""
    project = tomllib.loads(pyproject)["project"]
    asked = [*project["dependencies"], *(line for lines in project["optional-dependencies"].values() for line in lines)]
    pins = {canonicalize_name(pin["name"]): pin for pin in PIN.finditer(lock.replace("\\\n", " "))}
    said = [
        f"{name} is pinned without a hash: {ADVICE}"
        for name, pin in pins.items()
        if "--hash=sha256:" not in pin["rest"]
    ]
    for requirement in map(Requirement, asked):
        pin = pins.get(canonicalize_name(requirement.name))
        if pin is None:
            said.append(f"{requirement.name} is asked for in pyproject.toml and not in requirements.lock: {ADVICE}")
        elif not requirement.specifier.contains(pin["version"], prereleases=True):
            said.append(f"{requirement.name} is locked at {pin['version']}, not {requirement.specifier}: {ADVICE}")
    return said + [f"the lock names an index: {ADVICE}" for line in lock.splitlines() if line.startswith("--")]


def test_the_lock_holds_what_the_project_asks_for() -> None:
    assert faults((ROOT / "pyproject.toml").read_text(), (ROOT / "requirements.lock").read_text()) == []


@pytest.mark.parametrize(
    ("lock", "said"),
    [
        ("", "typer is asked for in pyproject.toml and not in requirements.lock"),
        ("typer==0.29.2 \\\n    --hash=sha256:" + "a" * 64, ""),
        ("typer==0.29.2", "typer is pinned without a hash"),
        ("typer==0.28 \\\n    --hash=sha256:" + "a" * 64, "typer is locked at 0.28"),
        ("--index-url x\ntyper==0.29.2 \\\n    --hash=sha256:" + "a" * 64, "the lock names an index"),
    ],
)
def test_the_check_can_fail(lock: str, said: str) -> None:
    pyproject = '[project]\ndependencies = ["typer>=0.29"]\n[project.optional-dependencies]\n'
    found = faults(pyproject, lock)
    assert len(found) == (1 if said else 0)
    assert all(sentence.startswith(said) for sentence in found)
