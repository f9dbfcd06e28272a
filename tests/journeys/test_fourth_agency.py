"""A fourth agency is added by folders only: it starts, hears residents and speaks, and no tracked file is changed."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from demo.story.cast import MELATI, Cast
from demo.story.checking import until
from sekali.local.platform import PARTS, Platform
from tests.journeys.fourth_agency import FILES

LIMIT_SECONDS = 60.0
OFFICER = {"Authorization": "Bearer officer:health:contoh"}


def run(tree: Path, *command: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(tree), "SEKALI_ROOT": str(tree)}
    done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def tree(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout of its own, committed, with the agency's folders added and its types generated."""
    root, copy = pytestconfig.rootpath, tmp_path_factory.mktemp("fourth")
    for name in run(root, "git", "ls-files", "-co", "--exclude-standard").splitlines():
        if (root / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / name, copy / name)
    (copy / ".jars").symlink_to(root / ".jars")
    git = ("git", "-c", "user.name=contoh", "-c", "user.email=contoh@contoh.example")
    run(copy, "git", "init", "-q")
    run(copy, "git", "add", "-A")
    run(copy, *git, "commit", "-q", "--no-gpg-sign", "-m", "the tree as it is")
    for name, text in FILES.items():
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).write_text(text, encoding="utf-8")
    run(copy, sys.executable, "-c", "from sekali.cli import main; main()", "types")
    return copy


@pytest.fixture(scope="module")
def platform(tree: Path, pytestconfig: pytest.Config) -> Iterator[Platform]:
    # Beside the session's own state: PostgreSQL's user may not enter pytest's private temporary folders.
    state = pytestconfig.rootpath / ".sekali-test" / f"{os.getpid()}-fourth"
    own = Platform(tree, state, owner=os.getpid())
    own.up([part for part in PARTS if part != "zipkin"])
    own.apply()
    own.serve(["population", "health"])
    yield own
    own.down()
    shutil.rmtree(state)


@pytest.fixture(scope="module")
def melati(platform: Platform) -> str:
    """Her resident id, once health has heard of her."""
    urls = platform.endpoints.http
    officer = {"Authorization": "Bearer officer:population:contoh"}
    answer = httpx.post(f"{urls['population']}/family-cards", json=Cast(run=1).card_a(), headers=officer)
    assert answer.status_code == 201
    resident = str(answer.json()["residents"][1]["resident_id"])
    until("health has heard of her", lambda: bool(copy(platform, resident)), LIMIT_SECONDS)
    return resident


def copy(platform: Platform, resident: str) -> dict[str, Any]:
    found = httpx.get(f"{platform.endpoints.http['health']}/residents/{resident}", headers=OFFICER)
    return dict(found.json()) if found.status_code == 200 else {}


def test_health_hears_of_melati(platform: Platform, melati: str) -> None:
    heard = copy(platform, melati)
    assert (heard["version"], heard["standing"], heard["full_name"]) == (1, "VALID", MELATI.name)


def test_health_speaks_on_its_own_topic(platform: Platform, melati: str, tree: Path) -> None:
    answer = httpx.post(f"{platform.endpoints.http['health']}/visits/{melati}", headers=OFFICER)
    assert answer.status_code == 201
    command = ("tail", "health.visit-planned.v1", "--as", "health", "--from-start", "--max", "1")
    with platform.place.chosen():
        told = run(tree, sys.executable, "-c", "from sekali.cli import main; main()", *command)
    assert melati in told


def test_no_tracked_file_was_changed(platform: Platform, tree: Path) -> None:
    assert run(tree, "git", "status", "--porcelain", "--untracked-files=no") == ""
    added = run(tree, "git", "status", "--porcelain", "--untracked-files=all").split()[1::2]
    assert {name.rpartition("/")[0].split("/")[1] for name in added} == {"health"}


def test_its_rooms_and_contracts_hold_the_laws_of_the_house(tree: Path) -> None:
    """import-linter finds the new agency by itself."""
    tool = Path(sys.executable).with_name("lint-imports")
    assert "0 broken" in run(tree, str(tool), "--no-cache")
