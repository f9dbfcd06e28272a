"""What only npm has is fetched once, and is what was pinned; where it cannot be had, a sentence says what to do."""

import base64
import hashlib
import tarfile
from pathlib import Path

import pytest

from tests.npm import Package


def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """An `npm` that knows one package and lies on a PATH of its own. Returns the package's SHA-512."""
    (tmp_path / "package.json").write_text("{}")
    with tarfile.open(tmp_path / "held.tgz", "w:gz") as archive:
        archive.add(tmp_path / "package.json", "package/package.json")
    program = tmp_path / "npm"
    program.write_text(f'#!/bin/sh\necho asked >> "{tmp_path}/asked"\n/bin/cp "{tmp_path}/held.tgz" "$4/x.tgz"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    return base64.b64encode(hashlib.sha512((tmp_path / "held.tgz").read_bytes()).digest()).decode()


def test_a_package_is_fetched_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = Package("@market/scale", "1.0.0", shelf(tmp_path, monkeypatch))
    for _ in range(2):
        folder = package.folder(tmp_path / "tools")
        assert folder.name == "market-scale-1.0.0"
        assert (folder / "package.json").read_text() == "{}"
    assert (tmp_path / "asked").read_text() == "asked\n"


def test_another_package_under_the_pinned_name_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf(tmp_path, monkeypatch)
    with pytest.raises(pytest.fail.Exception, match="not the package that was pinned"):
        Package("@market/scale", "1.0.0", "AAAA").folder(tmp_path / "tools")
    assert not list((tmp_path / "tools").glob("market*"))


def test_without_npm_a_sentence_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(pytest.fail.Exception, match="apt install npm"):
        Package("@market/scale", "1.0.0", "AAAA").folder(tmp_path / "tools")
