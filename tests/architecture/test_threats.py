"""Every threat that we know of has a control, and every control a test that is there."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.architecture.house import ROOT, keeps
from tests.architecture.threats import PAGE, ROWS, rows_are_answered, threats_are_whole, what_is_named_is_there

Law = Callable[[Path], Iterator[str]]
THREAT = """\
### T{}. A stolen disk

**Who.** A thief.
**What.** Reads it.
**Control.** It is sealed: `sekali/sealing.py`.
**Left.** Sizes.
**Tests.**
- `tests/test_it.py::test_it_is_sealed`

"""
TABLE = "".join(f"| {row} | x | `tests/test_it.py::test_it_is_sealed` | nothing |\n" for row in ROWS)
GOOD = "# Threats\n\n" + "".join(THREAT.format(number) for number in range(1, 13)) + "## Rows\n\n" + TABLE


@pytest.mark.parametrize("law", [threats_are_whole, rows_are_answered, what_is_named_is_there])
def test_the_threat_model_keeps_the_law(law: Law) -> None:
    keeps(law(ROOT))


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for folder in ("docs", "sekali", "tests"):
        (tmp_path / folder).mkdir()
    (tmp_path / PAGE).write_text(GOOD)
    (tmp_path / "sekali" / "sealing.py").touch()
    (tmp_path / "tests" / "test_it.py").write_text("async def test_it_is_sealed() -> None: ...\ndef other(): ...\n")
    return tmp_path


def test_a_good_one_is_taken(tree: Path) -> None:
    for law in (threats_are_whole, rows_are_answered, what_is_named_is_there):
        keeps(law(tree))


BAD: list[tuple[Law, str, str, str]] = [
    (threats_are_whole, THREAT.format(12), "", "it has 11 threats"),
    (threats_are_whole, "### T7.", "### T8.", "should be T7"),
    (threats_are_whole, "**Left.** Sizes.\n", "", "needs the parts"),
    (threats_are_whole, "**Left.** Sizes.", "**Left.**", "says nothing under **Left.**"),
    (threats_are_whole, ": `sekali/sealing.py`", "", "names no file"),
    (threats_are_whole, "- `tests/test_it.py::test_it_is_sealed`", "- a test", "names no test"),
    (rows_are_answered, "| A9 |", "| A8 |", "rows A1 to A16"),
    (rows_are_answered, "| A9 | x | `tests/test_it.py::test_it_is_sealed` |", "| A9 | x | some |", "A9 names no test"),
    (rows_are_answered, "| A9 | x |", "| A9 |  |", "A9 has an empty cell"),
    (what_is_named_is_there, "::test_it_is_sealed", "::test_it_was_sealed", "no test tests/test_it.py::test_it_was"),
    (what_is_named_is_there, "::test_it_is_sealed", "::other", "no test tests/test_it.py::other"),
    (what_is_named_is_there, "tests/test_it.py", "tests/test_gone.py", "no test tests/test_gone.py"),
    (what_is_named_is_there, "sekali/sealing.py", "sekali/gone.py", "there is no sekali/gone.py"),
]


@pytest.mark.parametrize(("law", "old", "new", "words"), BAD, ids=[words for *_, words in BAD])
def test_a_worse_one_is_told(tree: Path, law: Law, old: str, new: str, words: str) -> None:
    assert old in GOOD
    (tree / PAGE).write_text(GOOD.replace(old, new))
    assert words in "\n".join(law(tree))
