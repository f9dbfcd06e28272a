"""Without a browser the tests say what to install; with npm alone they bring one along."""

from pathlib import Path

import pytest

from tests.browser.chromium import chromium


@pytest.fixture
def empty_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CHROMIUM", raising=False)
    return tmp_path


def test_without_a_browser_a_sentence_says_what_to_install(empty_path: Path) -> None:
    with pytest.raises(pytest.fail.Exception, match=r"Install one .*apt install chromium"):
        chromium()


def test_a_name_that_is_no_program_is_told(empty_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROMIUM", str(empty_path / "missing"))
    with pytest.raises(pytest.fail.Exception, match="CHROMIUM names no program"):
        chromium()


def test_one_on_the_path_is_taken(empty_path: Path) -> None:
    program = empty_path / "chromium"
    program.touch()
    program.chmod(0o755)
    assert chromium() == (program, {})
