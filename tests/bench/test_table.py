"""What a reader of the table sees of a row: the ratio as targets are written, and which target it reaches, in words."""

from io import StringIO

from rich.console import Console

from bench.measure import Measure
from bench.pairs import Result
from bench.table import Outcome, line, table
from tests.bench.rows import TIME, result, row


def shown(measures: list[Measure], outcomes: list[Outcome]) -> str:
    console = Console(width=160, file=StringIO(), record=True)
    named = {one.row: one for one in measures}
    console.print(table(named, dict(zip(named, outcomes, strict=True))))
    return console.export_text()


def test_a_row_shows_ratio_spread_both_sides_targets_and_what_it_reaches() -> None:
    text = shown([row("P1")], [result(0.56, note="sealed")])
    for part in ("P1", "row P1", "sealed", "56%", "50% – 62%", "56,000", "100,000", "40% · 55% · 70%", "goal"):
        assert part in text


def test_a_time_is_a_multiple_and_below_the_floor_is_said() -> None:
    text = shown([row("P7", TIME)], [result(4.5)])
    for part in ("4.50x", "4.00x · 3.00x · 2.20x", "below floor"):
        assert part in text


def test_memory_is_shown_in_megabytes() -> None:
    measure = Measure("P13", "Memory", "itself", "MB", TIME, row("P13").run)
    assert "142 MB" in shown([measure], [Result(142, (140, 151), 142, 97, "MB", 3)])


def test_a_row_without_figures_says_why_and_keeps_its_targets() -> None:
    text = shown([row("P17")], ["Debezium Server is not here."])
    for part in ("Debezium Server is not here.", "40% · 55% · 70%", "none"):
        assert part in text


def test_the_line_of_a_row_that_ended_says_against_what() -> None:
    said = line(row("P1"), result(0.72)).plain
    assert "72%, stretch" in said
    assert "72,000 events/s against 100,000, its limit" in said
