"""The laws of the rooms: every agency is built alike, and its folders go together."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.house import agencies, entries, parsed

ROOMS = ("app", "settings", "pages", "forms", "inbox", "service", "prefill", "outbox", "store", "model", "events")
"""Each is a file, or a package of the same name when it outgrows one."""
BESIDE = ("__init__.py", "README.md", "migrations", "tests")
DATA = (".yaml", ".json", ".csv")


def same_rooms(root: Path, agency: str) -> Iterator[str]:
    """All rooms, each once, and nothing else but data files."""
    home = root / "services" / agency
    there = {path.name for path in entries(home)}
    for room in ROOMS:
        kinds = {room, f"{room}.py"} & there
        if not kinds:
            yield f"services/{agency}: there is no {room}. Add {room}.py, a docstring at least."
        if len(kinds) > 1:
            yield f"services/{agency}: {room} is both a file and a folder. Move the file into the folder."
    for name in BESIDE:
        if name not in there:
            yield f"services/{agency}: there is no {name}. Add it, as other agencies have it."
    known = {*BESIDE, *(name for room in ROOMS for name in (room, f"{room}.py"))}
    for name in sorted(there - known):
        if not name.endswith(DATA):
            yield (
                f"services/{agency}/{name}: this is no room of an agency. Move it into the room that it belongs to; "
                f"only data files ({', '.join(DATA)}) lie beside the rooms."
            )


def folders_belong_together(root: Path) -> Iterator[str]:
    """What is under schemas/ or contracts/ belongs to a service."""
    known = agencies(root)
    for kind in ("schemas", "contracts"):
        for folder in sorted((root / kind).iterdir()):
            if folder.is_dir() and folder.name not in known:
                yield f"{kind}/{folder.name}: there is no services/{folder.name}. Add the agency, or remove the folder."


def tables_are_tested(root: Path, agency: str) -> Iterator[str]:
    """A test of the agency compares its tables with the migrated database."""
    tests = (root / "services" / agency / "tests").rglob("test_store*.py")
    if not any(_calls(parsed(file), "compare_metadata") for file in tests):
        yield (
            f"services/{agency}/tests: no test_store*.py compares the tables with the migrated database. "
            "Add one that calls alembic's compare_metadata, as other agencies do."
        )


def _calls(tree: ast.Module, name: str) -> bool:
    return any(isinstance(node, ast.Call) and ast.unparse(node.func).endswith(name) for node in ast.walk(tree))
