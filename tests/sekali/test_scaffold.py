"""`sekali agency NAME`: three new folders or none; what a name may be, and what a wrong one is told.

That the result works is told by tests/journeys/test_first_event.py, in a tree of its own.
"""

import errno
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sekali import laws
from sekali.contracts import Catalogue
from sekali.errors import SekaliError
from sekali.laws import Ground, frozen
from sekali.local.platform import PARTS
from sekali.rights.acls import follow
from sekali.scaffold import refuse_name, write_agency, writing
from sekali.scaffold.names import FOLDERS, LONGEST, TAKEN, NameRefused

ROOT = Path(__file__).parents[2]
TODAY = date(2026, 11, 22)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """What a new agency stands on."""
    for name in ("schemas", "contracts"):
        shutil.copytree(ROOT / name, tmp_path / name)
    (tmp_path / "services").mkdir()
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def everything(tree: Path) -> dict[str, bytes]:
    return {file.relative_to(tree).as_posix(): file.read_bytes() for file in tree.rglob("*") if file.is_file()}


def test_a_new_agency_edits_no_file_that_stands(tree: Path) -> None:
    before = everything(tree)
    written = write_agency(tree, "vehicles", TODAY)
    after = everything(tree)
    assert {name: text for name, text in after.items() if name in before} == before
    assert {file.as_posix() for file in written} == after.keys() - before.keys()
    assert {tuple(file.parts[:2]) for file in written} == {(folder, "vehicles") for folder in FOLDERS}
    assert [path.name for path in tree.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize("name", ["vehicles", "x", "land2", "a" * LONGEST])
def test_its_schemas_and_contract_keep_every_law(tree: Path, name: str) -> None:
    """Line breaks follow the length of the name, so a short one and the longest are tried."""
    write_agency(tree, name, TODAY)
    ground = Ground.load(tree, TODAY)
    (card,) = ground.catalogue.says(name)
    (contract,) = ground.catalogue.hears(name)
    said = [line for law in laws.TOPIC_LAWS for line in law(ground, card.topic)]
    said += [line for law in laws.CONTRACT_LAWS for line in law(ground, contract)]
    assert [*said, *frozen.all_there(ground)] == []
    assert card.topic == f"{name}.application.v1"
    assert contract.valid_until == date(2028, 12, 31)


def test_nothing_is_left_of_the_template(tree: Path) -> None:
    for file in write_agency(tree, "vehicles", TODAY):
        text = (tree / file).read_text()
        assert "$" not in text, file
        assert "NAME" not in file.as_posix()


@pytest.mark.parametrize("name", ["x", "a" * LONGEST])
@pytest.mark.parametrize("verb", [("check",), ("format", "--check")], ids=lambda verb: verb[0])
def test_its_code_is_in_the_projects_style_whatever_its_name(tree: Path, name: str, verb: tuple[str, ...]) -> None:
    write_agency(tree, name, TODAY)
    ruff = [sys.executable, "-m", "ruff", *verb, "--no-cache", "services"]
    done = subprocess.run(ruff, cwd=tree, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_what_must_be_replaced_says_so_in_both_languages(tree: Path) -> None:
    write_agency(tree, "vehicles", TODAY)
    (contract,) = Catalogue.load(tree).hears("vehicles")
    assert contract.purpose["id"].startswith("CONTOH, ganti")
    assert contract.purpose["en"].startswith("EXAMPLE, replace it")
    assert "CONTOH: replace it" in contract.legal_basis
    assert contract.agreement == "PKS/CONTOH-VEHICLES/2026/01"


def test_its_rights_follow_from_its_files(tree: Path) -> None:
    write_agency(tree, "vehicles", TODAY)
    catalogue = Catalogue.load(tree)
    rules = [rule for rule in follow(catalogue, catalogue.contracts.values()) if rule.agency == "vehicles"]
    assert {rule.name for rule in rules if rule.resource == "TOPIC"} == {"vehicles.", "population.resident.v1"}


WRONG = {
    "": "one word",
    "Vehicles": "small letters",
    "land registry": "Write two words as one",
    "land-registry": "Write two words as one",
    "land_registry": "Write two words as one",
    "2wheels": "begins with a letter",
    "kendaraän": "small letters",
    "vehicles\n": "one word",
    "../escape": "one word",
    "a" * (LONGEST + 1): f"{LONGEST} are the most",
    "class": "a word of Python",
    "sekali": "the library has it",
    "tests": "the tests have it",
    "utils": "says nothing of whose it is",
    "postgres": "the database's administrator",
    "template1": "PostgreSQL keeps it",
    "tax": "services/tax is there already",
}


@pytest.mark.parametrize(("name", "words"), WRONG.items(), ids=[repr(name[:12]) for name in WRONG])
def test_a_name_that_will_not_do_is_told_why_and_what_will(tree: Path, name: str, words: str) -> None:
    (tree / "services" / "tax").mkdir()
    before = everything(tree)
    with pytest.raises(NameRefused) as told:
        write_agency(tree, name, TODAY)
    assert words in str(told.value)
    assert any(way in str(told.value) for way in ("Take", "Write")), told.value
    assert everything(tree) == before


@pytest.mark.parametrize("folder", FOLDERS)
def test_one_folder_that_is_there_is_enough(tree: Path, folder: str) -> None:
    (tree / folder / "vehicles").mkdir()
    with pytest.raises(NameRefused, match=f"{folder}/vehicles is there already"):
        refuse_name(tree, "vehicles")


def test_no_part_of_the_platform_gives_its_name_away() -> None:
    """Services and parts are processes of one supervisor, and the administrator is a user like the agencies."""
    assert {*PARTS, "admin", "supervisor"} <= TAKEN.keys()


@pytest.mark.parametrize("step", ["_fill", "_finish", "_refuse_broken"])
def test_a_generation_that_fails_leaves_nothing(tree: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    def full(*_arguments: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    before = everything(tree)
    monkeypatch.setattr(writing, step, full)
    with pytest.raises(SekaliError, match=r"No space left on device\. Nothing of it is left"):
        write_agency(tree, "vehicles", TODAY)
    assert everything(tree) == before


@pytest.mark.parametrize("refused", FOLDERS)
def test_a_folder_that_cannot_be_moved_takes_the_others_back(
    tree: Path, monkeypatch: pytest.MonkeyPatch, refused: str
) -> None:
    rename = Path.rename

    def denied(self: Path, target: Path) -> Path:
        if target == tree / refused / "vehicles":
            raise PermissionError(errno.EACCES, "Permission denied")
        return rename(self, target)

    before = everything(tree)
    monkeypatch.setattr(Path, "rename", denied)
    with pytest.raises(SekaliError, match="Permission denied"):
        write_agency(tree, "vehicles", TODAY)
    assert everything(tree) == before
    assert not any((tree / folder / "vehicles").exists() for folder in FOLDERS)


def test_one_who_breaks_it_off_finds_nothing(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken_off(*_arguments: Any) -> None:
        raise KeyboardInterrupt

    before = everything(tree)
    monkeypatch.setattr(writing, "_refuse_broken", broken_off)
    with pytest.raises(KeyboardInterrupt):
        write_agency(tree, "vehicles", TODAY)
    assert everything(tree) == before


def test_templates_that_break_a_law_write_nothing_and_say_which(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An owner's topic may move on: then the contract's template has to."""
    resident = tree / "schemas/population/population.resident.v1/1.avsc"
    resident.write_text(resident.read_text().replace('"full_name"', '"names"'))
    with pytest.raises(SekaliError, match=r"nothing was written[\s\S]*identity\.full_name"):
        write_agency(tree, "vehicles", TODAY)
    assert not any((tree / folder / "vehicles").exists() for folder in FOLDERS)


def test_every_template_is_taken(tree: Path) -> None:
    templates = [file for file in writing.TREE.rglob("*") if file.is_file()]
    made = {"events.py", "published.sha256", "1.json"}
    written = [file for file in write_agency(tree, "vehicles", TODAY) if file.name not in made]
    assert len(templates) == len(written)
    assert all(file.suffix == writing.SUFFIX for file in templates)
