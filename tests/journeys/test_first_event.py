"""From nothing to the first event, as docs/first-event.md tells it: in a tree of its own, on a platform of its own.

`make agency` writes the agency, and it keeps every law of the house at once; so does what the guide does with it.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sekali.local.platform import Platform
from tests.journeys.guide import Done, Step, follow, is_shown, steps
from tests.platforms import OWNER, STATE

ROOT = Path(__file__).parents[2]
GUIDE = steps(ROOT / "docs" / "first-event.md")
BIN = Path(sys.executable).parent
LIMIT_SECONDS = 220.0
NEW = ("contracts/vehicles/", "schemas/vehicles/", "services/vehicles/")


def environment(tree: Path) -> dict[str, str]:
    """A reader's shell, with the tree's own code, and the tests' platform for the session that the guide starts."""
    # MAKE…: a make that called these tests would tell the guide's own which folders it enters.
    hidden = ("SEKALI_", "PYTEST_", "MAKE", "MFLAGS")
    kept = {name: text for name, text in os.environ.items() if not name.startswith(hidden)}
    state = str((tree / ".sekali").resolve())
    embedded = {"SEKALI_TEST_PLATFORM": "embedded", STATE: state, OWNER: str(os.getpid())}
    return {**kept, **embedded, "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "200"}


def run(tree: Path, *command: str) -> str:
    done = subprocess.run(
        command, cwd=tree, env=environment(tree), capture_output=True, text=True, check=False, timeout=LIMIT_SECONDS
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def tree(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A checkout of its own, committed, with this installation's Python behind `.venv`."""
    root, copy = pytestconfig.rootpath, tmp_path_factory.mktemp("first")
    for name in run(root, "git", "ls-files", "-co", "--exclude-standard").splitlines():
        if (root / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / name, copy / name)
    git = ("git", "-c", "user.name=contoh", "-c", "user.email=contoh@contoh.example")
    run(copy, "git", "init", "-q")
    run(copy, "git", "add", "-A")
    run(copy, *git, "commit", "-q", "--no-gpg-sign", "-m", "the tree as it is")
    # Set up: make must not install anything into an environment that is shared.
    (copy / ".git" / "info" / "exclude").write_text(".jars\n.sekali\n")
    (copy / ".venv").mkdir()
    (copy / ".venv" / "bin").symlink_to(BIN)
    (copy / ".venv" / "stamp").touch()
    (copy / ".jars").symlink_to(root / ".jars")
    if (root / ".mypy_cache").exists():
        shutil.copytree(root / ".mypy_cache", copy / ".mypy_cache")
    # Beside the session's own state: PostgreSQL's user may not enter pytest's private temporary folders.
    state = root / ".sekali-test" / f"{os.getpid()}-first"
    state.mkdir(parents=True)
    (copy / ".sekali").symlink_to(state)
    yield copy
    shutil.rmtree(state)


@pytest.fixture(scope="module")
def done(tree: Path) -> Iterator[list[Done]]:
    """The guide, followed to its end. What it starts ends with this process at the latest."""
    own = Platform(tree, tree / ".sekali", owner=os.getpid())
    own.up(["postgres"])
    try:
        yield follow(GUIDE, tree, environment(tree), LIMIT_SECONDS)
    finally:
        own.down()


def test_every_command_of_the_guide_does_what_it_shows(done: list[Done], capsys: pytest.CaptureFixture[str]) -> None:
    for step, one in zip(GUIDE, done, strict=False):
        assert one.seconds is not None, f"docs/first-event.md:{step.line} failed:\n{one.printed}"
        shown = step.shown or ""
        assert is_shown(shown, one.printed), f"docs/first-event.md:{step.line} shows\n{shown}\nand it is\n{one.printed}"
    assert len(done) == len(GUIDE)
    with capsys.disabled():
        print(f"\nThe commands of docs/first-event.md took {sum(one.seconds or 0 for one in done):.0f} s.")


def test_no_tracked_file_was_changed(done: list[Done], tree: Path) -> None:
    assert run(tree, "git", "diff", "--name-only") == ""
    added = run(tree, "git", "status", "--porcelain", "--untracked-files=all").splitlines()
    others = [line[3:] for line in added if line.startswith("??") and not line[3:].startswith(NEW)]
    assert others == ["contracts/portal/vehicles.application.v1.avsc"]


def test_it_keeps_every_law_of_the_house(done: list[Done], tree: Path) -> None:
    """What `make check` and a reviewer run: strict types, rooms, imports, style, documents, schemas, contracts."""
    tests = ("tests/architecture", "tests/schemas/test_laws_hold.py", "tests/contracts/test_laws_hold.py")
    ruff = (sys.executable, "-m", "ruff")
    laws = [
        (sys.executable, "-m", "mypy", "services/vehicles"),
        (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests),
        (str(BIN / "lint-imports"), "--no-cache"),
        (*ruff, "check", "--no-cache", "services/vehicles"),
        (*ruff, "format", "--check", "--no-cache", "services/vehicles"),
        (str(BIN / "sekali"), "types", "--check"),
    ]
    with ThreadPoolExecutor(2) as pool:
        said = list(pool.map(lambda law: run(tree, *law), laws))
    assert "0 broken" in said[2]


SHOWN = [
    ("a\n…\nz\n", "a\nb\nc\nz\n", True),
    ("a\n…\nz\n", "a\nz\n", True),
    ("up in … s\n", "up in 3.1 s\n", True),
    ("up in … s\n", "up in 3.1 s\nmore\n", False),
    ("a\n", "a\nb\n", False),
    ("(1)\n", "(2)\n", False),
]


@pytest.mark.parametrize(("shown", "printed", "fits"), SHOWN)
def test_what_a_guide_shows_is_compared(shown: str, printed: str, fits: bool) -> None:
    assert is_shown(shown, printed) is fits


def test_a_guide_ends_where_a_command_fails(tmp_path: Path) -> None:
    told = [Step(1, "echo one", "one\n"), Step(2, "echo two\nfalse\necho three", None), Step(3, "echo four", None)]
    first, second = follow(told, tmp_path, os.environ, 20)
    assert (first.printed, second) == ("one\n", Done("two\n", None))


def test_a_guide_that_hangs_is_ended_and_tells_how_far_it_came(tmp_path: Path) -> None:
    (only,) = follow([Step(1, "echo one\nsleep 60", None)], tmp_path, os.environ, 0.5)
    assert only == Done("one\n(It took longer than 0 s.)\n", None)
