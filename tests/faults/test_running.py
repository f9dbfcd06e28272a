"""A run of rows: the same seed gives the same faults, each row is written down, a broken-off run is gone on with."""

import json
import sys
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from typer.testing import CliRunner

from faults import results, running
from faults.command import app
from faults.driving import digest, schedule
from faults.results import Outcome, Result
from faults.row import Options, Row, found
from faults.rows import s1
from faults.running import FAILED, Listener, Progress, UnknownRow, alone, chosen, failed, is_red, run_all
from tests.faults.rows import row


def test_a_seed_gives_the_same_faults_whatever_ran_before() -> None:
    for one in found().values():
        first = schedule(one, 7, one.full)
        Random(7).random()
        assert schedule(one, 7, one.full) == first
        assert digest(schedule(one, 8, one.full)) != digest(first)


def test_the_smoke_counts_are_smaller_and_no_row_is_empty() -> None:
    for one in found().values():
        assert 0 < one.smoke <= one.full
        assert len(schedule(one, 1, one.smoke)) > 0


def test_rows_are_chosen_by_name() -> None:
    rows: dict[str, Row] = {name: row(name) for name in ("F1", "F2", "F2B", "F7")}
    assert list(chosen(rows, "f7, F1")) == ["F1", "F7"]
    assert list(chosen(rows, "F2")) == ["F2", "F2B"]
    assert list(chosen(rows, "f2b")) == ["F2B"]
    assert chosen(rows, "") == rows
    assert [name for name in found() if name.startswith("F2")] == ["F2", "F2B"]
    with pytest.raises(UnknownRow, match=r"There is no row F99: ONLY takes some of F1, F2, F2B, F7\."):
        chosen(rows, "F1,F99")


def test_an_unknown_row_ends_the_command_before_anything_starts(tmp_path: Path) -> None:
    answer = CliRunner().invoke(app, ["run"], env={"ONLY": "F99", "FAULTS_STATE": str(tmp_path / "state")})
    assert answer.exit_code == 2
    assert "There is no row F99" in answer.output
    assert not (tmp_path / "state").exists()


def test_a_second_run_does_not_break_the_first_ones_servers(tmp_path: Path) -> None:
    environment = {"ONLY": "F1", "RESULTS": str(tmp_path), "FAULTS_STATE": str(tmp_path / "state")}
    with alone(tmp_path / "state"):
        answer = CliRunner().invoke(app, ["run"], env=environment)
    assert answer.exit_code == 2
    assert "Another run uses" in answer.output


def test_a_run_that_was_broken_off_goes_on_with_its_seed(tmp_path: Path) -> None:
    file = tmp_path / "progress"
    first = Progress.of(file, "", None, smoke=True)
    first.ended("F1", Result(first.seed, smoke=True))
    first.ended("F2", "failed: OSError: the broker went away")
    again = Progress.of(file, "", None, smoke=True)
    assert (again.seed, again.done) == (first.seed, ["F1"])
    assert Progress.of(file, "", first.seed + 1, smoke=True).done == []


def test_another_kind_of_run_begins_anew(tmp_path: Path) -> None:
    file = tmp_path / "progress"
    Progress.of(file, "", 5, smoke=True).ended("F1", Result(5, smoke=True))
    assert Progress.of(file, "F1", 5, smoke=True).done == []
    Progress.of(file, "", 5, smoke=True).over()
    assert not file.exists()


def test_what_is_written_down_says_what_was_inflicted_and_what_did_not_hold(tmp_path: Path) -> None:
    one = Result(5, smoke=False, injected=3, planned=3, parity=[1.0, 2.0, 9.0])
    one.add({"I3": ["treasury has entered payment 7 of north 2 times, not 1"]})
    results.save({"F1": one, "F2": "failed: OSError"}, tmp_path / results.LATEST, {"F9": {"injected": 1}})
    document = json.loads((tmp_path / results.LATEST).read_text())
    assert list(document) == ["F9", "F1", "F2"]
    assert document["F1"]["violations"] == {"I3": 1}
    assert (document["F1"]["parity_median"], document["F1"]["parity_worst"]) == (2.0, 9.0)
    assert (document["F1"]["injected"], document["F1"]["seed"]) == (3, 5)


