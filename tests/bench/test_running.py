"""A run of rows: each for itself, and figures in the shape that others read."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bench import results
from bench.command import app
from bench.measure import Measure, found
from bench.pairs import Result, interleaved
from bench.running import Listener, Options, UnknownRow, alone, chosen, run_all
from bench.table import Outcome, failed
from tests.bench.rows import row


def ran(measures: list[Measure], state: Path, **options: Any) -> dict[str, Outcome]:
    return asyncio.run(run_all({one.row: one for one in measures}, Options(state, **options), Listener()))


def test_a_row_that_fails_costs_the_others_nothing_and_says_why(tmp_path: Path) -> None:
    outcomes = ran([row("P1", run="failing"), row("P2", run="skipped"), row("P3")], tmp_path / "state")
    assert str(outcomes["P1"]).startswith("failed: OSError: the broker went away")
    assert "_failing" in (tmp_path / "state" / "P1.txt").read_text()
    assert failed(outcomes["P1"])
    assert "make bench-debezium" in str(outcomes["P2"])
    assert not failed(outcomes["P2"])
    assert isinstance(outcomes["P3"], Result)
    assert (outcomes["P3"].ratio, outcomes["P3"].pairs) == (0.6, 5)


def test_the_long_row_runs_only_when_asked(tmp_path: Path) -> None:
    assert "LONG=1" in str(ran([row("P14", long=True)], tmp_path / "state")["P14"])
    assert isinstance(ran([row("P14", long=True)], tmp_path / "state", long=True)["P14"], Result)


async def test_the_sides_are_taken_in_turn_and_the_median_pair_counts() -> None:
    order, ours, raw = [], iter([10.0, 90.0, 60.0]), iter([100.0, 100.0, 100.0])

    async def one() -> float:
        order.append("ours")
        return next(ours)

    async def other() -> float:
        order.append("raw")
        return next(raw)

    found = await interleaved(one, other, unit="events/s", pairs=3)
    assert order == ["ours", "raw"] * 3
    assert (found.ratio, found.spread, found.ours, found.raw) == (0.6, (0.1, 0.9), 60.0, 100.0)


def test_rows_are_chosen_by_name_and_an_unknown_one_is_told() -> None:
    measures = {name: row(name) for name in ("P1", "P2", "P7")}
    assert list(chosen(measures, "p7, P1")) == ["P1", "P7"]
    assert chosen(measures, "") == measures
    with pytest.raises(UnknownRow, match=r"There is no row P99: ONLY takes some of P1, P2, P7\."):
        chosen(measures, "P1,P99")


def test_a_second_run_waits_for_the_first_instead_of_measuring_it(tmp_path: Path) -> None:
    environment = {"ONLY": "P5", "RESULTS": str(tmp_path), "BENCH_STATE": str(tmp_path / "state")}
    with alone(tmp_path / "state"):
        answer = CliRunner().invoke(app, ["run"], env=environment)
    assert answer.exit_code == 2
    assert "Another run uses" in answer.output


def test_an_unknown_row_ends_the_command_before_anything_starts(tmp_path: Path) -> None:
    answer = CliRunner().invoke(app, ["run"], env={"ONLY": "P99", "BENCH_STATE": str(tmp_path / "state")})
    assert answer.exit_code == 2
    assert "There is no row P99" in answer.output
    assert not (tmp_path / "state").exists()


def shape(document: Mapping[str, Any]) -> None:
    assert set(document) <= set(found())
    for fields in document.values():
        assert set(fields) - {"note"} == {"ratio", "spread", "ours", "raw", "unit", "pairs"}
        low, high = fields["spread"]
        assert low <= fields["ratio"] <= high
        assert isinstance(fields["pairs"], int)
        assert fields["ours"] > 0


def test_a_part_is_measured_for_real_and_written_down(tmp_path: Path) -> None:
    """The codec needs no server: the whole way from the command to the file, with few records."""
    environment = {
        "ONLY": "P5", "PAIRS": "1", "SCALE": "0.01", "RESULTS": str(tmp_path), "BENCH_STATE": str(tmp_path / "state"),
    }  # fmt: skip
    answer = CliRunner().invoke(app, ["run"], env=environment)
    assert answer.exit_code == 0, answer.output
    document = json.loads((tmp_path / results.LATEST).read_text())
    shape(document)
    assert document["P5"]["pairs"] == 1
    assert "Codec" in answer.output


def test_the_committed_baseline_has_the_shape_too() -> None:
    file = results.FOLDER / results.BASELINE
    if file.exists():
        shape(json.loads(file.read_text()))
