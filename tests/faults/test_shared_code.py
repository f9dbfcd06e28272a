"""The checker shares no code with the bus, and the contract that says so can fail."""

import subprocess
import sys
import tomllib
from pathlib import Path

PROJECT = Path(__file__).parents[2]
NAME = "The checker of the fault suite shares no code with what it checks"


def linted(root: Path, line: str) -> str:
    """What lint-imports says of a house of the same shape, whose checker has this line."""
    told = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]["importlinter"]
    (contract,) = (one for one in told["contracts"] if one["name"] == NAME)
    for name in (*contract["source_modules"], *contract["forbidden_modules"]):
        if (PROJECT / name.partition(".")[0]).is_dir():
            folder = root / Path(*name.split("."))
            folder.mkdir(parents=True, exist_ok=True)
            for package in (folder, *folder.parents):
                if package != root and package.is_relative_to(root):
                    (package / "__init__.py").touch()
    (root / "faults" / "checker" / "reading.py").write_text(f"{line}\n")
    listed = "\n    ".join(contract["forbidden_modules"])
    (root / ".importlinter").write_text(
        "[importlinter]\nroot_packages =\n    faults\n    sekali\n    services\n    demo\n"
        "include_external_packages = True\n"
        f"[importlinter:contract:1]\nname = {NAME}\ntype = forbidden\nsource_modules =\n    faults.checker\n"
        f"forbidden_modules =\n    {listed}\n"
    )
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, env={"PYTHONPATH": str(root)})
    return f"{done.returncode} {done.stdout}{done.stderr}"


def test_a_checker_that_borrows_from_the_bus_is_told(tmp_path: Path) -> None:
    assert linted(tmp_path / "alone", "import json").startswith("0 ")
    borrowed = linted(tmp_path / "borrowing", "import sekali")
    assert borrowed.startswith("1 ")
    assert f"{NAME} BROKEN" in borrowed
