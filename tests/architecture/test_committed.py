"""What is committed would be the same text had it been written anywhere else."""

from pathlib import Path

import pytest

from tests.architecture.committed import licence_is_there, lock_names_no_index, speaks_of_itself_alone
from tests.architecture.house import ROOT, keeps


def test_the_project_speaks_of_itself_alone() -> None:
    keeps(speaks_of_itself_alone(ROOT))


def test_the_lock_names_no_index() -> None:
    keeps(lock_names_no_index(ROOT))


def test_the_licence_is_there() -> None:
    keeps(licence_is_there(ROOT))


def reversed_text(text: str) -> str:
    """So that this file does not hold what it looks for."""
    return text[::-1]


STRANGE = {
    f"jars = '{reversed_text('x/krow/')}'": "a folder of one machine",
    f"see {reversed_text('x/toor/')}": "a folder of one machine",
    f"state = '{reversed_text('x/pmt/')}'": "the machine's temporary folder",
    f"from {reversed_text('gro.ipyp')}": "a package registry",
    f"<url>{reversed_text('.nevam.1oper')}org</url>": "a package registry",
    f"as the {reversed_text('tnatsissa')} said": "how it was made",
    f"an {reversed_text('IA')} wrote it": "how it was made",
    f"see {reversed_text('derahs/..')}/x": "how it was made",
}


@pytest.mark.parametrize(("line", "words"), STRANGE.items(), ids=range(len(STRANGE)))
def test_a_strange_line_is_told(tmp_path: Path, line: str, words: str) -> None:
    (tmp_path / "notes.md").write_text(f"A good line.\n{line}\n")
    (said,) = speaks_of_itself_alone(tmp_path)
    assert said.startswith("notes.md:2: it ")
    assert words in said


def test_a_test_may_name_a_temporary_folder(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_it.py").write_text(reversed_text("x/pmt/"))
    assert not list(speaks_of_itself_alone(tmp_path))


@pytest.mark.parametrize("line", ["--index-url https://x", "--find-links x", "a @ https://x/a.whl", "-i x"])
def test_an_index_in_the_lock_is_told(tmp_path: Path, line: str) -> None:
    (tmp_path / "requirements.lock").write_text(f"typer==1 \\\n    --hash=sha256:aa\n{line}\n")
    (said,) = lock_names_no_index(tmp_path)
    assert said.startswith("requirements.lock:3: it names an index")
    assert "make lock" in said


@pytest.mark.parametrize(("project", "licence", "words"), [
    ('license = "Apache-2.0"', "Apache License, Version 2.0", ""),
    ('license = "Apache-2.0"', None, "not the text of Apache-2.0"),
    ('license = "Apache-2.0"', "European Union Public Licence", "not the text of Apache-2.0"),
    ("[project]", "Apache License, Version 2.0", "no licence is named"),
])  # fmt: skip
def test_a_missing_licence_is_told(tmp_path: Path, project: str, licence: str | None, words: str) -> None:
    (tmp_path / "pyproject.toml").write_text(f"{project}\n")
    if licence is not None:
        (tmp_path / "LICENSE").write_text(licence)
    assert words in "\n".join(licence_is_there(tmp_path))
    assert bool(list(licence_is_there(tmp_path))) == bool(words)
