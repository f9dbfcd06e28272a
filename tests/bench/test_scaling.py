"""A run of the scaling: parts by name, figures of other parts kept, and several processes counted as one rate."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from bench.command import app
from bench.reader import Reading
from bench.running import alone
from bench.scaling.figures import FILE, Scale
from bench.scaling.processes import median, of_readings
from bench.scaling.running import merged
from tests.bench.scale import scale, shape, speed


def reading(began: float, ended: float, offsets: int, own: float) -> Reading:
    return Reading(began - 5, began, ended, offsets, 1.5, own, [100.0])


def test_processes_count_from_the_first_batch_of_any_to_the_last_commit_of_any() -> None:
    both = of_readings([reading(10, 12, 3_000, 1.0), reading(11, 14, 5_000, 0.5)])
    assert both.rate == 2_000  # 8,000 in four seconds
    assert both.own == pytest.approx((2 * 1.0 + 3 * 0.5) / 4)
    assert both.busy == 1.5
    assert both.per_core == pytest.approx(2_000 / 1.5)


def test_the_median_run_counts_and_the_spread_is_told() -> None:
    found = median([speed(50_000), speed(90_000), speed(60_000)])
    assert (found.rate, found.spread, found.runs) == (60_000, (50_000, 90_000), 3)


def test_a_part_that_is_measured_anew_leaves_the_others_as_they_are() -> None:
    fresh = {"relay": (shape(1, 1, 7),)}
    found = merged(scale(), fresh, "relay", 4.0, 500)
    assert found.relay[0].rate == 7
    assert found.subscriber == scale().subscriber
    assert found.machine.load == {"subscriber": 0.1, "residents": 0.1, "relay": 4.0}
    assert found.rows == {"subscriber": 100_000, "relay": 500, "residents": 1_000_000}


def test_the_first_part_makes_figures_where_there_were_none(tmp_path: Path) -> None:
    found = merged(None, {"relay": (shape(1, 1, 7),)}, "relay", 0.0, 500)
    found.save(tmp_path / FILE)
    assert Scale.model_validate_json((tmp_path / FILE).read_text()).subscriber == ()


def test_an_unknown_part_or_a_second_run_ends_the_command_before_anything_starts(tmp_path: Path) -> None:
    state = tmp_path / "state"
    answer = CliRunner().invoke(app, ["scale"], env={"ONLY": "P1", "BENCH_STATE": str(state)})
    assert answer.exit_code == 2
    assert "There is no part p1: ONLY takes some of subscriber, relay, residents." in answer.output.replace("\n", " ")
    with alone(state):
        answer = CliRunner().invoke(app, ["scale"], env={"BENCH_STATE": str(state)})
    assert answer.exit_code == 2
    assert "Another run uses" in answer.output
    assert not state.exists()
