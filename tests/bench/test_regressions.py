"""`make bench-check` fails on a loss of more than a quarter in the row's own direction, and on nothing else."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from bench import results
from bench.command import app
from bench.pairs import Result
from bench.regressions import compared
from tests.bench.rows import TIME, result, row

MEASURES = {"P1": row("P1"), "P7": row("P7", TIME)}


def failures(before: dict[str, Result], now: dict[str, Result]) -> list[str]:
    return [one.row for one in compared(MEASURES, before, now) if one.failed]


@pytest.mark.parametrize(("now", "lost"), [(0.60, []), (0.46, []), (0.44, ["P1"]), (1.20, [])])
def test_a_speed_that_lost_a_quarter_fails(now: float, lost: list[str]) -> None:
    assert failures({"P1": result(0.60)}, {"P1": result(now)}) == lost


@pytest.mark.parametrize(("now", "lost"), [(2.0, []), (2.4, []), (2.6, ["P7"]), (1.0, [])])
def test_a_time_that_grew_by_a_quarter_fails(now: float, lost: list[str]) -> None:
    assert failures({"P7": result(2.0)}, {"P7": result(now)}) == lost


def test_what_is_missing_on_a_side_is_told_and_fails_nothing() -> None:
    only_now, only_before = compared(MEASURES, {"P7": result(2.0)}, {"P1": result(0.6)})
    assert not only_now.failed
    assert not only_before.failed
    assert "not in the baseline" in only_now.words
    assert "not measured this time" in only_before.words


def kept(folder: Path, before: float, now: float) -> None:
    results.save({"P5": result(before)}, folder / results.BASELINE)
    results.save({"P5": result(now)}, folder / results.LATEST)


def test_the_command_names_the_slower_rows_and_ends_with_1(tmp_path: Path) -> None:
    kept(tmp_path, 0.9, 0.5)
    answer = CliRunner().invoke(app, ["check"], env={"RESULTS": str(tmp_path)})
    assert answer.exit_code == 1
    assert "Slower than the baseline: P5." in answer.output
    kept(tmp_path, 0.9, 0.8)
    answer = CliRunner().invoke(app, ["check"], env={"RESULTS": str(tmp_path)})
    assert answer.exit_code == 0, answer.output


def test_without_a_run_the_command_says_what_to_do(tmp_path: Path) -> None:
    answer = CliRunner().invoke(app, ["check"], env={"RESULTS": str(tmp_path)})
    assert answer.exit_code == 2
    assert "run `make bench` first" in answer.output.replace("\n", " ")


def test_a_new_baseline_keeps_the_rows_that_were_not_measured(tmp_path: Path) -> None:
    results.save({"P1": result(0.5), "P5": result(0.8)}, tmp_path / results.BASELINE)
    results.save({"P5": result(0.9)}, tmp_path / results.LATEST)
    answer = CliRunner().invoke(app, ["baseline"], env={"RESULTS": str(tmp_path)})
    assert answer.exit_code == 0, answer.output
    held = results.load(tmp_path / results.BASELINE)
    assert {name: one.ratio for name, one in held.items()} == {"P1": 0.5, "P5": 0.9}
