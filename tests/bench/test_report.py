"""docs/performance.md is what the generator makes of the committed results, and says no figure from anywhere else."""

import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest
from typer.testing import CliRunner

import bench.report
from bench import results
from bench.command import app
from bench.measure import found
from bench.pairs import Result
from bench.report.page import PAGE, PICTURES, TEMPLATE, made
from bench.report.pictures import place_of
from bench.scaling.figures import FILE, Scale, load
from tests.bench.rows import SPEED, TIME, result
from tests.bench.scale import scale

SVG = "{http://www.w3.org/2000/svg}"


def written(folder: Path, baseline: dict[str, Result] | None = None, scaled: Scale | None = None) -> dict[Path, str]:
    if baseline is not None:
        results.save(baseline, folder / results.BASELINE)
    if scaled is not None:
        scaled.save(folder / FILE)
    return made(found(), folder)


def test_the_page_on_disk_is_made_of_the_committed_results() -> None:
    answer = CliRunner().invoke(app, ["report", "--check"], env={"RESULTS": str(results.FOLDER)})
    assert answer.exit_code == 0, f"{answer.output}: run `make bench-report` and commit docs/performance*"


def test_a_page_that_somebody_changed_is_named(tmp_path: Path) -> None:
    written(tmp_path, {"P1": result(0.6)}, scale())
    where = ["--project", str(tmp_path)]
    first = CliRunner().invoke(app, ["report", *where], env={"RESULTS": str(tmp_path)})
    assert first.exit_code == 0, first.output
    assert CliRunner().invoke(app, ["report", "--check", *where], env={"RESULTS": str(tmp_path)}).exit_code == 0
    page = tmp_path / PAGE
    page.write_text(page.read_text().replace("60%", "99%"))
    answer = CliRunner().invoke(app, ["report", "--check", *where], env={"RESULTS": str(tmp_path)})
    assert answer.exit_code == 1
    assert "docs/performance.md: not what the results say" in answer.output


def test_no_figure_is_written_by_hand() -> None:
    """The template holds no digit outside its expressions, but for the names of rows."""
    text = (Path(bench.report.__file__).parent / TEMPLATE).read_text()
    prose = re.sub(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", "", text, flags=re.DOTALL)
    assert re.findall(r"[^\n]*\d[^\n]*", prose) == []


def test_rows_show_ratio_spread_and_what_they_reach_and_missing_ones_say_so(tmp_path: Path) -> None:
    page = written(tmp_path, {"P1": result(0.56), "P7": result(4.5)})[PAGE]
    assert "| P1 | Relay | 56% | 50% – 62% | 56,000 events/s | 100,000 events/s | 40% · 55% · 70% | goal |" in page
    assert "| 4.00x · 3.00x · 2.20x | **below floor** |" in page
    assert "The goal by P1; below the floor is P7." in page
    assert re.search(r"Not measured yet: P2, P3, .*P19\.", page)
    for name in found():
        assert f"make bench ONLY={name}" in page


def test_a_target_above_the_raw_limit_says_how_far(tmp_path: Path) -> None:
    peer = {"P4": replace(result(36.0), raw=1_500.0), "P2": replace(result(1.1), raw=70_000.0)}
    page = written(tmp_path, peer)[PAGE]
    assert "- P4: 75x (goal), 120x (stretch) of 1,500 events/s is 1.6, 2.6 times P2's raw limit." in page
    assert "P19: " not in page
    slow = {"P4": replace(result(36.0), raw=500.0), "P2": peer["P2"]}
    assert "raw limit." not in written(tmp_path, slow)[PAGE]


def test_without_any_result_there_is_still_a_page(tmp_path: Path) -> None:
    files = written(tmp_path)
    assert set(files) == {PAGE, PICTURES / "ratios.svg"}
    assert "No row was measured yet." in files[PAGE]
    assert "Not computed: it needs figures of `make bench-scale` that are missing." in files[PAGE]


@pytest.mark.parametrize("part", ["subscriber", "relay", "residents"])
def test_a_part_of_the_scaling_may_be_missing(tmp_path: Path, part: str) -> None:
    files = written(tmp_path, {}, scale().model_copy(update={part: ()}))
    assert "What one core carries" in files[PAGE]
    assert all(Xml.fromstring(text) is not None for path, text in files.items() if path.suffix == ".svg")


def test_the_scaling_is_told_with_its_slope_and_the_machines_load(tmp_path: Path) -> None:
    quiet = written(tmp_path, {}, scale())[PAGE]
    assert "| subscriber | 4 | 4 | 61,000 |" in quiet
    assert "on 2 cores" in quiet
    assert "not quiet" not in quiet
    assert "It was not quiet" in written(tmp_path, {}, scale(load=3.0))[PAGE]


def test_pictures_are_well_formed_and_tell_who_cannot_see_them(tmp_path: Path) -> None:
    files = written(tmp_path, {"P1": result(0.56), "P7": result(2.5)}, scale())
    pictures = {path: text for path, text in files.items() if path.suffix == ".svg"}
    assert {path.stem for path in pictures} == {"ratios", "processes", "bootstrap", "disk"}
    for path, text in pictures.items():
        root = Xml.fromstring(text)
        assert root.get("role") == "img"
        told = [one for one in (root.find(f"{SVG}title"), root.find(f"{SVG}desc")) if one is not None]
        assert [one.get("id") for one in told] == str(root.get("aria-labelledby")).split()
        assert all(one.text for one in told), path
        assert "prefers-color-scheme: dark" in text
        assert f"performance/{path.name}" in files[PAGE]
        _inside(root)


def _inside(root: Xml.Element) -> None:
    """Nothing lies outside of the picture."""
    width, height = float(root.get("width", 0)), float(root.get("height", 0))
    for one in root.iter():
        right = float(one.get("x", one.get("cx", 0))) + float(one.get("width", 0)) * (one is not root)
        assert 0 <= right <= width
        assert 0 <= float(one.get("y", one.get("cy", 0))) <= height


@pytest.mark.parametrize(
    ("ratio", "place"), [(0, 0), (0.2, 0.5), (0.4, 1), (0.475, 1.5), (0.55, 2), (0.7, 3), (9, 3.5)]
)
def test_a_bar_ends_at_the_mark_of_what_it_reaches(ratio: float, place: float) -> None:
    assert place_of(SPEED, ratio) == pytest.approx(place)


@pytest.mark.parametrize(("ratio", "place"), [(20, 0), (6, 0.5), (4, 1), (3.5, 1.5), (3, 2), (2.2, 3), (0.1, 3.5)])
def test_for_a_time_less_is_a_longer_bar(ratio: float, place: float) -> None:
    assert place_of(TIME, ratio) == pytest.approx(place)


def test_the_committed_scaling_can_be_read_and_what_is_saved_comes_back(tmp_path: Path) -> None:
    load(results.FOLDER / FILE)
    scale().save(tmp_path / FILE)
    loaded = load(tmp_path / FILE)
    assert loaded is not None
    assert loaded.residents[2].wide.rate == scale().residents[2].wide.rate
    loaded.save(tmp_path / "again.json")
    assert (tmp_path / "again.json").read_text() == (tmp_path / FILE).read_text()
    assert load(tmp_path / "nothing.json") is None


def test_every_measures_code_is_where_the_page_says(tmp_path: Path) -> None:
    page = written(tmp_path)[PAGE]
    project = results.FOLDER.parents[1]
    for link in re.findall(r"\]\((\.\./[^)]+)\)", page):
        assert (project / "docs" / link).resolve().exists(), link
