"""The README's pictures: those that `make pictures` takes, all of them, and not heavy."""

import re
from pathlib import Path

from tests.pictures.taking import FOLDER, PICTURES

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SHOWN = re.compile(r"!\[([^\]]*)\]\(docs/pictures/([^)]+)\)")
MOST_BYTES = 600_000
NAMES = {f"{name}.webp" for name in PICTURES}


def test_the_files_are_those_that_the_script_takes() -> None:
    assert {file.name for file in FOLDER.iterdir()} == NAMES


def test_the_readme_shows_each_with_what_it_is() -> None:
    assert {file: alt for alt, file in SHOWN.findall(README)} == {f"{name}.webp": alt for name, alt in PICTURES.items()}


def test_each_is_a_picture_and_all_together_are_light() -> None:
    for name in NAMES:
        head = (FOLDER / name).read_bytes()[:12]
        assert (head[:4], head[8:]) == (b"RIFF", b"WEBP"), name
    assert sum((FOLDER / name).stat().st_size for name in NAMES) < MOST_BYTES
