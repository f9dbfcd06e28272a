"""Writes a new agency: all in a folder beside, checked there, and only then moved to its place."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from string import Template

from sekali import generate, laws
from sekali.contracts import Catalogue
from sekali.errors import SekaliError
from sekali.laws import Ground, frozen
from sekali.pages import texts
from sekali.scaffold.names import FOLDERS, refuse_name

TREE = Path(__file__).parent / "tree"
SUFFIX = ".template"
HEARD = "population"
"""Whose topic the new agency's contract lists."""
YEARS = 2
"""How long the example's contract is in force, to the end of a year."""


def write_agency(root: Path, name: str, today: date) -> list[Path]:
    """Adds services/NAME, schemas/NAME and contracts/NAME under `root`; returns the new files, relative to it.

    Nothing that stands is edited. Raises `NameRefused`, or SekaliError with the laws that the result would break or
    with what the disk says; then nothing was written.
    """
    refuse_name(root, name)
    try:
        with _beside(root) as draft:
            _fill(draft, name, today)
            _finish(root, draft, name, today)
            _refuse_broken(Ground.load(draft, today), name)
            new = [file for folder in FOLDERS for file in (draft / folder / name).rglob("*") if file.is_file()]
            files = sorted(file.relative_to(draft) for file in new)
            _move(draft, root, name)
    except OSError as error:
        raise SekaliError(
            f"The agency could not be written: {error.strerror or error}. Nothing of it is left. "
            f"See that {root} can be written to and has room, and say it again."
        ) from error
    return files


@contextmanager
def _beside(root: Path) -> Iterator[Path]:
    """A hidden folder on the same disk, so that moving is renaming."""
    draft = Path(tempfile.mkdtemp(prefix=".new-agency-", dir=root))
    try:
        yield draft
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _fill(draft: Path, name: str, today: date) -> None:
    words = {
        "name": name, "upper": name.upper(), "title": name.capitalize(), "year": f"{today.year}",
        "valid_until": f"{today.year + YEARS}-12-31",
    }  # fmt: skip
    for template in sorted(TREE.rglob(f"*{SUFFIX}")):
        place = template.relative_to(TREE).as_posix().removesuffix(SUFFIX).replace("NAME", name)
        file = draft / place
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(Template(template.read_text(encoding="utf-8")).substitute(words), encoding="utf-8")


def _finish(root: Path, draft: Path, name: str, today: date) -> None:
    """What is made and not written: golden bytes, checksums, types, and the line breaks that a long name moves."""
    frozen.freeze(Ground.load(draft, today))
    shutil.copytree(root / "schemas" / HEARD, draft / "schemas" / HEARD)
    generate.path(draft, name).write_text(generate.module(Catalogue.load(draft), name), encoding="utf-8")
    ruff = (sys.executable, "-m", "ruff", "format", "--quiet", "--config", str(root / "pyproject.toml"))
    subprocess.run([*ruff, str(draft / "services")], check=True)  # noqa: S603  # our own interpreter and files
    texts.write(draft)


def _refuse_broken(ground: Ground, name: str) -> None:
    topics, heard = [card.topic for card in ground.catalogue.says(name)], ground.catalogue.hears(name)
    broken = [sentence for topic in topics for law in laws.TOPIC_LAWS for sentence in law(ground, topic)]
    broken += [sentence for contract in heard for law in laws.CONTRACT_LAWS for sentence in law(ground, contract)]
    if broken:
        raise SekaliError("\n".join(["The templates do not fit the laws any more; nothing was written.", *broken]))


def _move(draft: Path, root: Path, name: str) -> None:
    """All three folders or none."""
    moved: list[Path] = []
    try:
        for folder in FOLDERS:
            (root / folder).mkdir(exist_ok=True)
            (draft / folder / name).rename(root / folder / name)
            moved.append(root / folder / name)
    except BaseException:
        for path in moved:
            shutil.rmtree(path, ignore_errors=True)
        raise
