"""docs/reliability.md is what the generator makes of promises and runs; every promise has rows, every row a promise."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import faults.report
from faults import results
from faults.checker.judging import found as invariants
from faults.command import app
from faults.report.page import PAGE, TEMPLATE, made
from faults.report.promises import NOT_PROMISED, PROMISES, TABLE
from faults.report.runs import keep, kept, seen
from faults.row import found

LOST = next(one for one in PROMISES if one.name == "Nothing is lost")


def result(**changes: Any) -> dict[str, Any]:
    told = {
        "seed": 5, "smoke": False, "injected": 10, "planned": 10, "violations": {}, "told": {}, "seconds": 60.0,
        "note": "", "parity_median": 1.0, "parity_worst": 2.0,
    }  # fmt: skip
    return told | changes


def written(folder: Path, *runs: dict[str, dict[str, Any]]) -> str:
    for number, run in enumerate(runs, 1):
        (folder / f"run-{number}.json").write_text(json.dumps(run))
    return made(folder)


def shown(page: str, name: str) -> str:
    """The last cell of a promise's line."""
    (line,) = (line for line in page.splitlines() if line.startswith(f"| **{name}**"))
    return line.split(" | ")[-1].removesuffix(" |")


def test_the_page_on_disk_is_made_of_the_promises_and_the_kept_runs() -> None:
    answer = CliRunner().invoke(app, ["report", "--check"], env={"RESULTS": str(results.FOLDER)})
    assert answer.exit_code == 0, f"{answer.output}: run `make faults-report` and commit {PAGE}"


def test_a_page_that_somebody_changed_is_named(tmp_path: Path) -> None:
    where = ["--project", str(tmp_path)]
    runs = {"RESULTS": str(tmp_path)}
    assert CliRunner().invoke(app, ["report", *where], env=runs).exit_code == 0
    assert CliRunner().invoke(app, ["report", "--check", *where], env=runs).exit_code == 0
    page = tmp_path / PAGE
    page.write_text(page.read_text().replace("not shown yet", "shown"))
    answer = CliRunner().invoke(app, ["report", "--check", *where], env=runs)
    assert answer.exit_code == 1
    assert "docs/reliability.md: not what the runs say" in answer.output


def test_every_promise_names_rows_and_invariants_that_there_are() -> None:
    for one in PROMISES:
        assert one.rows, one.name
        assert set(one.rows) <= TABLE.keys(), one.name
        assert set(one.broken_by) <= invariants().keys(), one.name
    assert len({one.name for one in (*PROMISES,)}) == len(PROMISES)


def test_every_row_is_named_by_a_promise() -> None:
    missing = found().keys() - TABLE.keys()
    assert not missing, f"{sorted(missing)}: name the row in the table of faults/report/promises.py"
    assert {row for one in PROMISES for row in one.rows} == TABLE.keys()


def test_every_invariant_speaks_for_a_promise() -> None:
    named = {name for one in PROMISES for name in one.broken_by}
    assert named | {"I10"} == invariants().keys()  # a schedule that repeats is the suite's own virtue


def test_power_loss_is_not_promised() -> None:
    (told,) = (words for name, words in NOT_PROMISED if name == "Power loss on a single broker")
    assert "does not fsync before it acknowledges" in told


