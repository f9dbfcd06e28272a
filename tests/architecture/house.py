"""The tree that the laws look at: agencies and files as they are found on disk, never listed by hand."""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NO_AGENCY = frozenset({"console"})
"""Folders of services/ that are no agency: the operators' desk owns no fact."""


def agencies(root: Path) -> list[str]:
    """Every folder of services/ that holds anything but caches."""
    folders = (folder for folder in entries(root / "services") if folder.is_dir() and any(entries(folder)))
    return sorted(folder.name for folder in folders if folder.name not in NO_AGENCY)


def entries(folder: Path) -> Iterator[Path]:
    """What lies directly in a folder, without what tools leave there."""
    return (path for path in folder.iterdir() if not _left_by_tools(path))


def files(root: Path, suffix: str = "") -> list[Path]:
    """Every file that is written by hand or generated and committed; what .gitignore names is hidden or a cache."""
    found: list[Path] = []
    folders = [root]
    while folders:
        for path in entries(folders.pop()):
            if path.is_dir():
                folders.append(path)
            elif path.name.endswith(suffix):
                found.append(path)
    return sorted(found)


def _left_by_tools(path: Path) -> bool:
    hidden = path.name.startswith(".") and path.name not in {".ci", ".gitignore", ".dockerignore"}
    site = path.is_dir() and (path / ".sekali-docs").exists()  # what `make docs` writes
    return hidden or site or path.name == "__pycache__" or path.name.endswith(".egg-info")


def short(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix()


def is_test(path: Path, root: Path) -> bool:
    return "tests" in path.relative_to(root).parts


def is_generated(path: Path) -> bool:
    """`sekali types` writes an agency's events.py."""
    return path.name == "events.py" and path.parent.parent.name == "services"


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def keeps(sentences: Iterable[str]) -> None:
    """The test fails with the law's own sentences and nothing around them."""
    if said := list(sentences):
        pytest.fail("\n".join(said), pytrace=False)
