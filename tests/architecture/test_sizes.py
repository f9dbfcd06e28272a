"""No file of more than 400 lines, no function of more than 60; only generated events.py may be longer."""

from pathlib import Path

from tests.architecture.house import ROOT, keeps
from tests.architecture.sizes import files_are_short, functions_are_short


def test_no_file_is_too_long() -> None:
    keeps(files_are_short(ROOT))


def test_no_function_is_too_long() -> None:
    keeps(functions_are_short(ROOT))


def write(root: Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_a_long_file_is_told(tmp_path: Path) -> None:
    write(tmp_path, "services/health/store.py", "x = 1\n" * 401)
    write(tmp_path, "services/health/events.py", "x = 1\n" * 900)
    write(tmp_path, "services/health/model/events.py", "x = 1\n" * 400)
    (said,) = files_are_short(tmp_path)
    assert said.startswith("services/health/store.py: 401 lines")
    assert "Split it" in said


def test_a_long_function_is_told(tmp_path: Path) -> None:
    def function(name: str, lines: int) -> str:
        return f"async def {name}():\n" + "    x = 1\n" * (lines - 1)

    write(tmp_path, "sekali/relay.py", function("just_right", 60) + function("sweep", 61))
    (said,) = functions_are_short(tmp_path)
    assert said.startswith("sekali/relay.py:61: sweep has 61 lines")
    assert "Give its steps names" in said


def test_what_tools_leave_behind_is_not_looked_at(tmp_path: Path) -> None:
    write(tmp_path, ".venv/lib/big.py", "x = 1\n" * 401)
    write(tmp_path, "sekali/__pycache__/big.py", "x = 1\n" * 401)
    assert not list(files_are_short(tmp_path))