def test_no_figure_is_written_by_hand() -> None:
    text = (Path(faults.report.__file__).parent / TEMPLATE).read_text()
    prose = re.sub(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", "", text, flags=re.DOTALL)
    assert re.findall(r"[^\n]*\d[^\n]*", prose) == []


def test_without_any_run_the_page_shows_nothing_and_says_so(tmp_path: Path) -> None:
    page = written(tmp_path)
    assert "Nothing was run yet: nothing of this page is shown." in page
    assert shown(page, LOST.name).startswith("**not shown yet**, not run: F1, F2, ")
    for row, title in TABLE.items():
        assert f"| {row} | {title} | not run yet |" in page


def test_a_promise_tells_of_its_faults_and_of_the_rows_that_are_missing(tmp_path: Path) -> None:
    page = written(tmp_path, {"F1": result(injected=240, planned=240), "F3": result(smoke=True)})
    assert shown(page, LOST.name).startswith("held in 250 faults; small counts only: F3; not run yet: F2, F2B, F4, ")
    assert (
        "| F1 | kill -9 at named points of service, relay, inbox, dead letters and redrive | 240 of 240 | 0 |" in page
    )
    assert "| 10 of 10, small count | 0 | 1.0 s, worst 2.0 s | 5 |" in page


@pytest.mark.parametrize(("violations", "is_broken"), [({"I1": 2}, True), ({"I3": 2}, False), ({"rate": 1}, True)])
def test_a_promise_is_broken_by_what_speaks_against_it(
    tmp_path: Path, violations: dict[str, int], is_broken: bool
) -> None:
    """Its own invariants, and what a row finds under a name of its own."""
    page = written(tmp_path, {"F1": result(violations=violations)})
    assert shown(page, LOST.name).startswith("**broken by F1" if is_broken else "held in 10 faults")
    assert "**Something did not hold in F1.**" in page


def test_a_promise_without_invariants_is_broken_by_all_that_its_rows_find(tmp_path: Path) -> None:
    page = written(tmp_path, {"F15": result(violations={"I9": 1})})
    assert shown(page, "One agency delays no other").startswith("**broken by F15 (I9)**")


def test_examples_are_no_faults(tmp_path: Path) -> None:
    page = written(tmp_path, {"M1": result(injected=12), "S2": result(injected=60_000, planned=60_000)})
    net = shown(page, "The net holds what it says it holds")
    assert net.startswith("held in 12 faults and 60,000 generated cases; not run yet: S1")
    assert "12 faults were inflicted." in page
    alone = tmp_path / "alone"
    alone.mkdir()
    told = shown(written(alone, {"S2": result(injected=500)}), "The net holds what it says it holds")
    assert told.startswith("held in 500 generated cases; not run yet: M1, S1")


def test_runs_count_together_and_full_ones_before_small_ones(tmp_path: Path) -> None:
    first, second = result(seed=1, parity_worst=3.0), result(seed=2, injected=9, violations={"I4": 1})
    written(tmp_path, {"F1": first}, {"F1": second}, {"F1": result(smoke=True, violations={"I1": 1})})
    together = seen(tmp_path)["F1"]
    assert (together.runs, together.smoke, together.injected, together.planned) == (2, False, 19, 20)
    assert (together.violations, together.seeds, together.parity_worst) == ({"I4": 1}, [1, 2], 3.0)


def test_a_row_that_could_not_be_carried_out_is_told_with_its_reason(tmp_path: Path) -> None:
    page = written(tmp_path, {"F1": {"failed": "three brokers need 4 GB"}})
    assert "- F1: three brokers need 4 GB" in page
    assert shown(page, LOST.name).startswith("**not shown yet**")


def test_the_bar_is_reached_by_three_full_runs_of_all_rows_alone(tmp_path: Path) -> None:
    whole = {row: result() for row in TABLE}
    assert "The bar is reached." in written(tmp_path, whole, whole, whole)
    for change, words in (
        ({"F9": result(smoke=True)}, "fewer than 3 full runs of F9"),
        ({"F9": result(injected=1)}, "less inflicted than planned in F9"),
        ({"F9": result(violations={"I2": 1})}, "violations in F9"),
        ({"F9": result(parity_worst=31.0)}, "parity later than"),
    ):
        assert words in written(tmp_path, whole, whole, whole | change)
    (tmp_path / "run-3.json").unlink()
    assert "fewer than 3 full runs of F1, F2" in made(tmp_path)


def test_the_last_run_is_kept_under_the_next_number(tmp_path: Path) -> None:
    runs, command = {"RESULTS": str(tmp_path)}, ["keep", "--into", str(tmp_path)]
    assert CliRunner().invoke(app, command, env=runs).exit_code == 2
    (tmp_path / results.LATEST).write_text("{}")
    assert CliRunner().invoke(app, command, env=runs).exit_code == 0
    (tmp_path / "run-10.json").write_text("{}")
    assert keep(tmp_path / results.LATEST, tmp_path).name == "run-11.json"
    assert [file.name for file in kept(tmp_path)] == ["run-1.json", "run-10.json", "run-11.json"]