def test_a_row_that_inflicted_less_than_planned_has_not_passed() -> None:
    assert not failed(Result(5, smoke=False, injected=3, planned=3))
    assert failed(Result(5, smoke=False, injected=2, planned=3))
    assert failed(Result(5, smoke=False, injected=3, planned=3, violations={"I1": ["one"]}))


def test_what_was_written_down_is_red_where_the_outcome_had_failed(tmp_path: Path) -> None:
    outcomes: dict[str, Outcome] = {
        "F1": Result(5, smoke=True, injected=3, planned=3),
        "F2": Result(5, smoke=True, injected=2, planned=3),
        "F3": Result(5, smoke=True, injected=3, planned=3, violations={"I1": ["one"]}),
        "F4": f"{FAILED}OSError: the broker went away",
        "F11": "Without the right to mount there is no small disk.",
    }
    results.save(outcomes, tmp_path / results.LATEST, {})
    written = results.load(tmp_path / results.LATEST)
    assert [name for name, one in written.items() if is_red(one)] == ["F2", "F3", "F4"]
    assert [name for name, one in outcomes.items() if failed(one)] == ["F2", "F3", "F4"]


async def test_what_ended_a_row_is_named_also_where_a_group_of_tasks_raised_it(tmp_path: Path) -> None:
    async def ends(*_: object) -> Result:
        raise ExceptionGroup("unhandled errors", [ExceptionGroup("and again", [OSError("the broker went away")])])

    options = Options(tmp_path / "state", 5, smoke=True, rate=60)
    outcomes = await run_all({"F1": replace(row("F1"), alone=ends)}, options, Listener())
    assert str(outcomes["F1"]).startswith(f"{FAILED}OSError: the broker went away (the whole story: {tmp_path}")


async def test_a_teller_of_stories_that_takes_its_time_to_end_is_not_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = tmp_path / "slow"
    slow.write_text(f"""#!{sys.executable}
import json, os, time
print(json.dumps({{"seed": 1, "violations": {{}}, "faults": 1, "again": False, "ms": 1, "steps": 1}}), flush=True)
os.close(1)
time.sleep(0.3)
os._exit(0)
""")
    slow.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(slow))
    result = await s1.run(Options(tmp_path / "state", s1.SINGLE, smoke=True, rate=60), lambda _: None)
    assert result.injected == 1


def test_where_every_row_held_nothing_is_run_again(tmp_path: Path) -> None:
    results.save({"F1": Result(5, smoke=True, injected=3, planned=3)}, tmp_path / results.LATEST, {})
    environment = {"RESULTS": str(tmp_path), "FAULTS_STATE": str(tmp_path / "state")}
    answer = CliRunner().invoke(app, ["again"], env=environment)
    assert (answer.exit_code, answer.output) == (0, "In the last run every row held.\n")


def test_a_red_row_is_run_again_with_its_seed_and_the_first_result_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def driven(one: Row, options: Options, _: object) -> Result:
        return Result(options.seed, smoke=options.smoke, injected=1, planned=1, note=one.row)

    monkeypatch.setattr(running, "drive", driven)
    whole, red = Result(5, smoke=True, injected=3, planned=3), Result(5, smoke=True, injected=2, planned=3)
    results.save({"F1": whole, "F3": red}, tmp_path / results.LATEST, {})
    kept = results.load(tmp_path / results.LATEST)
    environment = {"RESULTS": str(tmp_path), "FAULTS_STATE": str(tmp_path / "state")}
    answer = CliRunner().invoke(app, ["again"], env=environment)
    assert answer.exit_code == 0
    assert "In the last run F3 did not hold: once more, with seed 5." in answer.output
    assert results.load(tmp_path / results.LATEST) == kept
    again = results.load(tmp_path / results.AGAIN)
    assert {name: (one["seed"], one["smoke"]) for name, one in again.items()} == {"F3": (5, True)}
